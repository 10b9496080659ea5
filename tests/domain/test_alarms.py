from decimal import Decimal

import pytest

from grader.domain.alarms import FEWEST, Alarm, Figures, alarms

RIVAL = Decimal("0.12345")
WELL = Figures(tried=40, solved=36, first_try=20, rival=RIVAL, rivals=3)
"""Half of the class is right at once."""


def part(solved: int, rivals: int, *, tried: int = 40, first_try: int = 20) -> Figures:
    return Figures(tried, solved, first_try, RIVAL if rivals else None, rivals)


def test_where_all_goes_well_nothing_is_said() -> None:
    assert alarms([WELL, WELL, WELL]) == [None, None, None]
    assert alarms([]) == []
    assert alarms([part(0, 0, tried=0, first_try=0)]) == [None]


@pytest.mark.parametrize(
    ("solved", "rivals", "alarm"),
    [
        (10, 9, False),
        (10, 10, False),
        (10, 11, True),
        (0, FEWEST, True),
        (0, FEWEST - 1, False),
        (0, 0, False),
    ],
)
def test_a_wrong_value_of_more_students_than_the_right_one_speaks_against_the_key(
    solved: int, rivals: int, alarm: object
) -> None:
    found = alarms([part(solved, rivals)])
    assert found == [Alarm(RIVAL, None) if alarm else None]


@pytest.mark.parametrize(
    ("tried", "first_try", "alarm"),
    [
        (40, 10, False),  # A quarter, against a half: just half of it.
        (40, 9, True),
        (40, 0, True),
        (FEWEST, 0, True),
        (FEWEST - 1, 0, False),
    ],
)
def test_first_tries_that_fail_far_more_often_than_elsewhere_do_so_too(
    tried: int, first_try: int, alarm: object
) -> None:
    found = alarms([WELL, part(tried, 0, tried=tried, first_try=first_try), WELL])
    assert found == [None, Alarm(None, 0.5) if alarm else None, None]


def test_a_part_is_compared_with_the_others_of_which_enough_students_tried() -> None:
    few = part(0, 0, tried=FEWEST - 1, first_try=0)
    failing = part(30, 0, first_try=4)
    assert alarms([failing, few]) == [None, None]
    assert alarms([failing, few, WELL]) == [Alarm(None, 0.5), None, None]


def test_both_may_speak_against_one_key() -> None:
    assert alarms([WELL, part(2, 30, first_try=1)]) == [None, Alarm(RIVAL, 0.5)]
