"""What staff decided about a student's score, in place of what was folded from the answers."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class DecisionKind(StrEnum):
    """What was decided; a withdrawal leaves the automatic score in force again."""

    POINTS = "points"
    EXCUSED = "excused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision that holds about a part or a whole assignment, with the reason that the student reads.

    ``number`` counts the decisions about the same thing; ``points`` are set where the kind is POINTS.
    """

    about: str
    number: int
    kind: DecisionKind
    points: Decimal | None
    reason: str
    actor: str
    at: datetime

    @property
    def excuses(self) -> bool:
        """Whether the thing does not count for this student."""
        return self.kind is DecisionKind.EXCUSED


@dataclass(frozen=True, slots=True)
class Decider:
    """Who decides, when and why; ``person_id`` is None for an operator at the command line."""

    actor: str
    person_id: int | None
    reason: str
    at: datetime
