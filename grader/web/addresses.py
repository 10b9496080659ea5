"""Numbers that come in addresses and forms: whatever is written there, a row's number or none."""

_MOST_DIGITS = 18


def row_number(text: str) -> int | None:
    """The number that a text names, if it can be that of a row."""
    if not text.isascii() or not text.isdecimal() or len(text) > _MOST_DIGITS:
        return None
    return int(text)
