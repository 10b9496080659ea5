"""What may be saved as an explanation, and how often. Pure rules over texts and moments."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from grader.domain.errors import InvalidRequest

LONGEST = 20_000
"""The most characters of one explanation: some eight printed pages."""
GAP = timedelta(seconds=30)
"""How long after any version a pause in typing is saved again."""
DAY = timedelta(days=1)
MOST_A_DAY = 400
MOST_AUTOMATIC_A_DAY = 300
"""Fewer than there may be in all, so that typing never uses up the saves by hand."""

_LINE_END = re.compile(r"\r\n?")
# Databases refuse NUL and half a character; the other controls show as nothing, and come from bad copies.
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def tidy(text: str) -> str:
    """The text as it is stored: one kind of line end, and a mark where no character can be stored."""
    return _UNSTORABLE.sub("\ufffd", _LINE_END.sub("\n", text))


def check_length(text: str) -> None:
    """Let an explanation of at most ``LONGEST`` characters pass.

    Raises:
        InvalidRequest: it is longer.
    """
    if len(text) > LONGEST:
        raise InvalidRequest(
            f"An explanation has at most {LONGEST:,} characters, and this one has {len(text):,}. "
            "Nothing was stored: shorten it, and save it again."
        )


def next_save(
    saved: Sequence[datetime], now: datetime, *, automatic: bool, gap: timedelta
) -> datetime | None:
    """When the next version may be stored, or None for now; ``saved`` are those before, the oldest first.

    With a ``gap``, saves coalesce: whoever types gets one version in each, and what came in between waits
    in the browser. All kinds end at a number a day, so that no script fills the disk.
    """
    most = MOST_AUTOMATIC_A_DAY if automatic else MOST_A_DAY
    today = [moment for moment in saved if moment > now - DAY]
    if len(today) >= most:
        return today[-most] + DAY
    if saved and now < saved[-1] + gap:
        return saved[-1] + gap
    return None
