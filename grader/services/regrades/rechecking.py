"""Checks stored grades: each has to be what its key says of its answer, and no answer may be without one."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select, true
from sqlalchemy.orm import Session

from grader.db import queries
from grader.db.many_rows import stream, value_text
from grader.db.models import ActiveKey, AnswerKeyRow, GradeRow, Submission
from grader.services.regrades.missing_grades import bulk_grader

Told = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Differing:
    """A stored grade that is not what the key says of the answer; None is said where the key lacks the part.

    Both are a verdict and a misconception's tag; what is stored may be no verdict at all.
    """

    submission: int
    problem: str
    version: int
    stored: Told
    computed: Told | None


def count_grades(session: Session, problem: str | None = None) -> int:
    """How many grades are stored, for a problem or for all."""
    query = select(func.count()).select_from(GradeRow)
    if problem is not None:
        query = query.join(AnswerKeyRow, AnswerKeyRow.id == GradeRow.key_id)
    return session.scalars(query.where(_of(problem))).one()


def differing(
    session: Session,
    *,
    problem: str | None = None,
    told: Callable[[int], None] = lambda _done: None,
) -> Iterator[Differing]:
    """Compute every stored grade again, of a problem or of all; gives those that are others.

    ``told`` hears how many were looked at. However many there are, they take no more memory.
    """
    keys = session.execute(
        select(AnswerKeyRow.id, AnswerKeyRow.problem, AnswerKeyRow.version)
        .where(_of(problem))
        .order_by(AnswerKeyRow.id)
    ).all()
    done = 0
    for key_id, slug, version in keys:
        query = (
            select(
                Submission.id,
                Submission.part,
                value_text(),
                GradeRow.verdict,
                GradeRow.misconception,
            )
            .join(GradeRow, GradeRow.submission_id == Submission.id)
            .where(GradeRow.key_id == key_id)
        )
        with stream(session, query) as chunks:
            for rows in chunks:
                for submission, stored, computed in _compared(session, key_id, rows):
                    yield Differing(submission, slug, version, stored, computed)
                done += len(rows)
                told(done)


def without_grade(session: Session, *, problem: str | None = None) -> int:
    """How many answers have no grade under the key whose grade stands: the active one, or that of a hold."""
    there = exists().where(
        GradeRow.submission_id == Submission.id, GradeRow.key_id == queries.standing_key()
    )
    theirs = true() if problem is None else Submission.problem == problem
    return session.scalars(
        select(func.count())
        .select_from(Submission)
        .outerjoin(ActiveKey, ActiveKey.problem == Submission.problem)
        .where(theirs, ~there)
    ).one()


def _of(problem: str | None) -> ColumnElement[bool]:
    return true() if problem is None else AnswerKeyRow.problem == problem


def _compared(
    session: Session, key_id: int, rows: Sequence[tuple[Any, ...]]
) -> Iterator[tuple[int, Told, Told | None]]:
    """The submissions whose stored grade is not the computed one, with both."""
    grader = bulk_grader(session, key_id)
    by_part: dict[str, list[tuple[Any, ...]]] = {}
    for row in rows:
        by_part.setdefault(row[1], []).append(row)
    for part, theirs in by_part.items():
        if part not in grader.key.parts:
            yield from ((row[0], (row[3], row[4]), None) for row in theirs)
            continue
        codes = grader.codes(part, [row[2] for row in theirs]).tolist()
        grades = [(each.verdict.value, each.misconception) for each in grader.outcomes.grades()]
        for row, code in zip(theirs, codes, strict=True):
            if (row[3], row[4]) != grades[code]:
                yield row[0], (row[3], row[4]), grades[code]
