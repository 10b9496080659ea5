from collections import Counter
from random import Random

import pytest

from reference.draws import one_of, shuffled, whole


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - a test has no secrets.


class Always(Random):
    """Draws one number for ever."""

    def __init__(self, number: float) -> None:
        super().__init__()
        self.number = number

    def random(self) -> float:
        return self.number


@pytest.mark.parametrize(
    ("drawn", "expected"), [(0.0, 2), (0.249, 2), (0.25, 3), (0.5, 4), (0.75, 5), (1 - 2**-53, 5)]
)
def test_a_whole_number_lies_between_its_ends_which_belong_to_it(
    drawn: float, expected: int
) -> None:
    assert whole(Always(drawn), 2, 5) == expected


def test_each_option_is_as_likely() -> None:
    draw = seeded(109)
    times = Counter(one_of(draw, "abc") for _ in range(3000))
    # Three standard deviations of a binomial count are 77.
    assert all(abs(times[option] - 1000) < 100 for option in "abc")


def test_each_order_is_as_likely_and_nothing_is_lost() -> None:
    draw = seeded(109)
    times = Counter(shuffled(draw, (1, 2, 3)) for _ in range(6000))
    assert len(times) == 6
    assert all(abs(count - 1000) < 120 for count in times.values())
    assert all(sorted(order) == [1, 2, 3] for order in times)


@pytest.mark.parametrize("items", [(), (7,)])
def test_what_has_no_other_order_stays(items: tuple[int, ...]) -> None:
    assert shuffled(seeded(109), items) == items
