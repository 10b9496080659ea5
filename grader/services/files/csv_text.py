"""Writes CSV that is safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal

from grader.domain.grammar import canonical

TextOrNumber = str | int | Decimal | None

# The full-width forms start a formula too, where the spreadsheet is set to Chinese or Japanese.
_STARTS_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[TextOrNumber]]) -> str:
    """Rows as CSV. No text can start a formula, numbers stay numbers, and None is an empty cell."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow([harmless(column) for column in columns])
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return written.getvalue()


def harmless(text: str) -> str:
    """The text, with an apostrophe before it if a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(_STARTS_FORMULA) else text


def _cell(value: TextOrNumber) -> str | int | None:
    if isinstance(value, Decimal):
        return canonical(value)
    return harmless(value) if isinstance(value, str) else value
