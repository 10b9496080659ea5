"""Staff decide about one student on their page: every form, its refusals, and what the student then reads."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from werkzeug.test import TestResponse

from grader.db.session import reading, transaction
from grader.services.keys.published import stored_key
from grader.services.ledger.ledger import list_entries, verify
from grader.services.regrades import regrading
from tests.support.classroom import add_key
from tests.support.school import School
from tests.web.pages import text_of

PART = "pset7/ancestry/a"
PAGE = "/staff/students/ada"
POINTS = {"about": PART, "kind": "points", "points": "3", "reason": "A typing slip.", "seen": "0"}


def send(school: School, form: str, fields: dict[str, str], who: str = "tia") -> TestResponse:
    client = school.browser(who)
    page = client.get(PAGE).get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    data = {"csrf_token": token[1], "person": str(school.ids[who]), **fields}
    return client.post(f"{PAGE}/{form}", data=data)


def page(school: School, path: str = PAGE, who: str = "tia") -> str:
    reply = school.browser(who).get(path)
    assert reply.status_code == 200
    return text_of(reply.get_data(as_text=True))


def acts(school: School) -> list[tuple[str, str, str]]:
    with reading(school.engine) as session:
        assert verify(session).faults == ()
        made = [each for each in list_entries(session) if each.actor in {"tia", "ina"}]
        return [(each.act, each.actor, each.about) for each in made]


def test_points_given_by_hand_count_and_the_student_reads_why_but_not_who(school: School) -> None:
    school.submit(PART, "17")
    reply = send(school, "decisions", POINTS)
    assert (reply.status_code, reply.headers["Location"]) == (303, f"{PAGE}#row-{PART}")
    assert (
        "Set to 3 points by the course staff: “A typing slip.” The answers alone give 0 points. tia"
        in page(school)
    )
    own = page(school, "/grades", "ada")
    assert "Set to 3 points by the course staff: “A typing slip.”" in own
    assert "tia" not in own
    sheet = page(school, "/pset7/ancestry", "ada")
    assert "Set to 3 points by the course staff: “A typing slip.”" in sheet
    assert re.search(r"3 of 5", own)
    assert acts(school) == [("override", "tia", PART)]


def test_an_excused_part_counts_for_nothing_and_says_so(school: School) -> None:
    send(school, "decisions", POINTS | {"kind": "excused", "points": " ", "reason": "Ill."})
    own = page(school, "/grades", "ada")
    assert "a excused Excused by the course staff: “Ill.”" in own
    assert "excused" in page(school, "/pset7", "ada")
    assert "of 45" in page(school)


def test_a_whole_assignment_can_be_excused_and_the_excuse_taken_back(school: School) -> None:
    whole = {"about": "pset7", "kind": "excused", "reason": "Left the course.", "seen": "0"}
    assert send(school, "decisions", whole).status_code == 303
    assert "Points excused" in page(school)
    assert "Points excused" in page(school, "/grades", "ada")
    back = whole | {"kind": "withdrawn", "seen": "1"}
    assert send(school, "decisions", back).status_code == 303
    assert "Points excused" not in page(school)
    assert [act for act, *_ in acts(school)] == ["override withdrawn", "excused"]


def test_a_decision_can_be_taken_back(school: School) -> None:
    send(school, "decisions", POINTS)
    send(school, "decisions", POINTS | {"kind": "withdrawn", "points": "", "seen": "1"})
    assert "Set to" not in page(school)


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"points": "6"}, 422, "Give between 0 and 5 points; 6 is not."),
        ({"points": "3,5"}, 422, "The points can’t be read:"),
        ({"points": ""}, 422, "The points can’t be read:"),
        ({"kind": ""}, 422, "Choose what to decide."),
        ({"kind": "double"}, 422, "Choose what to decide."),
        ({"reason": " "}, 422, "Give a reason"),
        ({"reason": "x" * 501}, 422, "at most 500 characters"),
        ({"seen": "x"}, 422, "This form is incomplete"),
        ({"seen": "²"}, 422, "This form is incomplete"),
        ({"seen": "7"}, 409, "not there any more"),
        ({"kind": "withdrawn"}, 409, "Nothing is decided about"),
        ({"kind": "excused"}, 422, "An excuse gives no points"),
    ],
)
def test_a_refused_form_says_why_and_keeps_what_was_typed(
    fields: dict[str, str], status: int, words: str, school: School
) -> None:
    reply = send(school, "decisions", POINTS | fields)
    shown = reply.get_data(as_text=True)
    assert reply.status_code == status
    assert words.replace("’", "'") in text_of(shown).replace("’", "'")
    assert "<title>Nothing was recorded: Ada" in shown
    assert f'<a href="#decide-{PART}">' in shown
    typed = (POINTS | fields)["reason"]
    assert f'name="reason" value="{typed}"' in shown
    assert shown.count('<details class="decide" id="decide-pset7/ancestry/a" open>') == 1
    assert acts(school) == []


@pytest.mark.parametrize("about", ["pset7/ancestry/z", "none", "", "pset7/ancestry", "\0"])
def test_what_does_not_exist_can_t_be_decided_about(about: str, school: School) -> None:
    assert send(school, "decisions", POINTS | {"about": about}).status_code == 404
    for kind in ("excused", "withdrawn"):
        other = POINTS | {"about": about, "kind": kind, "points": ""}
        assert send(school, "decisions", other).status_code == 404


@pytest.mark.parametrize("assignment", ["none", "", "pset7\0", "pset7/ancestry"])
@pytest.mark.parametrize("kind", ["grant", "withdraw"])
def test_nobody_gets_an_extension_of_what_does_not_exist(
    assignment: str, kind: str, school: School
) -> None:
    given = {"assignment": assignment, "until": "2099-01-01T10:00", "reason": "Ill.", "seen": "0"}
    assert send(school, "extension", given | {"kind": kind}).status_code == 404


def test_the_second_of_two_tas_sees_what_the_first_decided_and_nothing_is_lost(
    school: School,
) -> None:
    send(school, "decisions", POINTS, "ina")
    reply = send(school, "decisions", POINTS | {"points": "2", "reason": "Mine."})
    shown = reply.get_data(as_text=True)
    assert reply.status_code == 409
    assert "Meanwhile ina gave 3 points: “A typing slip.”" in text_of(shown)
    assert 'value="Mine."' in shown
    assert 'value="2"' in shown
    # The form has now seen the first decision, so that sending it again counts.
    assert send(school, "decisions", POINTS | {"points": "2", "seen": "1"}).status_code == 303


def test_an_extension_is_given_and_withdrawn_on_the_page(school: School) -> None:
    until = (datetime.now(UTC) + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M")
    given = {"assignment": "pset7", "until": until, "reason": "Ill.", "seen": "0"}
    reply = send(school, "extension", given)
    assert (reply.status_code, reply.headers["Location"]) == (303, f"{PAGE}#row-pset7")
    assert "by an extension" in page(school)
    assert "You have an extension until" in page(school, "/pset7", "ada")
    back = {"assignment": "pset7", "kind": "withdraw", "reason": "A mistake.", "seen": "1"}
    assert send(school, "extension", back).status_code == 303
    assert "by an extension" not in page(school)
    assert [act for act, *_ in acts(school)] == ["extension withdrawn", "extension"]


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"until": ""}, 422, "Say until when"),
        ({"until": "tomorrow"}, 422, "Say until when"),
        ({"until": "2026-01-01T10:00"}, 422, "has to end later than that"),
        ({"reason": ""}, 422, "Give a reason"),
        ({"kind": "withdraw"}, 409, "has no extension"),
    ],
)
def test_an_extension_that_can_t_be_given_is_refused_in_its_form(
    fields: dict[str, str], status: int, words: str, school: School
) -> None:
    given = {"assignment": "pset7", "until": "2099-01-01T10:00", "reason": "Ill.", "seen": "0"}
    reply = send(school, "extension", given | fields)
    assert reply.status_code == status
    assert words in text_of(reply.get_data(as_text=True))
    assert acts(school) == []


def test_instructors_correct_late_days_and_tas_are_told_that_they_do(school: School) -> None:
    days = {"days": "-1", "reason": "Told in class.", "seen": "0"}
    assert "Instructors can correct them." in page(school)
    reply = send(school, "late-days", days)
    assert reply.status_code == 403
    assert "Only instructors may correct late days." in text_of(reply.get_data(as_text=True))
    assert send(school, "late-days", days, "ina").status_code == 303
    assert "and -1 by correction" in page(school, who="ina")
    assert acts(school) == [("late days", "ina", "late days")]


@pytest.mark.parametrize("days", ["0", "1.5", "many", "1e30", "-31", ""])
def test_days_that_are_no_number_of_days_are_refused(days: str, school: School) -> None:
    fields = {"days": days, "reason": "Told in class.", "seen": "0"}
    reply = send(school, "late-days", fields, "ina")
    assert reply.status_code == 422
    assert "how many days" in text_of(reply.get_data(as_text=True))


def test_nobody_decides_about_themselves(school: School) -> None:
    client = school.browser("tia")
    shown = client.get("/staff/students/tia").get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', shown)
    assert token is not None
    for form, fields in (
        ("decisions", POINTS),
        (
            "extension",
            {"assignment": "pset7", "until": "2099-01-01T10:00", "reason": "x", "seen": "0"},
        ),
    ):
        reply = client.post(f"/staff/students/tia/{form}", data=fields | {"csrf_token": token[1]})
        assert reply.status_code == 403
        assert "your own work" in text_of(reply.get_data(as_text=True))
    assert acts(school) == []


def test_a_form_of_another_writer_is_not_taken(school: School) -> None:
    fields = POINTS | {"person": str(school.ids["ina"])}
    assert send(school, "decisions", fields).status_code == 401
    assert acts(school) == []


def test_the_page_shows_the_verdict_under_each_version_of_the_key(school: School) -> None:
    school.submit(PART, "17")
    assert "key 1:" not in page(school)
    with transaction(school.engine) as session:
        course = school.catalog.course
        problem = course.problem("pset7/ancestry")
        assert problem is not None
        stored = stored_key(session, problem=problem.slug)
        parts = {**stored.key.parts, PART: replace(stored.key.parts[PART], accepted=(Decimal(17),))}
        add_key(session, replace(stored.key, parts=parts))
        moment = datetime.now(UTC)
        planned = regrading.plan(session, course=course, problem=problem, now=moment)
        regrading.apply(session, plan_id=planned.id, reason="Both.", actor="tia", now=moment)
    assert "correct key 1: incorrect, key 2: correct" in page(school)
