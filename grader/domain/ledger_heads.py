"""Heads of the ledger that somebody noted: with one it can be told that nothing up to it was rewritten.

The chain alone can't show that its newest entries were cut off, or that all of it was made anew.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.domain.errors import InvalidRequest
from grader.domain.ledger import Link

_HEAD = re.compile(r"([0-9]{1,9}):([0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry of a moment: its number, and the hash that covers all entries up to it."""

    number: int
    sha256: str

    def __str__(self) -> str:
        """Write it as people note it."""
        return f"{self.number}:{self.sha256}"


def read_head(text: str) -> Head:
    """Read a noted head.

    Raises:
        InvalidRequest: it has another form.
    """
    match = _HEAD.fullmatch(text.strip().lower())
    if match is None:
        raise InvalidRequest(
            "A head of the ledger is a number, a colon and 64 hexadecimal digits, as in 12:9f86d0… "
            "and so on; see: grader ledger head"
        )
    return Head(int(match[1]), match[2])


def head_faults(links: Iterable[Link], noted: Head) -> Iterator[tuple[int, str]]:
    """What shows that the ledger is not the one of which this head was noted."""
    stated = {link.number: link.sha256 for link in links}
    if noted.number not in stated:
        yield noted.number, "was noted as the head, and is not there: the ledger was cut off"
    elif stated[noted.number] != noted.sha256:
        yield noted.number, "has another hash than was noted: it, or one before it, was rewritten"
