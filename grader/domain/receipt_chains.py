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
    """A receipt, as faults name it."""
    return f"receipt {receipt.ordinal} ({receipt.part}, attempt {receipt.attempt})"


def _beginning(first: Receipt) -> Iterator[str]:
    if first.ordinal == 1 and first.previous is not None:
        yield f"{name_of(first)} is the first, yet names one before it"
    if first.ordinal > 1 and first.previous is None:
        yield f"{name_of(first)} is not the first, yet names none before it"


def _step(before: Receipt, after: Receipt) -> Iterator[str]:
    if after.student != before.student:
        yield (
            f"{name_of(after)} is another student's: {after.student}, not {before.student} as the one "
            "before it"
        )
    elif after.ordinal > before.ordinal + 1:
        yield _missing(before.ordinal + 1, after.ordinal - 1)
    elif after.ordinal <= before.ordinal:
        yield f"{name_of(after)} stands after receipt {before.ordinal}, so they are out of order"
    elif after.previous != before.sha256:
        yield f"{name_of(after)} does not follow receipt {before.ordinal} as it stands here"


def _missing(first: int, last: int) -> str:
    if first == last:
        return f"receipt {first} is missing"
    return f"receipts {first} to {last} are missing"
