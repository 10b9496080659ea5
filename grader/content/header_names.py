"""The names in the header of a data file: what is wrong with them, or ''."""

from collections import Counter

from grader.content.cell_rules import FORMULA
from grader.content.data_lines import shown
from grader.domain.number import read_number

LABEL = "Label"


def header_problem(names: tuple[str, ...]) -> str:
    """What is wrong with the names of a header, or ''."""
    if all(read_number(name).readable for name in names):
        return "there is no header line; begin with the columns' names"
    if len(names) == 1:
        return "there is no comma in the header; separate the columns by commas"
    for place, name in enumerate(names, start=1):
        if problem := _name_problem(place, name):
            return problem
    # Only the label may be spelled in several ways; other names differ when their letters do.
    keys = [LABEL if name.casefold() == LABEL.casefold() else name for name in names]
    if LABEL not in keys:
        return f"there is no column {LABEL}; add it after the features"
    if repeated := [name for name, count in Counter(keys).items() if count > 1]:
        return f"two columns are named {shown(repeated[0])}; give each its own name"
    return ""


def _name_problem(place: int, name: str) -> str:
    if not name:
        return f"column {place} has no name; name it or delete it"
    if not name.isprintable():
        return f"the name {shown(name)} has an invisible character; type it afresh"
    if name.startswith(FORMULA):
        return f"the name {shown(name)} could be taken for a formula; begin it with a letter"
    return ""
