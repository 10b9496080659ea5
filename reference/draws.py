"""Draws from ``random.Random.random()`` alone, the one method whose sequence Python promises to keep."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


def whole(draw: Random, low: int, high: int) -> int:
    """One of the whole numbers ``low..high``, both ends included, each equally likely."""
    return low + int(draw.random() * (high - low + 1))


def one_of(draw: Random, options: Sequence[T]) -> T:
    """One of these, each equally likely."""
    return options[whole(draw, 0, len(options) - 1)]


def shuffled(draw: Random, items: Sequence[T]) -> tuple[T, ...]:
    """The same in another order, each order equally likely (Fisher and Yates)."""
    order = list(items)
    for last in range(len(order) - 1, 0, -1):
        other = whole(draw, 0, last)
        order[last], order[other] = order[other], order[last]
    return tuple(order)
