"""The layout of a labelled file, as its header states it: features, ``Label``, probabilities."""

from collections.abc import Callable
from dataclasses import dataclass

from grader.content.cell_rules import binary, probability, unspoilt
from grader.content.data_lines import Source, shown
from grader.content.header_names import LABEL, header_problem

_DROPPED = "Demographic"


@dataclass(frozen=True, slots=True)
class Layout:
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
        dropped = () if self.dropped is None else (unspoilt,)
        binaries = (binary,) * len(self.features)
        probabilities = (probability,) * (len(self.names) - self.label - 1)
        return tuple(zip(self.names, (*binaries, *dropped, binary, *probabilities), strict=True))


def read_layout(source: Source, header: str, features: int, extra: tuple[str, ...]) -> Layout:
    """Read a header.

    Raises:
        DataFileError: it does not have ``features`` distinct names, Label and ``extra``.
    """
    names = tuple(name.strip() for name in header.split(","))
    if problem := header_problem(names):
        raise source.refusal(1, problem)
    label = [name.casefold() for name in names].index(LABEL.casefold())
    drops = label > 0 and names[label - 1].casefold() == _DROPPED.casefold()
    layout = Layout(names, label, label - 1 if drops else None)
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
