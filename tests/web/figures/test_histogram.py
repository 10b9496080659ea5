"""Counts as bars: each is where it belongs, and what is told apart is."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from grader.domain.grading import PartKey
from grader.domain.what_if import Answered, what_if
from grader.web.figures.distances import draw_distances
from grader.web.figures.histogram import SPARK_HEIGHT, spark
from grader.web.figures.over_time import draw_over_time

ZONE = "America/Los_Angeles"
BEGIN = datetime(2026, 3, 9, 7, tzinfo=UTC)  # Midnight there.
KEY = PartKey(Decimal("0.5"), Decimal("0.00001"))


def bounds(number: int, hours: int = 6) -> list[datetime]:
    return [BEGIN + place * timedelta(hours=hours) for place in range(number + 1)]


def test_a_bar_is_as_high_as_its_count_and_the_table_tells_each_column() -> None:
    drawn = draw_over_time(bounds(3), [("1a", [1, 0, 4]), ("1b", [1, 0, 0])], None, ZONE)
    assert drawn is not None
    first, last = drawn.bars
    assert last.height == 2 * first.height
    assert first.x < last.x
    assert drawn.table.columns == ("from", "all", "1a", "1b")
    assert [row[1:] for row in drawn.table.rows] == [
        ("2", "1", "1"),
        ("0", "0", "0"),
        ("4", "4", "0"),
    ]
    assert "6 submissions" in drawn.described
    assert (drawn.line, drawn.marked) == (None, ())


def test_the_due_time_stands_between_the_bars_and_what_comes_after_it_is_marked() -> None:
    due = BEGIN + timedelta(hours=9)
    drawn = draw_over_time(bounds(4), [("1a", [1, 1, 1, 1])], due, ZONE)
    assert drawn is not None
    assert drawn.line is not None
    middle = drawn.plot.x + drawn.plot.width * 1.5 / 4
    assert (drawn.line.label, drawn.line.at) == ("due", round(middle, 1))
    assert (len(drawn.bars), len(drawn.marked)) == (2, 2)
    beyond = draw_over_time(bounds(4), [("1a", [1, 1, 1, 1])], BEGIN + timedelta(days=9), ZONE)
    assert beyond is not None
    assert beyond.line is None


def test_days_are_named_where_there_are_some_and_times_where_there_are_not() -> None:
    days = draw_over_time(bounds(40), [("1a", [1] * 40)], None, ZONE)
    hours = draw_over_time(bounds(6, 1), [("1a", [1] * 6)], None, ZONE)
    assert days is not None
    assert hours is not None
    assert [tick.label for tick in days.across][:2] == ["Mon 9", "Wed 11"]
    assert [tick.label for tick in hours.across][:2] == ["12:00 am", "2:00 am"]


def test_where_nothing_was_counted_nothing_is_drawn() -> None:
    assert draw_over_time(bounds(2), [("1a", [0, 0])], None, ZONE) is None
    assert draw_over_time([], [("1a", [])], None, ZONE) is None
    assert spark([]) == spark([0, 0]) == ()


def test_a_spark_s_highest_bar_fills_it() -> None:
    low, high = spark([2, 0, 4])
    assert (high.height, low.height) == (SPARK_HEIGHT, SPARK_HEIGHT / 2)


def test_wrong_answers_are_counted_between_one_tolerance_and_the_next() -> None:
    wrong = {"0.50002": 3, "0.500021": 4, "0.6": 5, "0.61": 6}
    found = what_if(
        KEY,
        [
            Answered(Decimal(text), correct=False, people=[], submissions=n)
            for text, n in wrong.items()
        ],
    )
    drawn = draw_distances(found, Decimal("0.00002"))
    assert drawn is not None
    assert drawn.table.rows == (
        ("0.00001", "0.00002", "3"),
        ("0.00002", "0.00005", "4"),
        ("0.05", "0.1", "5"),
    )
    assert (len(drawn.marked), len(drawn.bars)) == (1, 2)
    assert "12 wrong submissions within 0.1 of the key, and 6 beyond." in drawn.described
    assert [tick.label for tick in drawn.across][:2] == ["10⁻⁸", "10⁻⁷"]
    far = what_if(KEY, [Answered(Decimal(9), correct=False, people=[], submissions=1)])
    assert draw_distances(far, KEY.tolerance) is None
