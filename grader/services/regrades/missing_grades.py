"""Adds the grades that a key lacks, of the submissions to its problem from one to another."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db.many_rows import Alike, add_grades, graded_already, value_text
from grader.db.models import Submission
from grader.domain.errors import InvalidRequest
from grader.domain.grading import Grade
from grader.services.keys.documents import load_key, read_once
from grader.services.regrades.bulk_grading import BulkGrader

GRADES_AT_ONCE = 10_000
_PART = itemgetter(1)


@dataclass(frozen=True, slots=True)
class Missing:
    """The grades that are missing among so many ``answers``; some may have theirs already."""

    answers: int
    grades: Sequence[Alike]

    @property
    def count(self) -> int:
        """How many they are."""
        return sum(len(ids) for _verdict, _tag, ids in self.grades)


def grade_from(session: Session, *, problem: str, key_id: int, first: int) -> int:
    """Add all missing grades of submissions from this one on; say how many.

    Raises:
        InvalidRequest: the key lacks a part that students have answered.
    """
    theirs = select(Submission.id).where(Submission.problem == problem).order_by(Submission.id)
    graded = 0
    while ids := session.scalars(theirs.where(Submission.id >= first).limit(GRADES_AT_ONCE)).all():
        graded += grade_range(session, problem=problem, key_id=key_id, first=ids[0], last=ids[-1])
        first = ids[-1] + 1
    return graded


def grade_range(session: Session, *, problem: str, key_id: int, first: int, last: int) -> int:
    """Add the missing grades of submissions from one to another, both included; say how many.

    Under a key that is not active, that changes nothing anybody sees.

    Raises:
        InvalidRequest: the key lacks a part that students have answered.
    """
    missing = missing_grades(session, problem=problem, key_id=key_id, first=first, last=last)
    add_grades(session, key_id=key_id, alike=missing.grades)
    return missing.count


def missing_grades(
    session: Session, *, problem: str, key_id: int, first: int, last: int
) -> Missing:
    """The grades that submissions from one to another, both included, lack under a key.

    Raises:
        InvalidRequest: the key lacks a part that students have answered.
    """
    there = graded_already(session, key_id=key_id, first=first, last=last)
    query = select(Submission.id, Submission.part, value_text()).where(
        Submission.problem == problem, Submission.id.between(first, last)
    )
    # By the connection: a session would look each row over for objects.
    rows = session.connection().execute(query).all()
    missing = [row for row in rows if row[0] not in there] if there else rows
    # Sorted here: asked for the order, a database may take an index that goes through all answers.
    by_part = groupby(sorted(missing, key=_PART), key=_PART)
    bulk = bulk_grader(session, key_id)
    alike: defaultdict[Grade, list[int]] = defaultdict(list)
    for part, answers in by_part:
        if part not in bulk.key.parts:
            raise InvalidRequest(
                f"That key does not cover {part}, which students have answered, so nothing was changed."
            )
        ids, _part, values = zip(*answers, strict=True)
        for grade, numbers in bulk.grouped(part, ids, values).items():
            alike[grade] += numbers
    grades = [(grade.verdict, grade.misconception, ids) for grade, ids in alike.items()]
    return Missing(len(rows), grades)


def bulk_grader(session: Session, key_id: int) -> BulkGrader:
    """A key made ready to grade many answers; it is made ready once a process."""
    key = load_key(session, key_id)
    return read_once(session, ("bulk grader", key_id), lambda _connection: BulkGrader(key))
