"""A score as its student sees it, and in words what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from grader.domain.grammar import canonical


@dataclass(frozen=True, slots=True)
class SeenScore:
    """The points, out of how many, and the late days that they take."""

    points: Decimal
    possible: Decimal
    late_days: int

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "SeenScore":
        """From what is stored with a rescore."""
        return cls(Decimal(stored["points"]), Decimal(stored["possible"]), stored["late_days"])

    def __str__(self) -> str:
        """``3 of 10``."""
        return f"{canonical(self.points)} of {canonical(self.possible)}"


def went(before: SeenScore, after: SeenScore) -> str:
    """What became of a score, as it follows its name: ``went from 3 of 10 to 5 of 10``."""
    moved = (before.points, before.possible) != (after.points, after.possible)
    said = f"went from {before} to {after}" if moved else f"stayed at {after}"
    if before.late_days == after.late_days:
        return said
    days = f"{after.late_days} late day{'s' * (after.late_days != 1)}"
    return f"{said}, and it takes {days if after.late_days else 'no late day'} in place of {before.late_days}"
