"""From rules that wait to their rescore and back: the staff's pages, and what students read of it."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import insert
from werkzeug.test import TestResponse

from grader.db.models import Override, RescorePlan
from grader.db.session import reading, transaction
from grader.domain.problem import Assignment
from grader.services.policies.publishing import active_policy, publish_policy
from grader.web.listing import AT_ONCE
from tests.support.school import School
from tests.web.pages import Form, Reader, text_of

A = "pset7/ancestry/a"
REGRADES, PLAN, RUN = "/staff/regrades", "/staff/rescores/plans/1", "/staff/rescores/runs/1"
REASON = "agreed in the staff meeting"


def cheaper(assignment: Assignment, points: str = "3") -> Assignment:
    """The first part of the problem Ancestry gives other points."""
    problems = list(assignment.problems)
    place = next(i for i, each in enumerate(problems) if each.slug == "pset7/ancestry")
    first, *rest = problems[place].parts
    parts = (replace(first, points=Decimal(points)), *rest)
    problems[place] = replace(problems[place], parts=parts)
    return replace(assignment, problems=tuple(problems))


def publish(school: School, points: str = "3") -> None:
    course = school.catalog.course
    with transaction(school.engine) as session:
        publish_policy(
            session,
            course=course,
            assignment=cheaper(course.assignments[0], points),
            actor="op",
            now=datetime.now(UTC),
        )


def press(reader: Reader, page: str, field: str = "reason", **typed: str) -> TestResponse:
    """Fill in the first form with this field, and send it."""
    form = Form.on(reader.open(page), field)
    return reader.client.post(form.action or page, data=form.fields | typed)


@pytest.fixture
def waiting(school: School) -> School:
    """Ada was right at a part, for which newer rules give less."""
    assert school.submit(A, school.expected(A)).status_code == 201
    publish(school)
    return school


def planned(school: School, who: str = "tia") -> Reader:
    staff = Reader.of(school, who)
    assert press(staff, REGRADES, "assignment").headers["Location"] == PLAN
    return staff


def applied(school: School) -> Reader:
    staff = planned(school)
    assert press(staff, PLAN, reason=REASON).headers["Location"] == RUN
    return staff


def points(school: School) -> str:
    page = text_of(Reader.of(school, "tia").open("/staff/students/ada"))
    found = re.search(r"Points ([\d.]+) of", page)
    assert found is not None
    return found[1]


def test_rules_that_wait_are_planned_applied_and_taken_back(waiting: School) -> None:
    staff = Reader.of(waiting, "tia")
    page = text_of(staff.open(REGRADES))
    assert "Pset 7: Machine Learning: version 2 waits" in page
    assert "points of 2a 5 3" in page
    reply = press(staff, REGRADES, "assignment")
    assert (reply.status_code, reply.headers["Location"]) == (303, PLAN)
    page = text_of(staff.open(PLAN))
    assert "1 student loses points and 1 student keeps the points, with other late days" in page
    assert "Ada 5 of 50 3 of 48 −2 0" in page
    assert points(waiting) == "5"
    page = text_of(staff.open(REGRADES))
    assert "Open rescore plan 1 Make a new plan" in page
    reply = press(staff, PLAN, reason=REASON)
    assert (reply.status_code, reply.headers["Location"]) == (303, RUN)
    assert points(waiting) == "3"
    page = text_of(staff.open(RUN))
    assert "Plan 1 was applied: version 2 of the rules holds since." in page
    assert f"Reason: {REASON}" in page
    assert "Scores changed 2 students" in page
    assert "No rules wait" in text_of(staff.open(REGRADES))
    assert "Run 1 applied it," in text_of(staff.open(PLAN))
    reply = press(staff, RUN, reason="it was for another term")
    assert reply.headers["Location"] == "/staff/rescores/runs/2"
    assert points(waiting) == "5"
    page = text_of(staff.open("/staff/rescores/runs/2"))
    assert "It took run 1 back: version 1 of the rules holds again." in page
    assert "To go there again, apply that plan again, or a new one once it is out of date." in page
    page = text_of(staff.open(PLAN))
    assert "Run 2 undid run 1," in page
    assert "It can be applied again, until something that it rests on changes." in page
    assert "It was undone by run 2" in text_of(staff.open(RUN))
    page = text_of(staff.open(REGRADES))
    assert "It held once, and was taken back." in page
    assert "run 1 undone" in page
    assert "plan 1 applied and undone" in page


def test_where_the_total_alone_moves_no_points_are_said_to_change(school: School) -> None:
    assert school.submit(A, "0.5").status_code == 201
    publish(school)
    staff = planned(school)
    total = "The points of 0 students change; the possible points go from 50 to 48."
    assert total in text_of(staff.open(PLAN))
    press(staff, PLAN, reason=REASON)
    page = text_of(staff.open(RUN))
    assert "Points changed 0 students Possible points 50 → 48" in page
    assert "Scores changed" not in page


def test_students_read_what_became_of_their_score_without_the_reason(waiting: School) -> None:
    staff = applied(waiting)
    told = "The rules of this assignment changed: your score went from 5 of 50 to 3 of 48."
    ada = Reader.of(waiting, "ada")
    for path in ("/grades", "/pset7"):
        page = ada.open(path)
        assert told in text_of(page)
        assert REASON not in page
    press(staff, RUN, reason=REASON)
    page = text_of(ada.open("/grades"))
    back = "were changed back: your score went from 3 of 48 to 5 of 50."
    assert back in page.partition("Earlier changes (1)")[0], "the newest stands first"
    assert told in page.partition("Earlier changes (1)")[2]
    assert "Earlier changes (1)" in text_of(ada.open("/pset7"))


def test_whose_score_is_the_same_reads_nothing(waiting: School) -> None:
    course = waiting.catalog.course
    later = replace(course.assignments[0], due=datetime.now(UTC) + timedelta(days=9), closes=None)
    with transaction(waiting.engine) as session:
        publish_policy(session, course=course, assignment=later, actor="op", now=datetime.now(UTC))
    staff = applied(waiting)
    page = text_of(staff.open(RUN))
    assert "Scores changed 0 students" in page
    assert "due" in page
    assert "The rules of this assignment changed" not in Reader.of(waiting, "ada").open("/grades")


def test_the_staff_s_ledger_tells_it_in_words(waiting: School) -> None:
    staff = applied(waiting)
    press(staff, RUN, reason=REASON)
    page = text_of(staff.open("/staff/ledger"))
    assert "tia put other rules in force" in page
    assert "tia put the earlier rules in force again" in page


def test_a_button_that_is_pressed_twice_does_it_once(waiting: School) -> None:
    staff = planned(waiting)
    form = Form.on(staff.open(PLAN), "reason")
    for _ in range(2):
        reply = staff.client.post(PLAN, data=form.fields | {"reason": "x"})
        assert reply.headers["Location"] == RUN
    form = Form.on(staff.open(RUN), "reason")
    for _ in range(2):
        reply = staff.client.post(RUN, data=form.fields | {"reason": "back"})
        assert reply.headers["Location"] == "/staff/rescores/runs/2"
    assert waiting.rows()["rescore_runs"] == 2


def test_answers_that_came_since_are_told_before_it_is_applied(waiting: School) -> None:
    staff = planned(waiting)
    assert "came since" not in text_of(staff.open(PLAN))
    waiting.submit(A, waiting.expected(A), who="bob")
    page = text_of(staff.open(PLAN))
    assert "1 answer came since it was planned; it is scored by the new rules too" in page
    assert press(staff, PLAN, reason="x").headers["Location"] == RUN
    assert "Bob 5 of 50 3 of 48" in text_of(staff.open(RUN)), "what it did, it tells in full"


def override_ada(school: School) -> None:
    row = {"person_id": school.ids["ada"], "about": A, "number": 1, "kind": "points"}
    row |= {"points": Decimal(4), "reason": "so", "actor": "ina", "created_at": datetime.now(UTC)}
    with transaction(school.engine) as session:
        session.execute(insert(Override).values(row))


def test_a_stale_plan_says_what_moved_and_is_made_again_by_a_button(waiting: School) -> None:
    staff = planned(waiting)
    form = Form.on(staff.open(PLAN), "reason")
    override_ada(waiting)
    page = staff.open(PLAN)
    assert "Out of date. Plan 1 is out of date: overrides changed." in text_of(page)
    assert "Apply plan 1" not in page
    reply = staff.client.post(PLAN, data=form.fields | {"reason": REASON})
    assert reply.status_code == 409
    page = text_of(reply.get_data(as_text=True))
    assert "overrides changed" in page
    assert f"Your reason was: {REASON}" in page
    again = press(staff, PLAN, "assignment")
    assert again.headers["Location"] == "/staff/rescores/plans/2"
    page = text_of(staff.open("/staff/rescores/plans/2"))
    assert "Scores set by hand that stay" in page
    assert f"Ada {A} 4 points ina" in page
    assert "set by hand, ancestry/a: 4 points, by ina" in page
    assert press(staff, "/staff/rescores/plans/2", reason="x").status_code == 303


def test_a_run_behind_a_later_one_can_not_be_undone_and_says_so(waiting: School) -> None:
    staff = applied(waiting)
    publish(waiting, "4")
    press(staff, REGRADES, "assignment")
    form = Form.on(staff.open(RUN), "reason")
    assert press(staff, "/staff/rescores/plans/2", reason="x").status_code == 303
    page = staff.open(RUN)
    assert "Run 2 moved the rules of pset7 on since run 1; undo that one first." in text_of(page)
    assert "Undo run 1" not in page
    reply = staff.client.post(RUN, data=form.fields | {"reason": "x"})
    assert reply.status_code == 409
    assert "undo that one first. Nothing was changed." in text_of(reply.get_data(as_text=True))


@pytest.mark.parametrize("reason", ["", " ", "x" * 501])
def test_without_a_reason_it_is_refused_and_what_was_typed_stays(
    waiting: School, reason: str
) -> None:
    staff = planned(waiting)
    for page in (PLAN, RUN):
        reply = press(staff, page, reason=reason)
        markup = reply.get_data(as_text=True)
        assert reply.status_code == 422
        assert "Give a reason" in text_of(markup)
        assert Form.on(markup, "reason").fields["reason"] == reason
        press(staff, page, reason="because")


def test_only_an_assignment_and_a_version_that_there_are_can_be_planned(waiting: School) -> None:
    staff = Reader.of(waiting, "tia")
    form = Form.on(staff.open(REGRADES), "assignment")
    for fields, status in (
        ({"assignment": "none"}, 404),
        ({"version": "9"}, 404),
        ({"version": "1"}, 409),
        ({"version": "x"}, 303),
    ):
        assert staff.client.post(form.action or "", data=form.fields | fields).status_code == status


@pytest.mark.parametrize("path", ["plans/9", "runs/9", "plans/x", "runs/-1", "plans/" + "9" * 30])
def test_what_is_not_there_is_not_found(waiting: School, path: str) -> None:
    Reader.of(waiting, "tia").open(f"/staff/rescores/{path}", 404)


def test_a_page_of_somebody_else_s_moves_nothing(waiting: School) -> None:
    staff = planned(waiting)
    form = Form.on(staff.open(PLAN), "reason")
    other = {"reason": "x", "person": str(waiting.ids["ina"])}
    assert staff.client.post(PLAN, data=form.fields | other).status_code == 401
    with reading(waiting.engine) as session:
        policy = active_policy(session, "pset7")
        assert policy is not None
        assert policy.points[A] == 5


def test_students_are_filtered_sorted_and_shown_a_hundred_at_a_time(waiting: School) -> None:
    staff = planned(waiting)
    fake_students(waiting, AT_ONCE + 2)
    plan = "/staff/rescores/plans/2"
    page = staff.open(plan)
    assert "Page 1 of 2" in text_of(page)
    assert page.count("data-way") == 67
    assert "Student 101" in text_of(staff.open(f"{plan}?page=2"))
    assert "Student 101" in text_of(staff.open(f"{plan}?page=999"))
    shown = text_of(staff.open(f"{plan}?show=down&sort=most+lost"))
    assert "Student 001 5 of 50 0 of 50 −5 1 → 0" in shown
    assert "Student 000" not in shown
    shown = text_of(staff.open(f"{plan}?show=elsewhere"))
    assert "Practice: the lecture Deep Learning: 1 of 2 → 2 of 2 (0 late days, was 1)" in shown
    assert "gone: 1 of 2 → 1 of 2" in shown
    assert "set by hand, all of it: excused, by ina" in text_of(
        staff.open(f"{plan}?show=overridden")
    )
    assert "Page 1 of 2" in text_of(staff.open(f"{plan}?show=x&sort=y&page=z"))
    assert "Nobody is among these" in text_of(staff.open(f"{PLAN}?show=up"))


def fake_students(school: School, many: int) -> None:
    """A plan like the first, with invented students: a third gains, a third loses, a third neither."""
    ways = (("0", "5"), ("5", "0"), ("2", "2"))

    def score(points: str, late_days: int = 0, possible: str = "50") -> dict[str, Any]:
        return {"points": points, "possible": possible, "late_days": late_days}

    students = [
        {
            "student": f"s{number}",
            "name": f"Student {number:03}",
            "before": score(ways[number % 3][0], late_days=1),
            "after": score(ways[number % 3][1]),
            "others": {},
        }
        for number in range(many)
    ]
    moved = {"before": score("1", 1, "2"), "after": score("2", 0, "2")}
    gone = {"before": score("1", 0, "2"), "after": score("1", 0, "2")}
    students[2]["others"] = {"lecture_deep_learning": moved, "gone": gone}
    override = {"student": "s2", "name": "Student 002", "about": "pset7", "kind": "excused"}
    with transaction(school.engine) as session:
        first = session.get_one(RescorePlan, 1)
        content = first.content | {
            "changed": many,
            "students": students,
            "scores": {"before": {}, "after": {}},
            "overrides": [override | {"points": None, "actor": "ina"}],
        }
        session.add(
            RescorePlan(
                assignment=first.assignment,
                from_policy_id=first.from_policy_id,
                to_policy_id=first.to_policy_id,
                content=content,
                sha256="another",
                created_at=datetime.now(UTC),
            )
        )
