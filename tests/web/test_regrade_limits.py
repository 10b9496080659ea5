"""A regrade of some answers, or one that lowers no score, planned on the staff's pages."""

import pytest
from sqlalchemy import select

from grader.db.models import RegradePlan
from grader.db.session import reading
from tests.support.school import School
from tests.web.pages import Form, Reader, text_of
from tests.web.test_regrades import REGRADES, A, drafted, press

TICKS = {"part", "rule", "held"}


def plans(school: School) -> list[tuple[dict[str, object], str]]:
    with reading(school.engine) as session:
        rows = session.execute(select(RegradePlan.scope, RegradePlan.rule).order_by(RegradePlan.id))
        return [(scope, rule) for scope, rule in rows]


def limited(reader: Reader, **typed: str) -> str:
    """Fill in the form with the limits, and send it; gives where that leads."""
    form = Form.on(reader.open(REGRADES), "students")
    # What is not ticked is not sent.
    fields = {name: value for name, value in form.fields.items() if name not in TICKS}
    reply = reader.client.post(form.action or "", data=fields | typed)
    assert reply.status_code == 303, text_of(reply.get_data(as_text=True))
    return reply.headers["Location"]


@pytest.mark.parametrize(
    ("typed", "scope", "rule"),
    [
        ({}, {}, "any_change"),
        ({"rule": "never_lower"}, {}, "never_lower"),
        ({"part": A}, {"parts": [A]}, "any_change"),
        ({"students": " ada, bob  "}, {"students": ["ada", "bob"]}, "any_change"),
        ({"held": "yes"}, {"held": True}, "any_change"),
        ({"since": "2026-03-01T08:00"}, {"since": "2026-03-01T16:00:00+00:00"}, "any_change"),
        ({"until": "2026-07-01T08:00"}, {"until": "2026-07-01T15:00:00+00:00"}, "any_change"),
    ],
)
def test_what_is_ticked_and_typed_limits_the_plan(
    school: School, typed: dict[str, str], scope: dict[str, object], rule: str
) -> None:
    drafted(school)
    limited(Reader.of(school, "tia"), **typed)
    assert plans(school)[-1] == (scope, rule)


def test_a_plan_tells_its_limits_and_what_is_left_out(school: School) -> None:
    drafted(school)
    staff = Reader.of(school, "tia")
    plan = limited(staff, students="ada")
    told = text_of(staff.open(plan))
    assert "Only student ada. 1 answer is left out, and keeps its grade." in told
    assert "1 student gains points" in told
    press(staff, plan)
    assert text_of(staff.open(f"{REGRADES}/runs/1")).count("Undo run 1") == 1


def test_without_lowering_a_score_the_plan_says_who_keeps_what(school: School) -> None:
    school.submit(A, school.expected(A), who="ada")
    drafted(school)
    staff = Reader.of(school, "tia")
    told = text_of(staff.open(limited(staff, rule="never_lower")))
    assert "No score on this assignment is lowered. Nobody would lose a part." in told


def test_a_limited_plan_that_is_made_again_has_the_same_limits(school: School) -> None:
    drafted(school)
    staff = Reader.of(school, "tia")
    typed = {
        "rule": "never_lower",
        "part": A,
        "section": "Mon 1:30",
        "students": "ada bob",
        "since": "2026-03-01T08:00",
        "until": "2036-03-01T08:00",
        "held": "yes",
    }
    plan = limited(staff, **typed)
    first = plans(school)[-1]
    assert set(first[0]) == {"parts", "sections", "students", "since", "until", "held"}
    school.submit(A, "0.77", who="ada")
    form = Form.on(staff.open(plan), "version")
    assert staff.client.post(form.action or "", data=form.fields).status_code == 303
    assert plans(school)[-1] == first
    assert len(plans(school)) == 3


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ({"students": "zoe"}, 404, "There is no student zoe."),
        ({"students": "a\0b"}, 422, "a login has letters and digits only"),
        ({"section": "Sunday"}, 404, "There is no section Sunday. The sections are: "),
        ({"part": "pset7/ancestry/zz"}, 404, "There is no part pset7/ancestry/zz."),
        ({"since": "soon"}, 422, "Since: the time 'soon' is not one"),
        ({"since": "2026-03-02T08:00", "until": "2026-03-01T08:00"}, 422, "has to be before"),
    ],
)
def test_what_is_not_there_is_told_and_what_was_typed_stays(
    school: School, typed: dict[str, str], status: int, words: str
) -> None:
    drafted(school)
    before, staff = plans(school), Reader.of(school, "tia")
    form = Form.on(staff.open(REGRADES), "students")
    fields = {name: value for name, value in form.fields.items() if name not in TICKS}
    reply = staff.client.post(form.action or "", data=fields | {"students": "ada"} | typed)
    markup = reply.get_data(as_text=True)
    assert reply.status_code == status
    assert words in text_of(markup)
    assert f'name="students" value="{typed.get("students", "ada")}"' in markup
    assert plans(school) == before


def test_sections_are_offered(school: School) -> None:
    drafted(school)
    staff = Reader.of(school, "tia")
    assert "Mon 1:30" in staff.open(REGRADES)
    assert "Only section Mon 1:30." in text_of(staff.open(limited(staff, section="Mon 1:30")))
