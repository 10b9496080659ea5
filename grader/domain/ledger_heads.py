"""Heads of the ledger that somebody noted: with one it can be told that nothing up to it was rewritten.

The chain alone can't show that its newest entries were cut off, or that all of it was made anew.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from grader.domain.errors import InvalidRequest
from grader.domain.ledger import Link
from grader.domain.receipts import stamp

_HEAD = re.compile(r"([0-9]{1,9})[:,]([0-9a-f]{64})", re.ASCII)
"""With a comma in the line that ``ledger head --format csv`` writes."""
_FORM = "A head of the ledger is a number, a colon and 64 hexadecimal digits, as in 12:9f86d0… and so on"
_SLIPS = 8
"""Two hashes that differ in so few digits are one hash and a slip of the pen: no forgery comes that close."""


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry of a moment: its number, and the hash that covers all entries up to it.

    ``place`` names the file that states it, for people; one that a person typed has none.
    """

    number: int
    sha256: str
    place: str = field(default="", compare=False)

    def __str__(self) -> str:
        """Write it as people note it."""
        return f"{self.number}:{self.sha256}"


def read_head(text: str) -> Head:
    """Read a noted head.

    Raises:
        InvalidRequest: it has another form.
    """
    plain = text.strip().lower()
    match = _HEAD.fullmatch(plain)
    if match is None:
        raise InvalidRequest(f"{_FORM}. {_slip(plain)} Is it mistyped?")
    return Head(int(match[1]), match[2])


def read_heads(text: str) -> list[Head]:
    """Read a file of noted heads: one a line, perhaps after the moment when it was noted; # begins a remark.

    Raises:
        InvalidRequest: a line has another form.
    """
    heads = []
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        try:
            heads.append(read_head(words[-1]))
        except InvalidRequest as error:
            raise InvalidRequest(f"Line {number} of the heads: {error}") from None
    return heads


def head_line(head: Head, at: datetime) -> str:
    """A line of such a file."""
    return f"{stamp(at)} {head}\n"


def check_typed(links: Iterable[Link], noted: Head) -> None:
    """Let a head pass unless it is plainly a mistyped one of a chain that is whole: that is no alarm.

    Raises:
        InvalidRequest: it has another entry's hash, or its own but for a few digits.
    """
    for link in links:
        slips = sum(one != other for one, other in zip(link.sha256, noted.sha256, strict=False))
        if link.number == noted.number and 0 < slips <= _SLIPS:
            raise InvalidRequest(
                f"The noted head is mistyped: but for {slips} of its 64 digits it is the hash of entry "
                f"{link.number}. The ledger is whole by itself."
            )
        if link.number != noted.number and slips <= _SLIPS:
            raise InvalidRequest(
                f"The noted head is mistyped: its hash is that of entry {link.number}, not {noted.number}. "
                "The ledger is whole by itself."
            )


def _slip(text: str) -> str:
    number, colon, digits = text.partition(":")
    if not colon:
        return "This has no colon."
    if not re.fullmatch("[0-9]{1,9}", number):
        return f"Before the colon stands {number[:20]!r}, which is no number of an entry."
    if odd := re.search("[^0-9a-f]", digits):
        return f"After the colon stands {odd[0]!r}, which is no hexadecimal digit."
    return f"After the colon are {len(digits)} digits."


def head_faults(links: Iterable[Link], noted: Head) -> Iterator[tuple[int, str]]:
    """What shows that the ledger is not the one of which this head was noted."""
    stated = {link.number: link.sha256 for link in links}
    was_noted = f"was noted in {noted.place}" if noted.place else "was noted"
    if noted.number not in stated:
        unless = "" if noted.place else "if its number is not mistyped, "
        there = f"{was_noted} as the head, and there are {len(stated)} entries"
        yield noted.number, f"{there}: {unless}the ledger was cut off"
    elif stated[noted.number] != noted.sha256:
        rewritten = "it, or one before it, was rewritten"
        yield noted.number, f"has another hash than {was_noted}: {rewritten}"
