"""Trying another tolerance: what the page says, and that nothing is written."""

from dataclasses import replace
from decimal import Decimal

import pytest

from grader.domain.grading import AnswerKey
from grader.domain.grammar import canonical
from tests.support.school import School
from tests.web.in_force import change_key
from tests.web.pages import text_of

PAGE = "/staff/what-if/pset7/ancestry"
PART = "pset7/ancestry/a"


def read(school: School, query: str = "", **headers: str) -> str:
    reply = school.browser("tia").get(PAGE + query, headers=headers)
    assert reply.status_code == 200, query
    return reply.get_data(as_text=True)


@pytest.fixture
def answered(school: School) -> School:
    right = Decimal(school.expected(PART))
    for who, beside in (("ada", "0.00003"), ("ada", "0"), ("bob", "0.00003"), ("bob", "1")):
        school.submit(PART, canonical(round(right + Decimal(beside), 6)), who=who)
    return school


def test_under_the_key_s_own_tolerance_nothing_would_change(answered: School) -> None:
    page = read(answered)
    assert "no verdict would change" in page
    assert '<option value="0.00001" selected>0.00001 (the key’s)' in page


def test_a_wider_one_tells_submissions_and_students_apart(answered: School) -> None:
    told = text_of(read(answered, "?part=a&tolerance=0.00005"))
    assert "Wrong, would be right 2 submissions" in told
    assert "Would gain the part 1 student" in told
    assert "Would lose the part 0 students" in told
    assert "2 verdicts would change" in told


def test_a_narrower_one_takes_the_part_from_who_was_within_it(school: School) -> None:
    right = Decimal(school.expected(PART))
    school.submit(PART, canonical(round(right + Decimal("0.000005"), 7)))
    told = text_of(read(school, "?tolerance=0.000001"))
    assert "Right, would be wrong 1 submission" in told
    assert "Would lose the part 1 student" in told
    assert "No wrong answer is within 0.1 of the key." in told


def test_nothing_is_written(answered: School) -> None:
    before = answered.rows()
    read(answered, "?part=a&tolerance=0.1")
    assert {**answered.rows(), "sessions": 0, "signin_links": 0} == {
        **before,
        "sessions": 0,
        "signin_links": 0,
    }


def test_htmx_gets_only_what_depends_on_the_tolerance(answered: School) -> None:
    page = read(answered, "?part=a&tolerance=0.0002", **{"HX-Request": "true"})
    assert page.lstrip().startswith('<div id="now"')
    assert "<html" not in page
    assert "2 verdicts would change" in text_of(page)


def test_a_part_that_nobody_answered_and_one_that_the_key_lacks_say_so(school: School) -> None:
    def drop(key: AnswerKey) -> AnswerKey:
        return replace(key, parts={slug: each for slug, each in key.parts.items() if slug != PART})

    assert "Nobody has answered this part yet" in read(school)
    change_key(school, "pset7/ancestry", drop)
    assert "The key does not cover this part yet." in read(school)
    assert "Nobody has answered this part yet" in read(school, "?part=b")
    polled = read(school, **{"HX-Request": "true"})
    assert "does not cover" in polled


@pytest.mark.parametrize(
    ("query", "status"),
    [("?part=z", 404), ("?part=", 404), ("?tolerance=3", 422), ("?tolerance=NaN", 422)],
)
def test_what_is_not_on_the_lists_is_refused(answered: School, query: str, status: int) -> None:
    reply = answered.browser("tia").get(PAGE + query)
    assert reply.status_code == status


def test_the_problem_s_page_leads_here_and_a_student_is_not_let_in(school: School) -> None:
    page = school.browser("tia").get("/staff/pset7/ancestry").get_data(as_text=True)
    assert f'href="{PAGE}?part=a"' in page
    assert school.browser("ada").get(PAGE).status_code == 404
    assert school.browser("tia").get("/staff/what-if/pset7/none").status_code == 404
