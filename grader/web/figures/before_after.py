"""How many students have how many points, before and after: two bars for each span of points."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from grader.domain.grammar import canonical
from grader.web.figures.frame import WIDTH, Box, Table
from grader.web.figures.scales import Tick, scale
from grader.web.wording import counted

HEIGHT = 280
LEFT, RIGHT, TOP, BOTTOM = 62, 460, 46, 216
GAP = 0.2
"""The share of a span's room that stays free."""
MOST_TICKS = 13

Spread = Mapping[str, int]
"""By points, as text, how many students have them."""


@dataclass(frozen=True, slots=True)
class BeforeAfterDrawing:
    """The bars before and those after, from left to right, and the axes."""

    width: int
    height: int
    plot: Box
    up: tuple[Tick, ...]
    across: tuple[Tick, ...]
    before: tuple[Box, ...]
    after: tuple[Box, ...]
    described: str
    table: Table


def draw_before_after(before: Spread, after: Spread) -> BeforeAfterDrawing | None:
    """Lay out two spreads of the same students; None where there is nobody, or nobody has a point."""
    most = max((Decimal(points) for points in (*before, *after)), default=Decimal(0))
    if not most:
        return None
    x = scale([0.0, float(most)], start=LEFT, end=RIGHT, most=MOST_TICKS)
    spans = len(x.ticks) - 1
    counts = [_counts(spread, x.step, spans) for spread in (before, after)]
    up = scale([0.0, max([*counts[0], *counts[1], 4])], start=BOTTOM, end=TOP, most=5)
    room = (RIGHT - LEFT) / spans
    bars = [
        tuple(
            _bar(LEFT + (place + GAP / 2 + side * (1 - GAP) / 2) * room, room, up(count))
            for place, count in enumerate(of_one)
            if count
        )
        for side, of_one in enumerate(counts)
    ]
    return BeforeAfterDrawing(
        width=WIDTH,
        height=HEIGHT,
        plot=Box(LEFT, TOP, RIGHT - LEFT, BOTTOM - TOP),
        up=up.ticks,
        across=x.ticks,
        before=bars[0],
        after=bars[1],
        described=_described(before, after),
        table=_table(x.step, counts),
    )


def _counts(spread: Spread, step: Decimal, spans: int) -> list[int]:
    """How many there are in each span; the last one has its upper end too."""
    counts = [0] * spans
    for points, students in spread.items():
        counts[min(int(Decimal(points) // step), spans - 1)] += students
    return counts


def _bar(left: float, room: float, top: float) -> Box:
    return Box(
        round(left, 2), round(top, 2), round(room * (1 - GAP) / 2, 2), round(BOTTOM - top, 2)
    )


def _described(before: Spread, after: Spread) -> str:
    students = counted(sum(after.values()), "student")
    means = [_mean(spread) for spread in (before, after)]
    return f"The points of {students}: {means[0]} on average before, {means[1]} after."


def _mean(spread: Spread) -> str:
    total = sum((Decimal(points) * count for points, count in spread.items()), Decimal(0))
    return f"{total / max(sum(spread.values()), 1):.1f}"


def _table(step: Decimal, counts: list[list[int]]) -> Table:
    last = len(counts[0]) - 1
    rows = []
    for place, (before, after) in enumerate(zip(*counts, strict=True)):
        ends = [canonical(each * step) for each in (place, place + 1)]
        words = "to" if place == last else "to below"
        rows.append((f"{ends[0]} {words} {ends[1]}", str(before), str(after)))
    return Table(("points", "before", "after"), tuple(rows), words=True)
