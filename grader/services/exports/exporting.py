"""What we write for spreadsheets and other tools, from the same read models as the pages."""

from collections.abc import Iterable
from dataclasses import dataclass

from grader.services.exports.questions import figure_of, questions, totals, totals_of
from grader.services.files.csv_text import TextOrNumber, csv_text
from grader.services.scores.gradebook import Gradebook, GradebookRow


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

    What a student is excused from, or has no mark for, is an empty cell: it is not 0. Practice has no points:
    1 is a part that is correct and 0 one that is not.
    """
    parts = tuple(each.slug for each in questions(gradebook))
    columns = ("login", "name", "section", "sis_user_id", *parts, *totals(gradebook))
    return Export(columns, tuple(_gradebook_row(gradebook, row, parts) for row in gradebook.rows))


def _gradebook_row(
    book: Gradebook, row: GradebookRow, parts: Iterable[str]
) -> tuple[TextOrNumber, ...]:
    person, score = row.person, row.score
    return (
        person.login,
        person.name,
        person.section,
        person.sis_user_id,
        *(figure_of(book, score, slug) for slug in parts),
        *totals_of(book, score),
    )
