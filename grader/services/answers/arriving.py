"""What arrives at the door and what comes of it: the values that submitting passes around."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row

from grader.domain.errors import GraderError
from grader.domain.grading import Grade, Verdict
from grader.domain.misconceptions import Hint
from grader.domain.receipts import Signed


@dataclass(frozen=True, slots=True)
class Arrival:
    """An answer as it came in: whose, to what, as typed, through which door, and when."""

    person_id: int
    part: str
    text: str
    source: str
    idempotency_key: str | None
    now: datetime

    @property
    def problem(self) -> str:
        """The slug of the part's problem."""
        return self.part.rpartition("/")[0]

    @property
    def assignment(self) -> str:
        """The slug of the part's assignment."""
        return self.part.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Submitted:
    """A stored answer, as the student is told of it.

    ``counted`` is False when the same number had been submitted before; ``created`` is True only in the
    reply to the very request that stored it. ``hint`` is what may be told now of the mistake that gives
    this number.
    """

    id: int
    part: str
    attempt: int
    reading: Decimal
    verdict: Verdict
    submitted_at: datetime
    late_seconds: int
    counted: bool
    created: bool
    hint: Hint | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """An answer that is to be stored as it was decided: under which key and policy, and as which attempt."""

    arrival: Arrival
    key_id: int
    policy_id: int
    value: Decimal
    graded: Grade
    attempt: int
    late_seconds: int
    hint: Hint | None
    receipt: Signed

    def stored(self, submission_id: int) -> Submitted:
        """What the student is told once it is."""
        return Submitted(
            id=submission_id,
            part=self.arrival.part,
            attempt=self.attempt,
            reading=self.value,
            verdict=self.graded.verdict,
            submitted_at=self.arrival.now,
            late_seconds=self.late_seconds,
            counted=True,
            created=True,
            hint=self.hint,
        )


@dataclass(frozen=True, slots=True)
class Refused:
    """A request that stored no submission, and why."""

    error: GraderError


def submitted(row: Row[*tuple[Any, ...]], verdict: str, *, counted: bool) -> Submitted:
    """An earlier submission, told again."""
    return Submitted(
        id=row.id,
        part=row.part,
        attempt=row.attempt,
        reading=row.value,
        verdict=Verdict(verdict),
        submitted_at=row.submitted_at,
        late_seconds=row.late_seconds,
        counted=counted,
        created=False,
    )
