from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from grader.db.models import KeyCheck, Person, RegradeRequest, RequestReply
from grader.domain.alarms import FEWEST, Alarm
from grader.domain.policy import Policy
from grader.domain.regrade_scope import Scope
from grader.services.figures import selected
from grader.services.figures.overview import Overview, PartOverview, overview
from grader.services.policies.publishing import require_policy
from grader.services.regrades import regrading
from tests.support.classroom import (
    NOW,
    RIGHT,
    add_key,
    add_student,
    answer,
    make_key,
    open_course,
)
from tests.support.courses import COURSE, PROBLEMS, SET
from tests.support.values import DUE

A, B = "set/sum/a", "set/sum/b"
HOUR = timedelta(hours=1)


@pytest.fixture
def students(session: Session) -> list[int]:
    open_course(session)
    return [
        add_student(session, f"student{number}", section="Tue" if number % 2 else "Mon")
        for number in range(6)
    ]


def seen(session: Session, section: str = "") -> Overview:
    policy = require_policy(session, "set")
    return overview(session, assignment=SET, policy=policy, section=section)


def part(session: Session, slug: str = A, section: str = "") -> PartOverview:
    return next(each for each in seen(session, section).parts if each.part.slug == slug)


def tries(session: Session, person: int, *texts: str, part: str = A) -> None:
    for number, text in enumerate(texts):
        answer(session, person, part, text, NOW + number * HOUR)


def test_a_part_is_told_in_students_and_attempts(session: Session, students: list[int]) -> None:
    tries(session, students[0], RIGHT[A])
    tries(session, students[1], "1", "2", RIGHT[A], "3")
    tries(session, students[2], "1", "2")
    it = part(session)
    assert (it.tried, it.solved, it.first_try, it.submissions) == (3, 2, 1, 7)
    assert dict(it.attempts) == {1: 1, 2: 1, 4: 1}
    assert it.median == 2
    assert [each.part.slug for each in seen(session).parts] == [*RIGHT][:4]


@pytest.mark.parametrize(
    ("attempts", "median"),
    [({}, None), ({3: 1}, 3), ({1: 1, 4: 1}, 2.5), ({1: 2, 5: 1}, 1), ({2: 1, 7: 9}, 7)],
)
def test_the_median_is_that_of_the_students_who_tried(
    attempts: dict[int, int], median: float | None
) -> None:
    it = PartOverview(SET.problems[0].parts[0], sum(attempts.values()), 0, 0, attempts, (), None, 0)
    assert it.median == median


def test_of_a_section_its_students_alone_count(session: Session, students: list[int]) -> None:
    for student in students[:3]:
        tries(session, student, RIGHT[A])
    assert (part(session, section="Mon").tried, part(session, section="Tue").solved) == (2, 1)
    assert seen(session).sections == ("Mon", "Tue")
    assert [seen(session, name).students for name in ("", "Mon", "none")] == [6, 3, 0]
    assert sum(part(session, section="Tue").over_time) == 1


