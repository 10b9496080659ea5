"""The gradebook as an Excel workbook: numbers are numbers, and no text is ever a formula."""

import io
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from grader.domain.scoring import AssignmentScore, PartState
from grader.services.exports.canvas_export import EXCUSED
from grader.services.exports.questions import figure_of, questions, totals, totals_of
from grader.services.files.csv_text import TextOrNumber
from grader.services.scores.gradebook import Gradebook, GradebookRow

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
POINTS_FORMAT, WHOLE_FORMAT, TIME_FORMAT = "0.00", "0", "yyyy-mm-dd hh:mm"

_PERSON = (("Login", 14), ("Name", 28), ("Section", 16), ("SIS user ID", 14))
_OF_PRACTICE = "practice, which gives no points: 1 is correct, 0 is not"
_FROZEN = (1, 2)  # The titles stay in view, and so do the login and the name.
_NARROW, _WIDE = 11, 60


def workbook(book: Gradebook, *, course: str, version: int, actor: str, now: datetime) -> bytes:
    """The sheets "Scores" and "About": the latter says when, under which policy, and by whom."""
    written = io.BytesIO()
    # Nothing that a student could have had a hand in is taken for more than the text that it is.
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(written, {"in_memory": True, "remove_timezone": True, **plain}) as made:
        made.set_properties({"created": now.replace(tzinfo=None), "title": book.assignment.title})
        bold = made.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        points = made.add_format({"num_format": POINTS_FORMAT})
        whole = made.add_format({"num_format": WHOLE_FORMAT})
        moment = made.add_format({"num_format": TIME_FORMAT, "align": "left"})
        _scores(made.add_worksheet("Scores"), book, bold=bold, points=points, whole=whole)
        local = now.astimezone(ZoneInfo(book.policy.timezone)).replace(tzinfo=None)
        facts = (
            ("Course", course),
            ("Assignment", book.assignment.title),
            ("Written", local),
            ("Time zone", book.policy.timezone),
            ("Policy version", version),
            ("By", actor),
            ("Students", len(book.rows)),
            ("Cells", "points" if book.policy.graded else _OF_PRACTICE),
        )
        _about(made.add_worksheet("About"), facts, bold=bold, whole=whole, moment=moment)
    return written.getvalue()


def _scores(
    sheet: Worksheet, book: Gradebook, *, bold: Format, points: Format, whole: Format
) -> None:
    asked, summed = questions(book), totals(book)
    headings = [f"{each.short}\n{each.title}" for each in asked]
    sums = [title.replace("_", " ").capitalize() for title in summed]
    for place, title in enumerate([*(title for title, _ in _PERSON), *headings, *sums]):
        sheet.write_string(0, place, title, bold)
    for place, (_title, width) in enumerate(_PERSON):
        sheet.set_column(place, place, width)
    last = len(_PERSON) + len(asked) + len(summed) - 1
    sheet.set_column(len(_PERSON), last, _NARROW)
    sheet.set_row(0, _WIDE)
    sheet.freeze_panes(*_FROZEN)
    figure = points if book.policy.graded else whole
    formats = [None] * len(_PERSON) + [figure] * (len(asked) + 2) + [whole]
    for number, row in enumerate(book.rows, 1):
        for place, value in enumerate(_row(book, row, [each.slug for each in asked])):
            _write(sheet, (number, place), value, formats[place])
    sheet.autofilter(0, 0, len(book.rows), last)
    sheet.repeat_rows(0)


def _row(book: Gradebook, row: GradebookRow, asked: Sequence[str]) -> tuple[TextOrNumber, ...]:
    person, score = row.person, row.score
    total, *others = totals_of(book, score)
    return (
        person.login,
        person.name,
        person.section,
        person.sis_user_id,
        *(_figure(book, score, slug) for slug in asked),
        EXCUSED if score.excused else total,
        *others,
    )


def _figure(book: Gradebook, score: AssignmentScore, slug: str) -> TextOrNumber:
    excused = score.part(slug).state is PartState.EXCUSED
    return EXCUSED if excused else figure_of(book, score, slug)


def _about(
    sheet: Worksheet,
    facts: Sequence[tuple[str, str | int | datetime]],
    *,
    bold: Format,
    whole: Format,
    moment: Format,
) -> None:
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 48)
    for number, (title, value) in enumerate(facts):
        sheet.write_string(number, 0, title, bold)
        if isinstance(value, datetime):
            sheet.write_datetime(number, 1, value, moment)
        else:
            _write(sheet, (number, 1), value, whole if isinstance(value, int) else None)


def _write(
    sheet: Worksheet, cell: tuple[int, int], value: TextOrNumber, form: Format | None
) -> None:
    if isinstance(value, int | Decimal):
        sheet.write_number(*cell, value, form)
    elif value:
        sheet.write_string(*cell, value, form)
