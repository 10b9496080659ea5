"""A worked solution: the steps to a problem's values in words, each perhaps with figures.

It is shown beside a key and decides nothing. The numbers of the figures are what was computed; how they are
drawn is the web's affair.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count, pairwise
from math import isfinite
from typing import ClassVar, Literal, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LineFigure:
    """A line through points from left to right; ``x`` and ``y`` name the axes with their units."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    kind: Literal["line"]
    title: str
    caption: str
    x: str
    y: str
    points: tuple[tuple[float, float], ...]
    decimals: int

    def __post_init__(self) -> None:
        """Refuse what can't be drawn.

        Raises:
            ValueError: fewer than two points, one that is no number, or one left of the one before.
        """
        _check_finite(number for point in self.points for number in point)
        if len(self.points) < 2:  # noqa: PLR2004 - a line has two ends.
            raise ValueError("a line needs two points")
        if any(right[0] <= left[0] for left, right in pairwise(self.points)):
            raise ValueError("the points of a line stand from left to right")


@dataclass(frozen=True, slots=True)
class BarsFigure:
    """A bar for each name; ``names`` says what they are of, ``y`` what the values are, with the unit."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    kind: Literal["bars"]
    title: str
    caption: str
    names: str
    y: str
    bars: tuple[tuple[str, float], ...]
    marked: str | None
    decimals: int

    def __post_init__(self) -> None:
        """Refuse what can't be drawn.

        Raises:
            ValueError: no bar, a value that is no number, or a mark on a bar that there is not.
        """
        _check_finite(value for _, value in self.bars)
        names = [name for name, _ in self.bars]
        if not names or len(set(names)) < len(names):
            raise ValueError("bars need a name each, and no two the same")
        if self.marked is not None and self.marked not in names:
            raise ValueError(f"the marked bar '{self.marked}' is none of the bars")


@dataclass(frozen=True, slots=True)
class Bucket:
    """Predictions near ``value``: how many, their mean, and the fraction of label 1 among them.

    An empty bucket has neither mean nor fraction.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    value: float
    count: int
    prediction: float | None
    fraction: float | None

    def __post_init__(self) -> None:
        """Refuse what is no bucket.

        Raises:
            ValueError: a share outside 0..1, a negative count, or a mean of nothing.
        """
        shares = [self.value, self.prediction, self.fraction]
        if not all(each is None or 0 <= each <= 1 for each in shares):
            raise ValueError("the shares of a bucket lie between 0 and 1")
        known = {self.prediction is not None, self.fraction is not None}
        if self.count < 0 or known != {self.count > 0}:
            raise ValueError(
                "a bucket has a mean and a fraction if it counts something, else neither"
            )


@dataclass(frozen=True, slots=True)
class ReliabilityFigure:
    """A reliability diagram: for each bucket of predictions, whether they come true as often as they say."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    kind: Literal["reliability"]
    title: str
    caption: str
    buckets: tuple[Bucket, ...]
    decimals: int

    def __post_init__(self) -> None:
        """Refuse what can't be drawn.

        Raises:
            ValueError: nothing was counted.
        """
        if not any(bucket.count for bucket in self.buckets):
            raise ValueError("a reliability diagram needs predictions")


Figure = LineFigure | BarsFigure | ReliabilityFigure


@dataclass(frozen=True, slots=True)
class Step:
    """A heading, Markdown with TeX, and figures."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    title: str
    text: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Worked:
    """All steps, in their order."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    steps: tuple[Step, ...]

    def __post_init__(self) -> None:
        """Refuse a solution that says nothing.

        Raises:
            ValueError: there is no step.
        """
        if not self.steps:
            raise ValueError("a worked solution needs a step")


def thinned(points: Sequence[T], most: int) -> tuple[T, ...]:
    """At most so many of the points: the first, every 2nd, 5th, 10th, 20th ... after it, and the last.

    Such strides leave round numbers where the points stand at 0, 1, 2 and so on.
    """
    strides = (digit * 10**power for power in count() for digit in (1, 2, 5))
    return next(kept for stride in strides if len(kept := _every(points, stride)) <= most)


def _every(points: Sequence[T], stride: int) -> tuple[T, ...]:
    missed = (len(points) - 1) % stride
    return (*points[::stride], *points[len(points) - bool(missed) :])


def _check_finite(numbers: Iterable[float]) -> None:
    if not all(isfinite(number) for number in numbers):
        raise ValueError("a figure needs finite numbers")
