"""The cells of a result, as text for people and as JSON for programs."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from grader.domain.grammar import canonical

Cell = str | int | Decimal | datetime | bool | None


def text_of(cell: Cell) -> str:
    """A cell as people read it; moments are in UTC."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return f"{cell.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return canonical(cell) if isinstance(cell, Decimal) else str(cell)


def visible(text: str) -> str:
    """A text in one line, without what a terminal would act on."""
    # A stored text must not move the terminal's cursor or change its colours.
    line = " \N{RETURN SYMBOL} ".join(text.splitlines())
    return "".join(c if c.isprintable() else "\ufffd" for c in line)


def json_of(value: Any) -> Any:  # noqa: ANN401 - what json can't write by itself.
    """A number or a moment as JSON has it.

    Raises:
        TypeError: it is neither.
    """
    if isinstance(value, Decimal):
        return canonical(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")