def test_what_is_too_much_to_be_listed_is_asked_for_otherwise_and_says_the_same(
    session: Session, students: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for student in students:
        tries(session, student, "0.7", "0.700003", f"{student}", part=A)
        tries(session, student, RIGHT[B], part=B)
    told = [seen(session), seen(session, "Mon")]
    assert part(session).rivals == len(students)
    monkeypatch.setattr(selected, "MOST", 0)
    assert [seen(session), seen(session, "Mon")] == told


def test_an_alarm_counts_those_too_whose_grades_a_regrade_holds(
    session: Session, students: list[int]
) -> None:
    for student in students[:3]:
        tries(session, student, "0.7")
    tries(session, students[5], "9")
    add_key(session, make_key("set/sum", {A: "0.5", B: "3"}))
    plan = regrading.plan(
        session,
        course=COURSE,
        problem=PROBLEMS[0],
        now=NOW,
        scope=Scope(students=("student5",)),
    )
    regrading.apply(session, plan_id=plan.id, reason="typo", actor="me", now=NOW)
    assert part(session).alarm is None
    # Those who answer now are held by nobody: of one number some are, and some are not.
    for student in students[3:5]:
        tries(session, student, "0.7")
    assert (part(session).alarm, part(session).rivals) == (Alarm(Decimal("0.7"), None), FEWEST)


def test_staff_and_those_who_left_do_not_count(session: Session, students: list[int]) -> None:
    tries(session, students[0], "1")
    for login, role, active in (("ta", "ta", True), ("gone", "student", False)):
        tries(session, add_student(session, login, role=role, active=active), RIGHT[A])
    it = part(session)
    assert (it.tried, it.solved, it.submissions, sum(it.over_time)) == (1, 0, 1, 1)
    assert seen(session).students == 6


def test_submissions_are_counted_over_time_from_the_first_to_the_due_time(
    session: Session, students: list[int]
) -> None:
    tries(session, students[0], "1", "2", "3")
    answer(session, students[1], B, "1", NOW + 30 * HOUR)
    it = seen(session)
    assert it.bounds[0] <= NOW < it.bounds[1]
    assert it.bounds[-2] <= DUE < it.bounds[-1]
    counts = [sum(each) for each in zip(*(one.over_time for one in it.parts), strict=True)]
    for (begins, ends), counted in zip(
        zip(it.bounds, it.bounds[1:], strict=False), counts, strict=True
    ):
        times = [NOW, NOW + HOUR, NOW + 2 * HOUR, NOW + 30 * HOUR]
        assert counted == sum(begins <= time < ends for time in times)


def test_work_after_the_due_time_and_work_without_one_is_in_it(
    session: Session, students: list[int]
) -> None:
    answer(session, students[0], A, "1", DUE + 20 * HOUR)
    assert seen(session).bounds[-2] <= DUE + 20 * HOUR < seen(session).bounds[-1]
    policy: Policy = replace(require_policy(session, "set"), due=None)
    bounds = overview(session, assignment=SET, policy=policy).bounds
    assert bounds[0] <= DUE + 20 * HOUR < bounds[1] == bounds[-1]


def test_before_anything_is_handed_in_there_are_no_spans(
    session: Session, students: list[int]
) -> None:
    it = seen(session)
    assert (it.bounds, it.students, it.waiting) == ((), len(students), 0)
    assert {(each.tried, each.median, each.over_time, each.alarm) for each in it.parts} == {
        (0, None, (), None)
    }


def test_a_wrong_value_of_more_students_than_the_right_one_raises_an_alarm(
    session: Session, students: list[int]
) -> None:
    for student in students[: FEWEST - 1]:
        tries(session, student, "0.7")
    assert part(session).alarm is None
    # The same within the tolerance, but not the same number.
    tries(session, students[4], "0.700009")
    it = part(session)
    assert (it.alarm, it.rivals) == (Alarm(Decimal("0.7"), None), FEWEST)
    for student in students[:5]:
        answer(session, student, A, RIGHT[A], NOW + 9 * HOUR)
    assert part(session).alarm is None


def test_students_who_gave_two_numbers_of_a_group_count_once(
    session: Session, students: list[int]
) -> None:
    for student in students[:3]:
        tries(session, student, "0.7", "0.700003")
    assert part(session).alarm is None
    for student in students[3:5]:
        tries(session, student, "0.7", "0.700003", "0.71")
    assert part(session).rivals == FEWEST


def test_of_several_values_the_one_of_the_most_students_is_named(
    session: Session, students: list[int]
) -> None:
    for student in students:
        tries(session, student, "0.25", "0.7", *(["0.9"] if student != students[0] else []))
        answer(session, student, B, "9", NOW)
    tries(session, add_student(session, "more"), "0.7")
    assert (part(session).alarm, part(session).rivals) == (Alarm(Decimal("0.7"), None), 7)
    assert part(session, B).rivals == 6


def test_stale_keys_and_waiting_requests_are_told(session: Session, students: list[int]) -> None:
    session.add_all(
        KeyCheck(problem=problem, state=state, reasons={"reasons": ["moved"]}, checked_at=NOW)
        for problem, state in (("set/sum", "stale"), ("set/last", "current"))
    )
    first = RegradeRequest(
        person_id=students[0], assignment="set", number=1, about=A, reason="why", created_at=NOW
    )
    session.add(first)
    session.add(
        RegradeRequest(
            person_id=students[1],
            assignment="later",
            number=1,
            about=A,
            reason="so",
            created_at=NOW,
        )
    )
    session.flush()
    it = seen(session)
    assert [each.stale and each.stale.reasons for each in it.problems] == [
        {"reasons": ["moved"]},
        None,
    ]
    assert it.waiting == 1
    session.add(
        RequestReply(
            request_id=first.id, number=1, decision="kept", words="no", actor="ta", created_at=NOW
        )
    )
    session.flush()
    assert seen(session).waiting == 0


def test_an_empty_class_is_no_error(session: Session, students: list[int]) -> None:
    session.execute(update(Person).values(active=False))
    assert students
    assert (seen(session).students, seen(session).sections) == (0, ())
    assert COURSE.assignments[0] is SET
