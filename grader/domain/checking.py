"""What a key says of one typed text, for an operator who may see the difference."""

from dataclasses import dataclass
from decimal import Decimal

from grader.domain.comparing import distance
from grader.domain.grading import AnswerKey, Verdict, grade
from grader.domain.number import Reading, read_number


@dataclass(frozen=True, slots=True)
class Checked:
    """The reading, and unless it is unreadable its verdict and how far it is from the key.

    ``difference`` is the absolute one to the nearest value that counts as correct, ``misconception`` the
    tag of what explains a wrong answer.
    """

    reading: Reading
    verdict: Verdict | None
    difference: Decimal | None
    tolerance: Decimal
    misconception: str | None = None


def check_text(key: AnswerKey, part: str, text: str) -> Checked:
    """Read a text and grade it, as if a student had typed it.

    Raises:
        KeyError: the key does not cover the part.
    """
    part_key = key.parts[part]
    reading = read_number(text)
    if reading.value is None:
        return Checked(reading, None, None, part_key.tolerance)
    differences = [distance(reading.value, value) for value in part_key.truths]
    graded = grade(key, part, reading.value)
    return Checked(
        reading, graded.verdict, min(differences), part_key.tolerance, graded.misconception
    )
