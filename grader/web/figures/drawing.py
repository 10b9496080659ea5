"""Each kind of figure has its own way to be drawn."""

from typing import assert_never

from grader.domain.worked import BarsFigure, Figure, LineFigure, ReliabilityFigure
from grader.web.figures.bars import BarsDrawing, draw_bars
from grader.web.figures.line import LineDrawing, draw_line
from grader.web.figures.reliability import ReliabilityDrawing, draw_reliability

Drawing = LineDrawing | BarsDrawing | ReliabilityDrawing


def draw(figure: Figure) -> Drawing:
    """Lay out a figure."""
    match figure:
        case LineFigure():
            return draw_line(figure)
        case BarsFigure():
            return draw_bars(figure)
        case ReliabilityFigure():
            return draw_reliability(figure)
        case _:
            assert_never(figure)
