"""What a solution reports: one finite number for each part."""

import math
from typing import SupportsFloat


def report(**parts: SupportsFloat) -> dict[str, float]:
    """The parts' values as plain floats.

    Raises:
        ValueError: a value is infinite or not a number, so that it can't become an answer key.
    """
    values = {part: float(value) for part, value in parts.items()}
    for part, value in values.items():
        if not math.isfinite(value):
            raise ValueError(f"part {part} came out as {value}, which is no number to grade by")
    return values
