"""What we write for spreadsheets and other tools, from the same read models as the pages."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from grader.domain.grammar import canonical
from grader.services.gradebook import Gradebook, GradebookRow
from grader.services.questions import points_of, questions

TextOrNumber = str | int | Decimal | None

# The full-width forms start a formula too, where the spreadsheet is set to Chinese or Japanese.
_STARTS_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


@dataclass(frozen=True, slots=True)
class Export:
    """A table for another tool: its columns, and rows of texts and numbers."""

    columns: tuple[str, ...]
    rows: tuple[tuple[TextOrNumber, ...], ...]

    @property
    def csv(self) -> str:
        """The table as CSV that is safe to open in a spreadsheet."""
        return csv_text(self.columns, self.rows)


def gradebook_export(gradebook: Gradebook) -> Export:
    """One row per student: who they are, the points of each part or explanation, total and late days.

    What a student is excused from, or has no mark for, is an empty cell: it is not 0.
    """
    parts = tuple(each.slug for each in questions(gradebook))
    columns = ("login", "name", "section", "sis_user_id", *parts, "total", "possible", "late_days")
    return Export(columns, tuple(_gradebook_row(row, parts) for row in gradebook.rows))


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


def _gradebook_row(row: GradebookRow, parts: Iterable[str]) -> tuple[TextOrNumber, ...]:
    person, score = row.person, row.score
    return (
        person.login,
        person.name,
        person.section,
        person.sis_user_id,
        *(points_of(score, slug) for slug in parts),
        score.points,
        score.possible,
        score.late_days,
    )


def _cell(value: TextOrNumber) -> str | int | None:
    if isinstance(value, Decimal):
        return canonical(value)
    return harmless(value) if isinstance(value, str) else value
