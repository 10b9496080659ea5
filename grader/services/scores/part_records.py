"""What scoring needs of the attempts at each part: how many there were, and when the first was right."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from grader.db import class_queries, queries
from grader.db.models import GradeRow, Submission
from grader.domain.grading import Verdict
from grader.domain.policy import Policy
from grader.domain.problem import Assignment
from grader.domain.scoring import PartRecord

Counted = tuple[int, str, int, datetime | None, int | None]
"""A person, a part, how many attempts at it, and when the first was right, and which."""
Records = Mapping[int, Mapping[str, PartRecord]]
"""By person and part: what scoring needs."""


def part_records(
    session: Session, assignment: Assignment, policy: Policy, *, person_id: int | None = None
) -> Records:
    """Count attempts and find the first right one, per person and part."""
    problems = {problem.slug for problem in assignment.problems}
    if not problems:
        return {}
    if person_id is not None:
        found = _own(session, problems, person_id)
    else:
        # A policy may still have parts that the files have no more.
        known = [part.slug for problem in assignment.problems for part in problem.parts]
        parts = [each for each in (*policy.points, *known) if each.rpartition("/")[0] in problems]
        found = _of_class(session, problems, [*dict.fromkeys(parts)])
    by_person: dict[int, dict[str, PartRecord]] = defaultdict(dict)
    for person, part, attempts, first_right_at, first_right in found:
        by_person[person][part] = PartRecord(part, attempts, first_right_at, first_right)
    return by_person


def _own(session: Session, problems: Collection[str], person_id: int) -> Iterable[Counted]:
    """One person's: their few grades are looked up one by one."""
    right = GradeRow.verdict == Verdict.CORRECT
    right_at = case((right, Submission.submitted_at))
    first = (
        func.min(right_at, type_=Submission.submitted_at.type),
        func.min(case((right, Submission.attempt))),
    )
    query = (
        queries.graded(Submission.person_id, Submission.part, func.count(), *first)
        .where(Submission.problem.in_(problems), Submission.person_id == person_id)
        .group_by(Submission.person_id, Submission.part)
    )
    return (tuple(row) for row in session.execute(query))


def _of_class(
    session: Session, problems: Collection[str], parts: Sequence[str]
) -> Iterator[Counted]:
    """A whole class's, each figure from an index of its own."""
    found = class_queries.right(problems)
    at = found.c.submitted_at
    groups = found.c.person_id, found.c.part
    first = func.min(at, type_=at.type), func.min(found.c.attempt)
    query = select(*groups, *first).group_by(*groups)
    # Thousands of rows: the connection gives them as they are, and all at once is the quickest.
    connection = session.connection()
    rows = connection.execute(query).all()
    right = {(person, part): (when, which) for person, part, when, which in rows}
    for person, part, attempts in connection.execute(class_queries.attempts(parts)).all():
        if attempts:
            yield person, part, attempts, *right.get((person, part), (None, None))
