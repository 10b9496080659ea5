"""How many students tried and solved each part, and in how many attempts."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from grader.db.models import Person
from grader.domain.policy import Policy
from grader.domain.problem import Assignment
from grader.services.scores.part_records import part_records


@dataclass(slots=True)
class PartCounts:
    """Of one part: students by how many attempts they made, how many were right, and how many at once."""

    attempts: Counter[int] = field(default_factory=Counter)
    solved: int = 0
    first_try: int = 0

    @property
    def tried(self) -> int:
        """How many students answered at all."""
        return self.attempts.total()


def part_counts(
    session: Session, assignment: Assignment, policy: Policy | None, whom: ColumnElement[bool]
) -> Mapping[str, PartCounts]:
    """By part what these people's answers come to, from the records that their scores are folded from."""
    counts: dict[str, PartCounts] = defaultdict(PartCounts)
    records = part_records(session, assignment, policy)
    for person in session.scalars(select(Person.id).where(whom)):
        for part, record in records.get(person, {}).items():
            count = counts[part]
            count.attempts[record.attempts] += 1
            count.solved += record.first_correct is not None
            count.first_try += record.first_correct == 1
    return counts
