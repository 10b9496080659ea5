"""The points of a class before and after, as pairs of bars on one scale."""

import pytest

from grader.web.figures.before_after import BOTTOM, LEFT, RIGHT, draw_before_after


def test_each_span_has_a_bar_before_and_one_after_in_one_scale() -> None:
    drawn = draw_before_after({"0": 1, "4.5": 2, "10": 1}, {"5": 4})
    assert drawn is not None
    assert [tick.label for tick in drawn.across] == [str(number) for number in range(11)]
    assert drawn.table.columns == ("points", "before", "after")
    assert drawn.table.rows[0] == ("0 to below 1", "1", "0")
    assert drawn.table.rows[4] == ("4 to below 5", "2", "0")
    assert drawn.table.rows[5] == ("5 to below 6", "0", "4")
    assert drawn.table.rows[-1] == ("9 to 10", "1", "0"), "the top belongs to the last span"
    (after,) = drawn.after
    assert after.y + after.height == BOTTOM
    assert after.height == 2 * drawn.before[1].height == 4 * drawn.before[0].height
    assert all(each.x >= LEFT and each.x + each.width <= RIGHT for each in drawn.before)
    assert drawn.before[0].x + drawn.before[0].width < after.x


def test_it_is_said_in_words_for_who_can_not_see_it() -> None:
    drawn = draw_before_after({"0": 1, "5": 1}, {"5": 2})
    assert drawn is not None
    assert drawn.described == "The points of 2 students: 2.5 on average before, 5.0 after."


@pytest.mark.parametrize("spread", [{}, {"0": 3}])
def test_where_nobody_has_a_point_there_is_nothing_to_draw(spread: dict[str, int]) -> None:
    assert draw_before_after(spread, spread) is None
