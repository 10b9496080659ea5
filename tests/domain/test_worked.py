from dataclasses import replace
from math import inf, nan

import pytest

from grader.domain.worked import (
    BarsFigure,
    Bucket,
    LineFigure,
    ReliabilityFigure,
    Step,
    Worked,
    thinned,
)

LINE = LineFigure("line", "A line", "It rises.", "step", "height", ((0.0, 1.0), (1.0, 2.0)), 5)
BARS = BarsFigure("bars", "Bars", "Two.", "weight", "value", (("a", -1.0), ("b", 2.0)), "a", 5)


def test_a_line_of_two_points_is_the_shortest() -> None:
    assert LINE.points == ((0.0, 1.0), (1.0, 2.0))


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        ((), "two points"),
        (((0.0, 1.0),), "two points"),
        (((0.0, 1.0), (0.0, 2.0)), "left to right"),
        (((1.0, 1.0), (0.0, 2.0)), "left to right"),
        (((0.0, 1.0), (1.0, nan)), "finite"),
        (((0.0, 1.0), (inf, 2.0)), "finite"),
    ],
)
def test_what_is_no_line_is_refused(points: tuple[tuple[float, float], ...], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        replace(LINE, points=points)


def test_a_bar_may_be_marked_and_need_not_be() -> None:
    assert BARS.marked == "a"
    assert replace(BARS, marked=None).marked is None


@pytest.mark.parametrize(
    ("bars", "marked", "reason"),
    [
        ((), None, "a name each"),
        ((("a", 1.0), ("a", 2.0)), None, "no two the same"),
        ((("a", 1.0),), "c", "'c' is none of the bars"),
        ((("a", -inf),), None, "finite"),
    ],
)
def test_what_are_no_bars_is_refused(
    bars: tuple[tuple[str, float], ...], marked: str | None, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        replace(BARS, bars=bars, marked=marked)


@pytest.mark.parametrize("bucket", [(0.0, 0, None, None), (1.0, 1, 1.0, 0.0), (0.5, 20, 0.0, 1.0)])
def test_a_bucket_is_empty_or_has_a_mean_and_a_fraction(
    bucket: tuple[float, int, float | None, float | None],
) -> None:
    assert Bucket(*bucket).count == bucket[1]


@pytest.mark.parametrize(
    ("bucket", "reason"),
    [
        ((1.1, 1, 0.5, 0.5), "between 0 and 1"),
        ((0.5, 1, -0.1, 0.5), "between 0 and 1"),
        ((0.5, 1, 0.5, nan), "between 0 and 1"),
        ((0.5, -1, None, None), "if it counts"),
        ((0.5, 0, 0.5, 0.5), "if it counts"),
        ((0.5, 1, None, None), "if it counts"),
        ((0.5, 1, 0.5, None), "if it counts"),
        ((0.5, 1, None, 0.5), "if it counts"),
    ],
)
def test_what_is_no_bucket_is_refused(
    bucket: tuple[float, int, float | None, float | None], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        Bucket(*bucket)


def test_a_reliability_diagram_needs_a_bucket_that_counts_something() -> None:
    empty, filled = Bucket(0.0, 0, None, None), Bucket(1.0, 1, 0.9, 1.0)
    diagram = ReliabilityFigure("reliability", "R", "", (empty, filled), 5)
    for buckets in ((), (empty,)):
        with pytest.raises(ValueError, match="needs predictions"):
            replace(diagram, buckets=buckets)


def test_a_worked_solution_needs_a_step() -> None:
    assert Worked((Step("Begin", "Add.", ()),)).steps[0].title == "Begin"
    with pytest.raises(ValueError, match="needs a step"):
        Worked(())


@pytest.mark.parametrize(
    ("count", "most", "kept"),
    [
        (0, 3, []),
        (1, 3, [0]),
        (3, 3, [0, 1, 2]),
        (4, 3, [0, 2, 3]),
        (5, 3, [0, 2, 4]),
        (6, 3, [0, 5]),
        (11, 3, [0, 5, 10]),
        (12, 3, [0, 10, 11]),
        (101, 12, [*range(0, 101, 10)]),
        (1001, 200, [*range(0, 1001, 10)]),
        (1001, 12, [*range(0, 1001, 100)]),
        (1000, 12, [*range(0, 1000, 100), 999]),
    ],
)
def test_points_are_thinned_by_round_strides_and_the_ends_are_kept(
    count: int, most: int, kept: list[int]
) -> None:
    assert list(thinned(range(count), most)) == kept
