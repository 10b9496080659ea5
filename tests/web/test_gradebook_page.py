"""The gradebook's page: sorted, filtered and cut on the server, with links that need no script."""

import csv
import html
import io
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import insert

from grader.db.models import Person
from grader.db.session import transaction
from grader.domain.decisions import Decider
from grader.services.overrides.overriding import excuse, override
from grader.services.scores import gradebook_pages
from tests.support.classroom import NOW
from tests.support.people import add_person
from tests.support.school import School
from tests.support.statements import statements
from tests.web.in_force import change_policy
from tests.web.pages import Reader, text_of

A, B = "pset7/ancestry/a", "pset7/ancestry/b"
BY = Decider("tia", None, "as agreed", NOW)


def names(page: str) -> list[str]:
    """The students on a page, in its order."""
    return re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a>', page)


def read(school: School, query: str = "", who: str = "tia") -> str:
    return Reader.of(school, who).open(f"/staff/pset7{query}")


def test_the_answers_of_those_on_the_page_alone_are_read(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gradebook_pages, "PER_PAGE", 1)
    school.submit(A, school.expected(A), who="bob")
    engine = school.app.extensions["grader"].engine
    for query, alone in (("?page=2", True), ("?page=2&sort=points", False)):
        with statements(engine) as sent:
            page = read(school, query)
        assert (names(page), ">5</td>" in page) == (["Bob"], True)
        (counting,) = (each for each in sent if "people.last_receipt" in each)
        assert ("people.id IN" in counting) is alone


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?section=Tue",
        "?search=a",
        "?state=wrong",
        "?state=complete",
        "?sort=-points",
        "?sort=-name&page=1",
        "?section=Tue&state=untried&sort=section&search=c",
    ],
)
def test_the_file_holds_those_who_are_shown_in_their_order(
    school: School, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_class(school)
    monkeypatch.setattr(gradebook_pages, "PER_PAGE", 10)
    page = read(school, query)
    found = re.search(r'href="([^"]+gradebook\.csv[^"]*)"', page)
    assert found is not None
    monkeypatch.setattr(gradebook_pages, "PER_PAGE", 1)
    file = school.browser("tia").get(html.unescape(found[1])).get_data(as_text=True)
    assert [row["name"] for row in csv.DictReader(io.StringIO(file))] == names(page)


def a_class(school: School) -> None:
    with transaction(school.engine) as session:
        add_person(session, "cat", section="Tue")
        given = {"course": school.catalog.course, "by": BY, "seen": None}
        override(session, login="cat", about=A, points=Decimal("2.5"), **given)  # type: ignore[arg-type]
    school.submit(A, school.expected(A))
    school.submit(B, "0.5", who="bob")


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["Ada", "Bob", "Cat"]),
        ("?sort=-name", ["Cat", "Bob", "Ada"]),
        ("?sort=points", ["Bob", "Cat", "Ada"]),
        ("?sort=-section", ["Cat", "Ada", "Bob"]),
        ("?sort=-2a", ["Ada", "Cat", "Bob"]),
        ("?state=wrong", ["Bob"]),
        ("?state=overridden", ["Cat"]),
        ("?state=wrong&search=ada", []),
        ("?state=none&sort=none&page=none", ["Ada", "Bob", "Cat"]),
        ("?page=%EF%BC%91&sort=%00&state=%00", ["Ada", "Bob", "Cat"]),
        (f"?page={'9' * 400}", ["Ada", "Bob", "Cat"]),
        ("?page=-1", ["Ada", "Bob", "Cat"]),
    ],
)
def test_an_address_says_who_is_shown_and_in_which_order(
    school: School, query: str, shown: list[str]
) -> None:
    a_class(school)
    assert names(read(school, query)) == shown


def test_the_headings_sort_one_way_and_then_the_other_and_keep_the_filter(school: School) -> None:
    reader = Reader.of(school, "tia")
    page = reader.open("/staff/pset7?section=Mon+1:30&search=a")
    for expected in ("-points", "points", "-points"):
        found = re.search(r'href="(/staff/pset7\?[^"]*sort=-?points[^"]*)"', page)
        assert found is not None
        address = found[1].replace("&amp;", "&")
        assert "section=Mon" in address
        assert "search=a" in address
        assert f"sort={expected}" in address
        page = reader.open(address)
    assert 'aria-sort="descending"' in page
    assert page.count("aria-sort") == 1
    assert 'aria-sort="ascending"' in reader.open("/staff/pset7")
    # The form keeps the order, too.
    assert '<input type="hidden" name="sort" value="-points">' in page


def test_what_staff_decided_is_told_from_what_was_answered(school: School) -> None:
    a_class(school)
    with transaction(school.engine) as session:
        course = school.catalog.course
        excuse(session, course=course, login="bob", about="pset7", by=BY, seen=None)
        excuse(session, course=course, login="cat", about=B, by=BY, seen=None)
    page = text_of(read(school))
    assert "given by staff: 2.5" in page
    assert page.count("excused excused excused") == 3
    assert "2.5 of 45" in page


def test_who_uses_no_late_day_has_none_of_them(school: School) -> None:
    row = next(each for each in read(school).split("<tr>") if ">Ada<" in each)
    assert text_of(row.partition("</tr>")[0]).split()[-2:] == ["0", "0"]


def test_pages_of_a_hundred_lead_to_each_other_and_to_all_of_them(school: School) -> None:
    with transaction(school.engine) as session:
        blank = {"email": "", "sis_user_id": "", "section": "S", "role": "student", "active": True}
        rows = [{"login": f"s{n:03}", "name": f"S {n:03}", **blank} for n in range(205)]
        session.execute(insert(Person), rows)
    reader = Reader.of(school, "tia")
    first = reader.open("/staff/pset7?section=S&sort=-name")
    assert len(names(first)) == 100
    assert names(first)[0] == "S 204"
    assert "205 students" in text_of(first)
    links = re.findall(r'<li><a href="([^"]+)"[^>]*>', first)
    last = reader.open(next(each for each in links if "page=3" in each).replace("&amp;", "&"))
    assert names(last) == ["S 004", "S 003", "S 002", "S 001", "S 000"]
    all_ = reader.open(next(each for each in links if "page=all" in each).replace("&amp;", "&"))
    assert len(names(all_)) == 205
    assert "A hundred a page" in all_
    assert "All on one page" not in reader.open("/staff/pset7?search=ada")


def test_a_filter_that_keeps_nobody_says_so(school: School) -> None:
    assert "Nobody matches" in read(school, "?state=wrong")
    a_class(school)
    assert "1 of 3 students" in text_of(read(school, "?state=overridden"))


def test_practice_counts_what_is_correct(school: School) -> None:
    school.submit(A, school.expected(A))
    change_policy(school, lambda first: replace(first, graded=False))
    page = text_of(read(school, "?sort=-points"))
    assert "practice, which gives no points" in page
    assert "Correct" in page


def test_only_instructors_are_led_to_what_only_they_may_do(school: School) -> None:
    assert "/staff/imports/pset7" not in read(school)
    assert "/staff/imports/pset7" in read(school, who="ina")
    assert "/staff/exports/pset7" in read(school)


def test_a_cell_says_after_how_many_attempts_a_part_was_right_and_no_later_ones(
    school: School,
) -> None:
    for answer in ("0.1", school.expected(A), "0.2", "0.3"):
        assert school.submit(A, answer).status_code == 201
    cell = "correct after 2 attempts"
    assert cell in text_of(Reader.of(school, "tia").open("/staff/pset7"))
