"""What a misconception is: a mistake that students make, as a mutation of a reference solution.

Each solution's module names those of its problem in ``MISCONCEPTIONS``, the most likely first. Where two of
them give the same number students are told of neither, unless one says that it is the likelier.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reference.inputs import Inputs

Values = Callable[[Inputs], Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Misconception:
    """A mistake, and the numbers that one who makes it comes to.

    Attributes:
        tag: Its name in keys and statistics, unique in its module.
        message: What the student is told. It names the mistake, and holds no number.
        values: The parts that the mistake touches, by id, each with the finite number that it gives there.
            A part is left out where the mistake can't be made or leads to no number.
        section: The heading of the statement to read again, as the anchor of a link: ``what-to-report``.
        rather_than: The tags of less likely misconceptions: where one of them gives the same number, this
            one is told.
    """

    tag: str
    message: str
    values: Values
    section: str | None = None
    rather_than: tuple[str, ...] = ()
