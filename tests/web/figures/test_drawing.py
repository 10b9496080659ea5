"""What is drawn of figures, held to their numbers and to the edges of the drawing."""

import pytest

from grader.domain.worked import BarsFigure, Bucket, LineFigure, ReliabilityFigure
from grader.web.figures.bars import BarsDrawing, draw_bars
from grader.web.figures.drawing import draw
from grader.web.figures.frame import fixed, minus
from grader.web.figures.line import LineDrawing, draw_line
from grader.web.figures.reliability import ReliabilityDrawing, draw_reliability

LINE = LineFigure("line", "L", "", "step", "height", ((0.0, 0.0), (5.0, 1.0), (10.0, 2.0)), 5)
BARS = BarsFigure("bars", "B", "", "weight", "value", (("a", -1.0), ("b", 2.0), ("c", 0.0)), "b", 5)
BUCKETS = (Bucket(0.0, 50, 0.1, 0.0), Bucket(0.5, 0, None, None), Bucket(1.0, 100, 0.9, 0.7))
RELIABILITY = ReliabilityFigure("reliability", "R", "", BUCKETS, 3)


@pytest.mark.parametrize(
    ("figure", "drawing"),
    [(LINE, LineDrawing), (BARS, BarsDrawing), (RELIABILITY, ReliabilityDrawing)],
)
def test_each_kind_is_drawn_in_its_way(
    figure: LineFigure | BarsFigure | ReliabilityFigure, drawing: type
) -> None:
    drawn = draw(figure)
    assert isinstance(drawn, drawing)
    assert drawn.kind == figure.kind


def test_a_line_goes_through_its_points_and_names_its_last() -> None:
    drawn = draw_line(LINE)
    places = [tuple(map(float, pair.split(","))) for pair in drawn.path.split()]
    plot = drawn.plot
    assert places[0] == (plot.x, plot.y + plot.height)
    assert places[1] == (plot.x + plot.width / 2, plot.y + plot.height / 2)
    assert places[2] == (plot.x + plot.width, plot.y)
    assert (drawn.last.x, drawn.last.y, drawn.last.label) == (*places[2], "2.000")
    assert drawn.rises
    falling = LineFigure("line", "L", "", "step", "height", ((0.0, 0.0), (1.0, -1.0)), 2)
    assert not draw_line(falling).rises
    assert draw_line(falling).last.label == "−1.00"


def test_a_line_s_table_has_a_dozen_rows_at_most_at_round_places() -> None:
    points = tuple((float(i), -i / 1000) for i in range(0, 1001, 10))
    table = draw_line(LineFigure("line", "L", "", "step", "height", points, 5)).table
    assert table.columns == ("step", "height")
    assert [row[0] for row in table.rows] == [f"{i:,}" for i in range(0, 1001, 100)]
    assert table.rows[0] == ("0", "0.00000")
    assert table.rows[-1] == ("1,000", "-1.00000")


def test_a_bar_runs_from_zero_to_its_value_on_its_side() -> None:
    drawn = draw_bars(BARS)
    a, b, c = drawn.bars
    unit = (drawn.plot.width) / 3  # The axis runs from -1 to 2.
    assert a.box.x == pytest.approx(drawn.zero - unit, abs=0.02)
    assert (a.box.width, a.negative) == (pytest.approx(unit, abs=0.02), True)
    assert b.box.x == drawn.zero
    assert (b.box.width, b.negative) == (pytest.approx(2 * unit, abs=0.02), False)
    assert c.box.width == 0
    assert [bar.value for bar in drawn.bars] == ["−1.000", "2.000", "0.000"]
    assert [bar.marked for bar in drawn.bars] == [False, True, False]
    assert a.box.y < b.box.y < c.box.y < drawn.height
    assert drawn.table.rows == (("a", "-1.00000"), ("b", "2.00000"), ("c", "0.00000"))


@pytest.mark.parametrize("values", [(1.0, 2.0), (-1.0, -2.0), (-1e6, 1e6), (1e-9, 0.0)])
def test_bars_and_their_words_stay_inside_the_drawing(values: tuple[float, float]) -> None:
    bars = tuple(zip(("a name of some length", "b"), values, strict=True))
    drawn = draw_bars(BarsFigure("bars", "B", "", "of", "value", bars, None, 5))
    for bar in drawn.bars:
        width = 9.6 * len(bar.value)  # On a narrow screen.
        left, right = sorted((bar.value_x, bar.value_x + (-width if bar.negative else width)))
        assert drawn.names_x < left
        assert right <= drawn.width
        assert drawn.plot.x <= bar.box.x
        assert bar.box.x + bar.box.width <= drawn.plot.x + drawn.plot.width + 0.02
    assert "is marked" not in drawn.described


def test_bars_are_described_by_their_extremes() -> None:
    words = "3 bars, from a at -1.00000 to b at 2.00000. b is marked."
    assert draw_bars(BARS).described == words


def test_a_bucket_stands_at_its_mean_prediction_and_fraction_and_an_empty_one_nowhere() -> None:
    drawn = draw_reliability(RELIABILITY)
    plot = drawn.plot
    assert [
        (
            round((point.x - plot.x) / plot.width, 4),
            round(1 - (point.y - plot.y) / plot.height, 4),
            round(1 - (point.diagonal - plot.y) / plot.height, 4),
        )
        for point in drawn.points
    ] == [(0.1, 0.0, 0.1), (0.9, 0.7, 0.9)]
    start, end = drawn.diagonal
    assert (start.x, start.y) == (plot.x, plot.y + plot.height)
    assert (end.x, end.y) == (plot.x + plot.width, plot.y)


def test_counts_stand_as_bars_with_their_numbers() -> None:
    drawn = draw_reliability(RELIABILITY)
    assert [number.label for number in drawn.numbers] == ["50", "0", "100"]
    half, none, whole = (box.height for box in drawn.counts)
    assert (half, none) == (whole / 2, 0)
    assert all(box.y + box.height == drawn.base for box in drawn.counts)
    assert all(box.x >= 0 and box.x + box.width <= drawn.width for box in drawn.counts)


def test_a_reliability_diagram_s_table_and_words_tell_the_gaps() -> None:
    drawn = draw_reliability(RELIABILITY)
    assert drawn.table.rows == (
        ("0", "50", "0.100", "0.000", "0.100"),
        ("0.5", "0", "none", "none", "none"),
        ("1", "100", "0.900", "0.700", "0.200"),
    )
    assert "150 predictions in 3 buckets" in drawn.described
    assert "0.200, in the bucket 1." in drawn.described


@pytest.mark.parametrize(
    ("value", "decimals", "text"), [(-0.001, 2, "0.00"), (-0.005001, 2, "-0.01"), (2, 0, "2")]
)
def test_a_number_that_rounds_to_zero_has_no_sign(value: float, decimals: int, text: str) -> None:
    assert fixed(value, decimals) == text


def test_drawings_have_a_true_minus_sign() -> None:
    assert minus("-1.5") == "−1.5"
