"""Right answers that a regrade which never lowers a score has to keep.

Points of a part depend on when it was first answered correctly, and are never more for a later time. So where
a student's first right answer to a part would be a later one, or none, the first one stays as it is, and with
it every score.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from grader.db import queries
from grader.db.many_rows import flag
from grader.db.models import GradeRow, Submission
from grader.domain.grading import AnswerKey, Verdict, grade
from grader.services.keys.documents import load_key
from grader.services.regrades.terms import Terms, moves

PEOPLE_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Kept:
    """A student's first right answer to a part, which stays right."""

    person: int
    part: str
    submission: int
    at: datetime


def kept_answers(
    session: Session, *, terms: Terms, places: Collection[tuple[int, str]]
) -> list[Kept]:
    """What has to be kept of these people's answers to these parts."""
    key, wanted = load_key(session, terms.to_key_id), frozenset(places)
    people = sorted({person for person, _part in wanted})
    return [
        kept
        for start in range(0, len(people), PEOPLE_AT_ONCE)
        for place, answers in groupby(
            _answers(session, terms, people[start : start + PEOPLE_AT_ONCE]),
            lambda row: (row[0], row[1]),
        )
        if place in wanted
        if (kept := _kept(key, place, list(answers))) is not None
    ]


def _answers(
    session: Session, terms: Terms, people: Sequence[int]
) -> Iterator[Row[*tuple[Any, ...]]]:
    order = (
        Submission.person_id,
        Submission.part,
        Submission.submitted_at,
        Submission.id,
    )
    query = queries.graded(*order, Submission.value, GradeRow.verdict, flag(moves(terms)))
    theirs = query.where(Submission.problem == terms.problem, Submission.person_id.in_(people))
    return iter(session.execute(theirs.order_by(*order)))


def _kept(
    key: AnswerKey, place: tuple[int, str], answers: Sequence[Row[*tuple[Any, ...]]]
) -> Kept | None:
    person, part = place
    before = after = None
    for _person, _part, at, number, value, verdict, moved in answers:
        if before is None and verdict == Verdict.CORRECT:
            before = Kept(person, part, number, at)
        will = grade(key, part, value).verdict if moved else verdict
        if after is None and will == Verdict.CORRECT:
            after = at
    if before is None or (after is not None and after <= before.at):
        return None
    return before
