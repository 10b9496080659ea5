"""The read vocabulary: Select builders that more than one service uses."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    ScalarSelect,
    Select,
    bindparam,
    exists,
    func,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from grader.db.models import (
    ActiveKey,
    ActivePolicy,
    AnswerKeyRow,
    Extension,
    GradeRow,
    Hold,
    KeyDiscard,
    Person,
    RegradeRun,
    Submission,
)

_SUBMITTED = (
    Submission.id,
    Submission.part,
    Submission.attempt,
    Submission.text,
    Submission.value,
    Submission.key_id,
    Submission.idempotency_key,
    Submission.late_seconds,
    Submission.submitted_at,
    GradeRow.verdict.label("standing"),
    GradeRow.misconception,
    GradeRow.key_id.label("graded_by"),
)


@cache
def standing_key() -> ColumnElement[int]:
    """The key whose grade stands for the submission of the enclosing query.

    It is the problem's active key (``ActiveKey`` has to be joined), unless a hold of a regrade that was
    not undone keeps an earlier one.
    """
    return func.coalesce(held_key(), ActiveKey.key_id)


@cache
def held_key() -> ScalarSelect[int]:
    """The key that a hold keeps for the submission of the enclosing query; null if there is none."""
    return (
        select(Hold.key_id)
        .join(RegradeRun, RegradeRun.plan_id == Hold.plan_id)
        .where(Hold.submission_id == Submission.id, *standing_run())
        .order_by(RegradeRun.id.desc())
        .limit(1)
        .correlate(Submission)
        .scalar_subquery()
    )


@cache
def standing_run() -> tuple[ColumnElement[bool], ...]:
    """Whether a regrade's run moved a problem on, and was not undone."""
    undo = aliased(RegradeRun)
    return (RegradeRun.undoes_id.is_(None), ~exists().where(undo.undoes_id == RegradeRun.id))


def graded(*columns: Any) -> Select[*tuple[Any, ...]]:  # noqa: ANN401 - columns of submissions and grades.
    """Select from submissions, each joined with the grade that stands (``GradeRow``)."""
    return (
        select(*columns)
        .select_from(Submission)
        .join(ActiveKey, ActiveKey.problem == Submission.problem)
        .join(
            GradeRow,
            (GradeRow.submission_id == Submission.id) & (GradeRow.key_id == standing_key()),
        )
    )


def submissions() -> Select[*tuple[Any, ...]]:
    """Submissions, newest first, with their ``standing`` verdict, its tag and the key that gave it."""
    beside = Submission.source, Submission.receipt_number
    return graded(*_SUBMITTED, *beside).order_by(Submission.id.desc())


def with_attempts(people: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Beside a selected student: the pointers in force, their ``extension``, and each submission to a part.

    To be bound are ``part``, ``problem`` and ``assignment``. The submissions are in order; what there is
    none of is null.
    """
    assignment: BindParameter[str] = bindparam("assignment")
    return (
        people.outerjoin(ActiveKey, ActiveKey.problem == bindparam("problem"))
        .outerjoin(ActivePolicy, ActivePolicy.assignment == assignment)
        # Not by the problem as well, which the part names: a database without statistics would then go
        # through all submissions to the problem.
        .outerjoin(
            Submission, (Submission.person_id == Person.id) & (Submission.part == bindparam("part"))
        )
        .outerjoin(
            GradeRow,
            (GradeRow.submission_id == Submission.id) & (GradeRow.key_id == standing_key()),
        )
        .add_columns(
            ActiveKey.key_id.label("active_key_id"),
            ActivePolicy.policy_id,
            Person.receipts,
            Person.last_receipt,
            newest_extension(Person.id, assignment).label("extension"),
            *_SUBMITTED,
        )
        .order_by(Submission.attempt)
    )


def pointers(
    problem: str | ColumnElement[str], assignment: str | ColumnElement[str]
) -> Select[int, int | None]:
    """The active key of a problem and the active policy of its assignment."""
    return (
        select(ActiveKey.key_id, ActivePolicy.policy_id)
        .outerjoin(ActivePolicy, ActivePolicy.assignment == assignment)
        .where(ActiveKey.problem == problem)
    )


def newest_extension(
    person_id: int | InstrumentedAttribute[int], assignment: str | BindParameter[str]
) -> ScalarSelect[datetime | None]:
    """Until when a student has an extension; null if they have none, or none any more."""
    return (
        select(Extension.until)
        .where(Extension.person_id == person_id, Extension.assignment == assignment)
        .order_by(Extension.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def newest_key(problem: str) -> Select[AnswerKeyRow]:
    """The key of a problem with the highest version, of those that were not discarded."""
    return (
        select(AnswerKeyRow)
        .where(AnswerKeyRow.problem == problem, ~discarded())
        .order_by(AnswerKeyRow.version.desc())
        .limit(1)
    )


def kept_key(problem: str, version: int) -> Select[AnswerKeyRow]:
    """This version of a problem's key, unless it was discarded."""
    return select(AnswerKeyRow).where(
        AnswerKeyRow.problem == problem, AnswerKeyRow.version == version, ~discarded()
    )


def discarded() -> ColumnElement[bool]:
    """Whether the key of the enclosing query was discarded."""
    return exists().where(KeyDiscard.key_id == AnswerKeyRow.id)


def next_version(problem: str) -> Select[int]:
    """The version that the next key of a problem gets; those of discarded ones are not given again."""
    versions = select(func.coalesce(func.max(AnswerKeyRow.version), 0) + 1)
    return versions.where(AnswerKeyRow.problem == problem)
