"""The gradebook as spreadsheets get it: no text is a formula, numbers stay numbers."""

from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from grader.domain.problem import Course
from grader.services.exports.exporting import gradebook_export
from grader.services.policies.publishing import publish_policy
from grader.services.scores.gradebook import gradebook
from tests.services.files.test_csv_text import PAYLOADS, STARTS, read_back
from tests.support.courses import COURSE
from tests.support.people import add_person

NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)


def enrol(session: Session, course: Course, *names: str) -> None:
    for assignment in course.assignments:
        publish_policy(session, course=course, assignment=assignment, actor="op", now=NOW)
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
