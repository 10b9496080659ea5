"""Submissions over time towards a deadline, as bars with the due time among them."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from grader.web.figures.frame import Table
from grader.web.figures.histogram import HistogramDrawing, Words, draw_histogram
from grader.web.wording import counted, course_time, duration

MOST_TICKS = 5
_FEWEST_DAYS = 3
Column = tuple[str, Sequence[int]]
"""What is counted apart, and how often in each span."""


def draw_over_time(
    bounds: Sequence[datetime], columns: Sequence[Column], due: datetime | None, timezone: str
) -> HistogramDrawing | None:
    """Draw all columns together, and tell each in the table; None where there is nothing to draw."""
    totals = [sum(spans) for spans in zip(*(counts for _, counts in columns), strict=True)]
    if not any(totals):
        return None
    begins = [course_time(bound, timezone) for bound in bounds[:-1]]
    length = duration(bounds[1] - bounds[0])
    busiest = max(range(len(totals)), key=totals.__getitem__)
    return draw_histogram(
        totals,
        _ticks(bounds, timezone),
        Words(
            x="",
            y=f"submissions in {length}",
            described=(
                f"{counted(sum(totals), 'submission')} from {begins[0]} on, in spans of {length}. Most, "
                f"{totals[busiest]:,}, came in the span that begins on {begins[busiest]}."
            ),
        ),
        Table(
            ("from", "all", *(name for name, _ in columns)),
            tuple(
                (begin, str(total), *(str(counts[place]) for _, counts in columns))
                for place, (begin, total) in enumerate(zip(begins, totals, strict=True))
            ),
            words=True,
        ),
        line=None if due is None else _place(bounds, due),
        marked=frozenset(
            place for place, begin in enumerate(bounds[:-1]) if due is not None and begin >= due
        ),
    )


def _place(bounds: Sequence[datetime], due: datetime) -> tuple[float, str] | None:
    """Where the due time stands, counted in spans."""
    for place, (begin, end) in enumerate(pairwise(bounds)):
        if begin <= due < end:
            return place + (due - begin) / (end - begin), "due"
    return None


def _ticks(bounds: Sequence[datetime], timezone: str) -> list[tuple[float, str]]:
    """Midnights with their day, where there are some; else times of day."""
    local = [bound.astimezone(ZoneInfo(timezone)) for bound in bounds]
    days = [
        (place, f"{each:%a} {each.day}")
        for place, each in enumerate(local)
        if not each.hour and not each.minute
    ]
    if len(days) < _FEWEST_DAYS:
        days = [
            (place, f"{each.hour % 12 or 12}:{each:%M} {'am' if each.hour < 12 else 'pm'}")  # noqa: PLR2004 - noon.
            for place, each in enumerate(local)
        ]
    # None at the right end, where half of its words would be cut off.
    inside = [(float(place), label) for place, label in days if place < 0.95 * (len(bounds) - 1)]
    return inside[:: -(-len(inside) // MOST_TICKS)]
