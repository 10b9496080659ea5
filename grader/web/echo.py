"""How the text in a box is read, which is told beside it whatever its verdict may be."""

from dataclasses import dataclass

from grader.domain.number import read_number, too_few_decimals
from grader.web import wording


@dataclass(frozen=True, slots=True)
class Echo:
    """A number as it was read, and its decimals in words; ``warns`` if they are too few."""

    read: str
    decimals: str
    warns: bool


def echo(text: str, decimals: int) -> Echo | None:
    """The echo of a text where ``decimals`` are asked; None if it is no number, as the reply says why.

    It depends on the text alone, so that it says nothing of right or wrong.
    """
    reading = read_number(text)
    if reading.value is None:
        return None
    read, said = wording.as_read(reading), wording.decimals_in_words(reading.decimals)
    warns = too_few_decimals(reading, decimals)
    return Echo(read, f"{said}; {wording.asked_in_words(decimals)}" if warns else said, warns)
