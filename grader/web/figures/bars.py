"""A bar for each name, such as the weights of a model: names down the left, zero where it falls."""

from dataclasses import dataclass

from grader.domain.worked import BarsFigure
from grader.web.figures.frame import WIDTH, Box, Table, fixed, minus
from grader.web.figures.scales import Tick, scale

ROW, THICK, TOP, BELOW, MARGIN = 24, 15, 12, 56, 14
LETTER, DIGIT = 8.4, 9.6
"""How wide they are on a narrow screen."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name, its value in words, the rectangle, and where the value is written."""

    name: str
    value: str
    box: Box
    value_x: float
    negative: bool
    marked: bool


@dataclass(frozen=True, slots=True)
class BarsDrawing:
    """The bars from top to bottom, and the axis below them."""

    kind: str
    width: int
    height: int
    plot: Box
    across: tuple[Tick, ...]
    zero: float
    x: str
    names_x: float
    bars: tuple[Bar, ...]
    described: str
    table: Table


def draw_bars(figure: BarsFigure) -> BarsDrawing:
    """Lay out the bars; beside each end there is room for its value."""
    values = [value for _, value in figure.bars]
    shown = min(figure.decimals, 3)
    room = DIGIT * max(len(fixed(value, shown)) for value in values) + 12
    names_x = MARGIN + LETTER * max(len(name) for name, _ in figure.bars)
    left = names_x + 8 + (room if min(values) < 0 else 0)
    right = WIDTH - MARGIN - (room if max(values) > 0 else 0)
    x = scale([0.0, *values], start=left, end=right, most=6)
    bottom = TOP + ROW * len(values)
    return BarsDrawing(
        kind="bars",
        width=WIDTH,
        height=bottom + BELOW,
        plot=Box(left, TOP, right - left, bottom - TOP),
        across=x.ticks,
        zero=x(0),
        x=figure.y,
        names_x=names_x,
        bars=tuple(
            Bar(
                name,
                minus(fixed(value, shown)),
                _box(x(0), x(value), TOP + ROW * i),
                x(value) + (-6 if value < 0 else 6),
                value < 0,
                name == figure.marked,
            )
            for i, (name, value) in enumerate(figure.bars)
        ),
        described=_described(figure),
        table=Table(
            (figure.names, figure.y),
            tuple((name, fixed(value, figure.decimals)) for name, value in figure.bars),
            words=True,
        ),
    )


def _box(zero: float, end: float, top: float) -> Box:
    return Box(min(zero, end), top + (ROW - THICK) / 2, round(abs(end - zero), 2), THICK)


def _described(figure: BarsFigure) -> str:
    lowest, highest = (pick(figure.bars, key=lambda bar: bar[1]) for pick in (min, max))
    named = [f"{name} at {fixed(value, figure.decimals)}" for name, value in (lowest, highest)]
    marked = f" {figure.marked} is marked." if figure.marked else ""
    return f"{len(figure.bars)} bars, from {named[0]} to {named[1]}.{marked}"
