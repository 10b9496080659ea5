"""The rules for the cells of a data file: each answers '' or the problem.

Cells are checked, not converted: what a student downloads holds the digits that staff typed.
"""

from grader.content.data_lines import shown
from grader.domain.number import read_number

FORMULA = ("=", "+", "-", "@")
"""What a spreadsheet takes for the beginning of one."""


def binary(cell: str) -> str:
    """The rule for features and labels."""
    if cell in ("0", "1"):
        return ""
    return unspoilt(cell) or f"{shown(cell)} is neither 0 nor 1; write 0 or 1"


def probability(cell: str) -> str:
    """The rule for probabilities."""
    if problem := unspoilt(cell):
        return problem
    reading = read_number(cell)
    if reading.value is None:
        advice = str(reading.message).removesuffix(".")
        return f"{shown(cell)} is no probability. {advice}"
    if not 0 <= reading.value <= 1:
        return f"{shown(cell)} is no probability; write a number from 0 to 1"
    # The number reader takes signs of several kinds; those who parse the download may not.
    if cell[0] not in ".0123456789":
        return f"{shown(cell)} has a sign; write the number without it"
    return ""


def unspoilt(cell: str) -> str:
    """The rule for any cell, also for those of a column that is dropped."""
    if not cell:
        return "the value is missing; fill it in"
    if cell.startswith(FORMULA) and not read_number(cell).readable:
        return f"{shown(cell)} is a formula; use plain numbers"
    return ""
