"""Select builders for the figures of a whole class: each goes through an index alone.

``queries.graded`` looks the standing grade up for each submission, which is right for one student's and too
slow for the 200,000 of a large class. Nearly all have the grade of the active key; these builders take them
together, and only the submissions that a regrade has ever held one by one.
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    String,
    Subquery,
    and_,
    exists,
    func,
    inspect,
    literal_column,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import aliased
from sqlalchemy.sql.util import ClauseAdapter

from grader.db import queries
from grader.db.models import ActiveKey, GradeRow, Hold, Person, Submission
from grader.domain.grading import Verdict

_GROUPS = ("problem", "part", "value")
# Written out: a database can't see that a bound value is the one that a partial index is for.
_RIGHT = GradeRow.verdict == literal_column(f"'{Verdict.CORRECT}'")


def in_class(section: str = "") -> ColumnElement[bool]:
    """Whether a person is an active student, of this section if one is named."""
    counts = (Person.role == "student") & Person.active
    return counts & (Person.section == section) if section else counts


def not_by_others(*, others: bool) -> ColumnElement[bool]:
    """Whether a submission is by an active student.

    ``others`` is whether anybody else has answered at all; if not, no submission has to be asked.
    """
    # Of the whole class few do not count: it is quicker to look among them.
    return Submission.person_id.not_in(_others()) if others else true()


def others_answered() -> Select[bool]:
    """Whether anybody has answered who is no active student."""
    # With a limit each of these few is asked. Without, PostgreSQL may read every submission to find none.
    theirs = select(Submission.id).where(Submission.person_id == Person.id).limit(1)
    answer = theirs.correlate(Person).scalar_subquery()
    return select(exists().where(~in_class(), answer.is_not(None)))


def _others() -> Select[int]:
    return select(Person.id).where(~in_class())


def students() -> ColumnElement[int]:
    """How many students gave a number."""
    return func.count(Submission.person_id.distinct()).label("students")


def times_given() -> tuple[ColumnElement[Any], ...]:
    """How often a number was given, when first and when last."""
    times = Submission.submitted_at
    return (
        func.count().label("submissions"),
        func.min(times, type_=times.type).label("first_seen"),
        func.max(times, type_=times.type).label("last_seen"),
    )


def attempts(parts: Sequence[str]) -> Select[*tuple[Any, ...]]:
    """Each person with the number of the last attempt at each part, which is how many there were.

    It is null without one. A look at the end of a short stretch of the index each, however many submissions
    there are. A part is a column: PostgreSQL takes 1,664, which no assignment comes near.
    """
    last = [
        select(Submission.attempt)
        .where(Submission.person_id == Person.id, Submission.part == part)
        .order_by(Submission.attempt.desc())
        .limit(1)
        .correlate(Person)
        .scalar_subquery()
        for part in parts
    ]
    # In the order of the index, whose pages are then read one after another.
    return select(Person.id, *last).order_by(Person.id)


def right(problems: Collection[str], *conditions: ColumnElement[bool]) -> Subquery:
    """The submissions to these problems whose standing grade is right."""
    columns = (
        Submission.person_id,
        Submission.part,
        Submission.attempt,
        Submission.submitted_at,
    )
    usual = (
        select(*columns)
        .select_from(GradeRow)
        .join(ActiveKey, ActiveKey.key_id == GradeRow.key_id)
        .join(Submission, Submission.id == GradeRow.submission_id)
        .where(ActiveKey.problem.in_(problems), _RIGHT, _never_held(), *conditions)
    )
    held = queries.graded(*columns).where(
        Submission.problem.in_(problems), _RIGHT, _once_held(), *conditions
    )
    return union_all(usual, held).subquery()


def given(
    problems: Collection[str],
    *figures: ColumnElement[Any],
    who: ColumnElement[bool],
    held: bool = True,
) -> Select[*tuple[Any, ...]]:
    """Figures over the submissions of these people by part, value, verdict and tag.

    Only of those that no regrade ever held, if any was ``held``: what one key says of a number it says of
    each submission of the number, so that one grade of each is looked up.
    """
    groups = [getattr(Submission, name) for name in _GROUPS]
    alike = (
        select(*groups, *figures, _one_alike().label("sample"))
        .where(Submission.problem.in_(problems), who, _never_held() if held else true())
        .group_by(*groups)
        .subquery()
    )
    told = alike.c.part, alike.c.value, GradeRow.verdict, GradeRow.misconception
    return (
        select(*told, *(alike.c[each.name] for each in figures))
        .join(ActiveKey, ActiveKey.problem == alike.c.problem)
        .join(
            GradeRow,
            (GradeRow.submission_id == alike.c.sample) & (GradeRow.key_id == ActiveKey.key_id),
        )
    )


def given_and_held(
    problems: Collection[str], *figures: ColumnElement[Any], who: ColumnElement[bool]
) -> Select[*tuple[Any, ...]]:
    """The same figures over the others, whose grades are looked up one by one."""
    groups = Submission.part, Submission.value, GradeRow.verdict, GradeRow.misconception
    return (
        queries.graded(*groups, *figures)
        .where(Submission.problem.in_(problems), who, _once_held())
        .group_by(*groups)
    )


def _one_alike() -> ScalarSelect[int]:
    """Any submission of the same number: the active key has graded each, those that others hold as well."""
    alike = aliased(Submission)
    return select(alike.id).where(*_same(alike)).limit(1).scalar_subquery()


def _same(alike: type[Submission]) -> tuple[ColumnElement[bool], ...]:
    return tuple(getattr(alike, name) == getattr(Submission, name) for name in _GROUPS)


def any_held() -> Select[bool]:
    """Whether a regrade ever held a submission."""
    return select(_any_hold())


def some_behind(who: ColumnElement[bool], most: int, *, held: bool) -> ColumnElement[str]:
    """The ids of so many of these people who gave a number: of those who are longest on the roster.

    They stand together in the index, so that of each number no more is read than that.
    """
    alike = aliased(Submission)
    theirs = ClauseAdapter(inspect(alike).selectable).traverse(who)
    first = (
        select(alike.person_id)
        .where(*_same(alike), theirs, _never_held(alike) if held else true())
        .distinct()
        .order_by(alike.person_id)
        .limit(most)
        .correlate(Submission)
        .subquery()
    )
    ids = select(func.aggregate_strings(sql_cast(first.c.person_id, String), ","))
    return ids.correlate(Submission).scalar_subquery().label("people")


def all_behind() -> ColumnElement[str]:
    """The ids of those who gave a number, one for each time."""
    ids = func.aggregate_strings(sql_cast(Submission.person_id, String), ",")
    return ids.label("people")


# Where no regrade holds anything, as in most courses, that is seen once and no submission is asked.
def _never_held(submission: type[Submission] = Submission) -> ColumnElement[bool]:
    return or_(~_any_hold(), ~exists().where(Hold.submission_id == submission.id))


def _once_held() -> ColumnElement[bool]:
    return and_(_any_hold(), Submission.id.in_(select(Hold.submission_id)))


def _any_hold() -> ColumnElement[bool]:
    return exists(select(Hold.plan_id)).correlate(None)
