"""Select builders for when a class's submissions came: each count is a stretch of the index by time."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from sqlalchemy import CTE, ColumnElement, Select, String, and_, column, func, select, true, values

from grader.db.models import Submission


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
