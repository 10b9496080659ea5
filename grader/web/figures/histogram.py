"""Counts side by side, such as submissions by time: a bar each, from left to right."""

from collections.abc import Sequence
from dataclasses import dataclass

from grader.web.figures.frame import WIDTH, Box, Table
from grader.web.figures.scales import Tick, scale

HEIGHT, NAMED_HEIGHT = 256, 280
LEFT, RIGHT, TOP, BOTTOM = 62, 460, 46, 216
SPARK_WIDTH, SPARK_HEIGHT = 120, 24
GAP = 0.16
"""The share of a bar's room that stays free."""


@dataclass(frozen=True, slots=True)
class HistogramDrawing:
    """The bars, of which ``marked`` are told apart, and a line with words where something happens."""

    width: int
    height: int
    plot: Box
    up: tuple[Tick, ...]
    across: tuple[Tick, ...]
    bars: tuple[Box, ...]
    marked: tuple[Box, ...]
    line: Tick | None
    line_ends: bool
    x: str
    y: str
    described: str
    table: Table


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of a histogram: its axes, and a sentence for who can't see it."""

    x: str
    y: str
    described: str


def draw_histogram(
    counts: Sequence[int],
    ticks: Sequence[tuple[float, str]],
    words: Words,
    table: Table,
    *,
    line: tuple[float, str] | None = None,
    marked: frozenset[int] = frozenset(),
) -> HistogramDrawing:
    """Lay out the counts; ``ticks`` and ``line`` stand at a number of bars from the left."""
    up = scale([0.0, max([*counts, 4])], start=BOTTOM, end=TOP, most=5)
    room = (RIGHT - LEFT) / len(counts)
    boxes = [
        _box(LEFT + place * room, room, up(count), BOTTOM) for place, count in enumerate(counts)
    ]
    return HistogramDrawing(
        width=WIDTH,
        height=NAMED_HEIGHT if words.x else HEIGHT,
        plot=Box(LEFT, TOP, RIGHT - LEFT, BOTTOM - TOP),
        up=up.ticks,
        across=tuple(Tick(round(LEFT + at * room, 1), label) for at, label in ticks),
        bars=tuple(box for place, box in enumerate(boxes) if box.height and place not in marked),
        marked=tuple(box for place, box in enumerate(boxes) if box.height and place in marked),
        line=None if line is None else Tick(round(LEFT + line[0] * room, 1), line[1]),
        line_ends=line is not None and line[0] > len(counts) / 2,
        x=words.x,
        y=words.y,
        described=words.described,
        table=table,
    )


def spark(counts: Sequence[int]) -> tuple[Box, ...]:
    """The same in the size of a word, without axes; the numbers stand elsewhere."""
    most = max(counts, default=0)
    if not most:
        return ()
    room = SPARK_WIDTH / len(counts)
    return tuple(
        _box(place * room, room, SPARK_HEIGHT * (1 - count / most), SPARK_HEIGHT)
        for place, count in enumerate(counts)
        if count
    )


def _box(left: float, room: float, top: float, bottom: float) -> Box:
    return Box(
        round(left + room * GAP / 2, 2),
        round(top, 2),
        round(room * (1 - GAP), 2),
        round(bottom - top, 2),
    )
