"""A line through points, such as the log likelihood by step."""

from dataclasses import dataclass

from grader.domain.worked import LineFigure, thinned
from grader.web.figures.frame import WIDTH, Box, Place, Table, fixed, minus
from grader.web.figures.scales import Tick, scale

HEIGHT = 310
LEFT, RIGHT, TOP, BOTTOM = 78, 450, 40, 250
MOST_ROWS = 12


@dataclass(frozen=True, slots=True)
class LineDrawing:
    """The line as the points of a polyline, its axes, and its last point with its value."""

    kind: str
    width: int
    height: int
    plot: Box
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    x: str
    y: str
    path: str
    last: Place
    rises: bool
    described: str
    table: Table


def draw_line(figure: LineFigure) -> LineDrawing:
    """Lay out the line."""
    x = scale([at for at, _ in figure.points], start=LEFT, end=RIGHT, most=6)
    y = scale([value for _, value in figure.points], start=BOTTOM, end=TOP, most=7)
    places = [(x(at), y(value)) for at, value in figure.points]
    (first_at, first), (last_at, last) = figure.points[0], figure.points[-1]
    return LineDrawing(
        kind="line",
        width=WIDTH,
        height=HEIGHT,
        plot=Box(LEFT, TOP, RIGHT - LEFT, BOTTOM - TOP),
        across=x.ticks,
        up=y.ticks,
        x=figure.x,
        y=figure.y,
        path=" ".join(f"{a:g},{b:g}" for a, b in places),
        last=Place(*places[-1], minus(fixed(last, min(figure.decimals, 3)))),
        rises=last >= first,
        described=(
            f"A line of {figure.y} by {figure.x}, from {fixed(first, figure.decimals)} at {first_at:g} "
            f"to {fixed(last, figure.decimals)} at {last_at:g}."
        ),
        table=_table(figure),
    )


def _table(figure: LineFigure) -> Table:
    return Table(
        (figure.x, figure.y),
        tuple(
            (f"{at:,g}", fixed(value, figure.decimals))
            for at, value in thinned(figure.points, MOST_ROWS)
        ),
    )
