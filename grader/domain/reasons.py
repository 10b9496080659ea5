"""The reason that staff give for an act: one line, there, and not too long."""

from grader.domain.errors import InvalidRequest

LONGEST_REASON = 500


def checked_reason(text: str) -> str:
    """The reason as it is recorded.

    Raises:
        InvalidRequest: it is empty, too long, or more than a line of plain text.
    """
    said = text.strip()
    if not said or len(said) > LONGEST_REASON or not said.isprintable():
        raise InvalidRequest(f"Give a reason, in one line of at most {LONGEST_REASON} characters.")
    return said
