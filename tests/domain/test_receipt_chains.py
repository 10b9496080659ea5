from dataclasses import replace

import pytest

from grader.domain.receipt_chains import chain_faults, missing
from grader.domain.receipts import Receipt
from tests.support.receipts import FIRST, chain

FIVE = [each.receipt for each in chain(5)]


@pytest.mark.parametrize("receipts", [[], FIVE[:1], FIVE, FIVE[2:], FIVE[4:]])
def test_receipts_that_follow_one_another_are_no_fault_wherever_they_begin(
    receipts: list[Receipt],
) -> None:
    assert list(chain_faults(receipts)) == []


@pytest.mark.parametrize(
    ("receipts", "fault"),
    [
        ([FIVE[0], FIVE[2]], "Receipt 2 is missing."),
        ([FIVE[0], FIVE[4]], "Receipts 2 to 4 are missing."),
        ([FIVE[1], FIVE[0]], "Receipt 1 (set/sum/a, attempt 1) stands after receipt 2"),
        ([FIVE[1], FIVE[1]], "Receipt 2 (set/sum/a, attempt 2) stands after receipt 2"),
        ([replace(FIVE[0], text="1"), FIVE[1]], "attempt 2) does not follow receipt 1"),
        ([FIVE[0], replace(FIVE[1], student="bob")], "is another student's: bob, not ada."),
        ([replace(FIRST, previous="0" * 64)], "is the first, yet names one before it."),
        ([replace(FIRST, ordinal=3)], "names none before it, yet is not the first."),
    ],
)
def test_each_break_of_a_chain_is_told(receipts: list[Receipt], fault: str) -> None:
    (told,) = chain_faults(receipts)
    assert fault in told


def test_what_is_missing_is_told_by_its_numbers() -> None:
    assert (missing(3, 3), missing(3, 4)) == (
        "Receipt 3 is missing.",
        "Receipts 3 to 4 are missing.",
    )
