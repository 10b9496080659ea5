"""Select builders for the figures of a whole class: each goes through an index alone.

``queries.graded`` looks the standing grade up for each submission, which is right for one student's and too
slow for the 200,000 of a large class. Nearly all have the grade of the active key; these builders take them
together, and only the submissions that a regrade has ever held one by one.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    String,
    Subquery,
    and_,
    case,
    column,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
    union_all,
    values,
)
from sqlalchemy import cast as sql_cast

from grader.db import queries
from grader.db.models import ActiveKey, GradeRow, Hold, Person, Submission
from grader.domain.grading import Verdict

# Written out: a database can't see that a bound value is the one that a partial index is for.
_RIGHT = GradeRow.verdict == literal_column(f"'{Verdict.CORRECT}'")


def in_class(section: str = "") -> ColumnElement[bool]:
    """Whether a person is an active student, of this section if one is named."""
    counts = (Person.role == "student") & Person.active
    return counts & (Person.section == section) if section else counts


def students(section: str = "", *, others: bool = True) -> ColumnElement[bool]:
    """Whether a submission is by an active student, of this section if one is named.

    ``others`` is whether anybody else has answered at all; if not, no submission has to be asked.
    """
    if section:
        return Submission.person_id.in_(select(Person.id).where(in_class(section)))
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


def of_students() -> tuple[ColumnElement[Any], ...]:
    """How many students gave a number, and when the last did."""
    times = Submission.submitted_at
    return (
        func.count(Submission.person_id.distinct()).label("students"),
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
) -> list[Select[*tuple[Any, ...]]]:
    """Figures over the submissions of these people by part, value, verdict and tag; one or two selects.

    The first has those that no regrade ever held: what one key says of a number it says of each submission of
    the number, so that one grade of each is looked up. The second has the others, one by one; there is none
    if nothing was ever ``held``.
    """
    groups = (Submission.problem, Submission.part, Submission.value)
    never_held = _never_held() if held else true()
    alike = (
        select(*groups, *figures, func.min(Submission.id).label("sample"))
        .where(Submission.problem.in_(problems), who, never_held)
        .group_by(*groups)
        .subquery()
    )
    names = [each.name for each in figures]
    usual = (
        select(
            alike.c.part,
            alike.c.value,
            GradeRow.verdict,
            GradeRow.misconception,
            *(alike.c[name] for name in names),
        )
        .join(ActiveKey, ActiveKey.problem == alike.c.problem)
        .join(
            GradeRow,
            (GradeRow.submission_id == alike.c.sample) & (GradeRow.key_id == ActiveKey.key_id),
        )
    )
    if not held:
        return [usual]
    each = (Submission.part, Submission.value, GradeRow.verdict, GradeRow.misconception)
    one_by_one = (
        queries.graded(*each, *figures)
        .where(Submission.problem.in_(problems), who, _once_held())
        .group_by(*each)
    )
    return [usual, one_by_one]


def any_held() -> Select[bool]:
    """Whether a regrade ever held a submission."""
    return select(_any_hold())


def behind() -> tuple[ColumnElement[Any], ...]:
    """What stands behind a number: whose it is, how often, when first and last, how often at once."""
    times = Submission.submitted_at
    return (
        func.aggregate_strings(sql_cast(Submission.person_id, String), ",").label("people"),
        func.count().label("submissions"),
        func.min(times, type_=times.type).label("first_seen"),
        func.max(times, type_=times.type).label("last_seen"),
        func.sum(case((Submission.attempt == 1, 1), else_=0)).label("at_once"),
    )


def first_and_last(parts: Sequence[str]) -> Select[*tuple[datetime | None, ...]]:
    """When the first and the last submission to each part came, whoever sent it."""
    times = Submission.submitted_at
    asked = _asked(parts)
    ends = [
        select(end(times, type_=times.type))
        .where(Submission.part == asked.c.part)
        .correlate(asked)
        .scalar_subquery()
        for end in (func.min, func.max)
    ]
    return select(*ends).select_from(asked)


def over_time(
    parts: Sequence[str], bounds: Sequence[datetime], who: ColumnElement[bool]
) -> Select[str, int, int]:
    """How many submissions came to each part between one bound and the next, which is not included.

    Gives part, the number of the span and the count. Each span is a stretch of the index by time.
    """
    type_ = Submission.submitted_at.type
    spans = (
        values(
            column("span", Submission.id.type),
            column("begins", type_),
            column("ends", type_),
            name="spans",
        )
        .data([(n, begins, ends) for n, (begins, ends) in enumerate(pairwise(bounds))])
        .cte()
    )
    asked = _asked(parts)
    count = (
        select(func.count())
        .where(
            and_(
                Submission.part == asked.c.part,
                Submission.submitted_at >= spans.c.begins,
                Submission.submitted_at < spans.c.ends,
                who,
            )
        )
        .correlate(asked, spans)
        .scalar_subquery()
    )
    return select(asked.c.part, spans.c.span, count).select_from(asked.join(spans, true()))


def _asked(parts: Sequence[str]) -> CTE:
    # Named in front: SQLite can't name the columns of values that stand where a table does.
    return values(column("part", String), name="asked").data([(part,) for part in parts]).cte()


# Where no regrade holds anything, as in most courses, that is seen once and no submission is asked.
def _never_held() -> ColumnElement[bool]:
    return or_(~_any_hold(), ~exists().where(Hold.submission_id == Submission.id))


def _once_held() -> ColumnElement[bool]:
    return and_(_any_hold(), Submission.id.in_(select(Hold.submission_id)))


def _any_hold() -> ColumnElement[bool]:
    return exists(select(Hold.plan_id)).correlate(None)
