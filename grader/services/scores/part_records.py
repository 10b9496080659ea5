"""What scoring needs of the attempts at each part: how many there were, and when the first was right."""

from collections.abc import Collection, Sequence
from functools import partial

from sqlalchemy import Connection, case, func, select
from sqlalchemy.orm import Session

from grader.db import class_queries, queries
from grader.db.models import GradeRow, Person, Submission
from grader.domain.grading import Verdict
from grader.domain.policy import Policy
from grader.domain.problem import Assignment
from grader.domain.scoring import PartRecord
from grader.services.scores.remembered import Records, remembered


def part_records(
    session: Session,
    assignment: Assignment,
    policy: Policy | None,
    *,
    person_id: int | None = None,
    among: Collection[int] | None = None,
) -> Records:
    """Count attempts and find the first right one, per person and part: one person's, or a class's.

    Of a class those ``among`` it are enough, where they are named.
    """
    problems = {problem.slug for problem in assignment.problems}
    if not problems:
        return {}
    if person_id is not None:
        return _own(session, problems, person_id)
    # A policy may still have parts that the files have no more.
    published = policy.points if policy else ()
    known = [part.slug for problem in assignment.problems for part in problem.parts]
    parts = [each for each in (*published, *known) if each.rpartition("/")[0] in problems]
    parts = [*dict.fromkeys(parts)]
    return remembered(
        session.connection(),
        assignment.slug,
        problems=problems,
        parts=parts,
        among=among,
        read=partial(_of_class, session.connection(), problems, parts),
    )


def _own(session: Session, problems: Collection[str], person_id: int) -> Records:
    """One person's: their few grades are looked up one by one."""
    right = GradeRow.verdict == Verdict.CORRECT
    right_at = case((right, Submission.submitted_at))
    first = (
        func.min(right_at, type_=Submission.submitted_at.type),
        func.min(case((right, Submission.attempt))),
    )
    query = (
        queries.graded(Submission.part, func.count(), *first)
        .where(Submission.problem.in_(problems), Submission.person_id == person_id)
        .group_by(Submission.part)
    )
    own = {part: PartRecord(part, *figures) for part, *figures in session.execute(query)}
    return {person_id: own} if own else {}


def _of_class(
    connection: Connection,
    problems: Collection[str],
    parts: Sequence[str],
    among: Collection[int] | None,
) -> Records:
    """A whole class's, or that of some of it, each figure from an index of its own."""
    theirs = [] if among is None else [Submission.person_id.in_(among)]
    found = class_queries.right(problems, *theirs)
    at = found.c.submitted_at
    groups = found.c.person_id, found.c.part
    query = select(*groups, func.min(at, type_=at.type), func.min(found.c.attempt)).group_by(
        *groups
    )
    counting = class_queries.attempts(parts)
    if among is not None:
        counting = counting.where(Person.id.in_(among))
    # Thousands of rows: the connection gives them as they are, and all at once is the quickest.
    rows = connection.execute(query).all()
    first, none = (
        {(person, part): (when, which) for person, part, when, which in rows},
        (None, None),
    )
    return {
        person: {
            part: PartRecord(part, attempts, *first.get((person, part), none))
            for part, attempts in zip(parts, counts, strict=True)
            if attempts
        }
        for person, *counts in connection.execute(counting).all()
        if any(counts)
    }
