"""One's own record: the page that says who looked, and the file; and what notes that staff looked."""

from datetime import UTC, datetime

from sqlalchemy import select

from grader.db.models import RecordLook
from grader.db.session import reading, transaction
from grader.domain.ledger import Act
from grader.services.ledger.ledger import record
from tests.support.school import School

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def looks(school: School) -> list[tuple[int, int, str]]:
    with reading(school.engine) as session:
        rows = session.execute(
            select(RecordLook.reader_id, RecordLook.person_id, RecordLook.page).order_by(
                RecordLook.id
            )
        )
        return [(row[0], row[1], row[2]) for row in rows]


def test_staff_who_open_a_student_s_pages_are_told_to_that_student(school: School) -> None:
    nobody = school.browser("ada").get("/record").get_data(as_text=True)
    assert "Nobody of the staff has opened" in nobody
    for who in ("tia", "tia", "ina"):
        for path in ("/staff/students/ada", "/staff/students/ada/explanations/pset7/ancestry"):
            assert school.browser(who).get(path).status_code == 200
    ids = school.ids
    # Once an hour for the two of them, whichever pages.
    assert looks(school) == [
        (ids["tia"], ids["ada"], "the page of a student"),
        (ids["ina"], ids["ada"], "the page of a student"),
    ]
    page = school.browser("ada").get("/record").get_data(as_text=True)
    assert page.count("the page of a student") == 2
    assert "Ina" in page
    assert "Tia" in page
    assert "the page of a student" not in school.browser("bob").get("/record").get_data(
        as_text=True
    )


def test_the_first_page_of_the_hour_is_told(school: School) -> None:
    school.browser("tia").get("/staff/students/bob/explanations/pset7/ancestry")
    assert [each[2] for each in looks(school)] == ["the explanation of pset7/ancestry"]


def test_one_s_own_page_the_class_s_pages_and_failures_leave_no_row(school: School) -> None:
    browser = school.browser("tia")
    for path in (
        "/staff/students/tia",
        "/staff/students/nobody",
        "/staff/pset7",
        "/staff/pset7/ancestry",
        "/staff/roster",
    ):
        browser.get(path)
    assert school.browser("bob").get("/staff/students/ada").status_code == 404
    assert looks(school) == []


def test_a_file_that_an_operator_made_is_told_too(school: School) -> None:
    with transaction(school.engine) as session:
        for about in ("record", "pset7"):
            record(
                session,
                act=Act.EXPORT,
                actor="cli:op",
                about=about,
                reason="",
                now=AT,
                person_id=school.ids["ada"],
            )
    page = school.browser("ada").get("/record").get_data(as_text=True)
    assert page.count("cli:op") == 1


def test_the_file_has_what_is_stored_and_leaves_no_look(school: School) -> None:
    school.submit("pset7/ancestry/a", "0.5")
    school.submit("pset7/ancestry/a", "0.25", who="bob")
    reply = school.browser("ada").get("/record/record.json")
    assert reply.headers["Content-Disposition"] == "attachment; filename=record-ada.json"
    document = reply.get_json()
    assert document["login"] == "ada"
    assert [row["text"] for row in document["tables"]["submissions"]] == ["0.5"]
    assert b'"0.25"' not in reply.data
    assert looks(school) == []
