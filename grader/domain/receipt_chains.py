"""Whether receipts follow one another: no gap, no fork, nothing taken out of the middle."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from grader.domain.receipts import Receipt


def chain_faults(receipts: Sequence[Receipt]) -> Iterator[str]:
    """What is wrong with one student's receipts in their order, each fault as a sentence.

    They may begin anywhere, since a student may show the last few; from there on, all have to be there.
    """
    if receipts:
        yield from _beginning(receipts[0])
    for before, after in pairwise(receipts):
        yield from _step(before, after)


def name_of(receipt: Receipt) -> str:
    """A receipt, as a sentence about it begins."""
    return f"Receipt {receipt.ordinal} ({receipt.part}, attempt {receipt.attempt})"


def missing(first: int, last: int) -> str:
    """The sentence that says so of the receipts from the first number to the last."""
    if first == last:
        return f"Receipt {first} is missing."
    return f"Receipts {first} to {last} are missing."


def _beginning(first: Receipt) -> Iterator[str]:
    if (first.ordinal == 1) != (first.previous is None):
        how = "is the first, yet names" if first.previous else "names none before it, yet is not"
        yield f"{name_of(first)} {how} {'one before it' if first.previous else 'the first'}."


def _step(before: Receipt, after: Receipt) -> Iterator[str]:
    if after.student != before.student:
        yield f"{name_of(after)} is another student's: {after.student}, not {before.student}."
    elif after.ordinal > before.ordinal + 1:
        yield missing(before.ordinal + 1, after.ordinal - 1)
    elif after.ordinal <= before.ordinal:
        yield f"{name_of(after)} stands after receipt {before.ordinal}: they are out of order."
    elif after.previous != before.sha256:
        yield f"{name_of(after)} does not follow receipt {before.ordinal} as that stands here."
