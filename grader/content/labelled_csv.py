"""A CSV file of binary features, ``Label`` and columns of probabilities, read into canonical rows.

Cells are checked, not converted: what a student downloads holds the digits that staff typed.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from grader.content.data_lines import Source, Table, shown
from grader.domain.number import read_number

LABEL = "Label"
_DROPPED = "Demographic"
_FORMULA = ("=", "+", "-", "@")


@dataclass(frozen=True, slots=True)
class _Layout:
    """The header's names, the place of Label, and that of the column to drop."""

    names: tuple[str, ...]
    label: int
    dropped: int | None

    @property
    def features(self) -> tuple[str, ...]:
        """The names before Label that stay."""
        return self.names[: self.label if self.dropped is None else self.dropped]

    @property
    def checks(self) -> tuple[tuple[str, Callable[[str], str]], ...]:
        """For each column its name and the rule for its cells, which answers '' or the problem."""
        dropped = () if self.dropped is None else (_unspoilt,)
        binary = (_binary,) * len(self.features)
        probabilities = (_probability,) * (len(self.names) - self.label - 1)
        return tuple(zip(self.names, (*binary, *dropped, _binary, *probabilities), strict=True))


def read_labelled_csv(source: Source, features: int, extra: tuple[str, ...]) -> Table:
    """Read the header and the rows.

    Raises:
        DataFileError: the header does not have ``features`` distinct names, Label and ``extra``, or a row
            has another number of cells or a cell of the wrong kind; the message names the line.
    """
    lines = source.lines()
    header = next(lines)[1]
    layout = _layout(source, header, features, extra)
    checks, body, rows = layout.checks, bytearray(), 0
    spaces = header != ",".join(layout.names)
    for number, text in source.rows(lines):
        typed = text.split(",")
        cells = [cell.strip() for cell in typed]
        _check(source, number, cells, checks)
        spaces = spaces or cells != typed
        if layout.dropped is not None:
            del cells[layout.dropped]
        body += f"{','.join(cells)}\n".encode()
        rows += 1
    return Table(layout.features, bytes(body), rows, tuple(_notes(layout, spaces=spaces)))


def _layout(source: Source, header: str, features: int, extra: tuple[str, ...]) -> _Layout:
    names = tuple(name.strip() for name in header.split(","))
    if problem := _header_problem(names):
        raise source.refusal(1, problem)
    label = [name.casefold() for name in names].index(LABEL.casefold())
    drops = label > 0 and names[label - 1].casefold() == _DROPPED.casefold()
    layout = _Layout(names, label, label - 1 if drops else None)
    besides = f" besides {names[label - 1]}" if drops else ""
    if len(layout.features) != features:
        problem = f"expected {features} columns of features{besides}, found {len(layout.features)}"
        raise source.refusal(1, f"{problem}; give the right file")
    reserved = {_DROPPED.casefold(), *(name.casefold() for name in extra)}
    if misplaced := [name for name in layout.features if name.casefold() in reserved]:
        problem = f"the column {misplaced[0]} can't stand among the features; move it"
        raise source.refusal(1, problem)
    if names[label + 1 :] != extra:
        found, wanted = (", ".join(some) or "nothing" for some in (names[label + 1 :], extra))
        problem = f"after {LABEL} there must be {wanted}, not {shown(found)}; correct the columns"
        raise source.refusal(1, problem)
    return layout


def _header_problem(names: tuple[str, ...]) -> str:
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
    if name.startswith(_FORMULA):
        return f"the name {shown(name)} could be taken for a formula; begin it with a letter"
    return ""


def _check(
    source: Source,
    number: int,
    cells: list[str],
    checks: tuple[tuple[str, Callable[[str], str]], ...],
) -> None:
    if len(cells) != len(checks):
        problem = f"expected {len(checks)} cells as in the header, found {len(cells)}"
        raise source.refusal(number, f"{problem}; give every column one number")
    for (name, check), cell in zip(checks, cells, strict=True):
        if problem := check(cell):
            raise source.refusal(number, f"column {shown(name)}: {problem}")


def _binary(cell: str) -> str:
    if cell in ("0", "1"):
        return ""
    return _unspoilt(cell) or f"{shown(cell)} is neither 0 nor 1; write 0 or 1"


def _probability(cell: str) -> str:
    if problem := _unspoilt(cell):
        return problem
    reading = read_number(cell)
    if reading.value is None:
        advice = str(reading.message).removesuffix(".")
        return f"{shown(cell)} is no probability. {advice}"
    if not 0 <= reading.value <= 1:
        return f"{shown(cell)} is no probability; write a number from 0 to 1"
    # The number reader takes signs of several kinds; those who parse the download may not.
    if cell[0] not in ".0123456789":
        return f"{shown(cell)} has a sign; write the number without it"
    return ""


def _unspoilt(cell: str) -> str:
    """The rule for any cell, also for those of the column that is dropped."""
    if not cell:
        return "the value is missing; fill it in"
    if cell.startswith(_FORMULA) and not read_number(cell).readable:
        return f"{shown(cell)} is a formula; use plain numbers"
    return ""


def _notes(layout: _Layout, *, spaces: bool) -> list[str]:
    notes = ["Removed spaces around values."] if spaces else []
    if layout.dropped is not None:
        notes.append(f"Dropped the column {layout.names[layout.dropped]}.")
    if (label := layout.names[layout.label]) != LABEL:
        notes.append(f"Renamed the column {label} to {LABEL}.")
    return notes
