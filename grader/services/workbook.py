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
from grader.services.canvas_export import EXCUSED
from grader.services.exporting import TextOrNumber
from grader.services.gradebook import Gradebook, GradebookRow
from grader.services.questions import points_of, questions

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
POINTS_FORMAT, WHOLE_FORMAT, TIME_FORMAT = "0.00", "0", "yyyy-mm-dd hh:mm"

_PERSON = (("Login", 14), ("Name", 28), ("Section", 16), ("SIS user ID", 14))
_TOTALS = ("Total", "Possible", "Late days")
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
        )
        _about(made.add_worksheet("About"), facts, bold=bold, whole=whole, moment=moment)
    return written.getvalue()


def _scores(
    sheet: Worksheet, book: Gradebook, *, bold: Format, points: Format, whole: Format
) -> None:
    asked = questions(book)
    headings = [f"{each.short}\n{each.title}" for each in asked]
    for place, title in enumerate([*(title for title, _ in _PERSON), *headings, *_TOTALS]):
        sheet.write_string(0, place, title, bold)
    for place, (_title, width) in enumerate(_PERSON):
        sheet.set_column(place, place, width)
    sheet.set_column(len(_PERSON), len(_PERSON) + len(asked) + len(_TOTALS) - 1, _NARROW)
    sheet.set_row(0, _WIDE)
    sheet.freeze_panes(*_FROZEN)
    for number, row in enumerate(book.rows, 1):
        formats = [None] * len(_PERSON) + [points] * (len(asked) + 2) + [whole]
        for place, (value, form) in enumerate(
            zip(_row(row, [each.slug for each in asked]), formats, strict=True)
        ):
            _write(sheet, (number, place), value, form)
    sheet.autofilter(0, 0, len(book.rows), len(_PERSON) + len(asked) + len(_TOTALS) - 1)
    sheet.repeat_rows(0)


def _row(row: GradebookRow, asked: Sequence[str]) -> tuple[TextOrNumber, ...]:
    person, score = row.person, row.score
    return (
        person.login,
        person.name,
        person.section,
        person.sis_user_id,
        *(_points(score, slug) for slug in asked),
        EXCUSED if score.excused else score.points,
        score.possible,
        score.late_days,
    )


def _points(score: AssignmentScore, slug: str) -> TextOrNumber:
    excused = score.part(slug).state is PartState.EXCUSED
    return EXCUSED if excused else points_of(score, slug)


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
