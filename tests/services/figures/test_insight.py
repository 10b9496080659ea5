from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from grader.domain.alarms import Figures
from grader.services.figures.insight import (
    NAMED,
    AnswerGroup,
    PartInsight,
    part_answers,
    problem_insight,
)
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
from tests.support.statements import statements

A = "set/sum/a"
SECOND = timedelta(seconds=1)


def insight(
    session: Session, groups: int = 20, tolerances: Mapping[str, Decimal] = {}
) -> tuple[PartInsight, ...]:
    return problem_insight(
        session,
        assignment=SET,
        policy=require_policy(session, SET.slug),
        problem=PROBLEMS[0],
        tolerances=tolerances,
        groups=groups,
    )


@pytest.fixture
def students(session: Session) -> list[int]:
    open_course(session)
    return [add_student(session, f"student{number}") for number in range(4)]


def test_numbers_within_the_tolerance_are_one_group_the_most_common_first(
    session: Session, students: list[int]
) -> None:
    texts = ["0.4", ".40", "7", RIGHT[A], "0.50", "5e-1", "0.50001", "0.400"]
    people = [0, 1, 0, 0, 1, 2, 3, 3]
    for number, (person, text) in enumerate(zip(people, texts, strict=True)):
        answer(session, students[person], A, text, NOW + number * SECOND)
    first, second = insight(session)
    assert first.part == PROBLEMS[0].parts[0]
    names = [(f"student{number}", f"Student{number}") for number in range(4)]
    assert first.groups == (
        AnswerGroup(
            Decimal("0.5"), correct=True, tag=None, students=4, submissions=4,
            first_seen=NOW + 3 * SECOND, last_seen=NOW + 6 * SECOND, values=2, people=tuple(names),
        ),
        AnswerGroup(
            Decimal("0.4"), correct=False, tag=None, students=3, submissions=3,
            first_seen=NOW, last_seen=NOW + 7 * SECOND, values=1, people=(names[0], names[1], names[3]),
        ),
        AnswerGroup(
            Decimal(7), correct=False, tag=None, students=1, submissions=1,
            first_seen=NOW + 2 * SECOND, last_seen=NOW + 2 * SECOND, values=1, people=(names[0],),
        ),
    )  # fmt: skip
    assert (first.tried, first.solved) == (4, 4)
    assert second == PartInsight(PROBLEMS[0].parts[1], (), 0, 0, 0)


def test_what_explains_a_wrong_number_stands_beside_it(
    session: Session, students: list[int]
) -> None:
    for text in ("0.25", "-0.5", "0.7", RIGHT[A]):
        answer(session, students[0], A, text)
    first, _ = insight(session)
    assert {f"{each.value}": each.tag for each in first.groups} == {
        "0.25": "squared",
        "-0.5": "generic:sign",
        "0.7": None,
        "0.5": None,
    }


def test_of_equally_common_answers_the_last_seen_comes_first(
    session: Session, students: list[int]
) -> None:
    for number, text in enumerate(["3", "1", "4", "2"]):
        answer(session, students[0], A, text, NOW + number * SECOND)
    answer(session, students[1], A, "1", NOW + SECOND)
    first, _ = insight(session)
    assert [each.value for each in first.groups] == [1, 2, 4, 3]


def test_a_student_who_tried_often_counts_once(session: Session, students: list[int]) -> None:
    for text in ("1", "2", RIGHT[A], "0.500001"):
        answer(session, students[0], A, text)
    answer(session, students[1], A, "1")
    first, _ = insight(session)
    assert (first.tried, first.solved) == (2, 1)
    assert (first.groups[0].value, first.groups[0].students) == (1, 2)


def test_only_as_many_groups_are_shown_as_are_asked_for(
    session: Session, students: list[int]
) -> None:
    for person in students:
        for number in range(4):
            answer(session, person, A, str(number))
    answer(session, students[0], A, "99")
    first, _ = insight(session, groups=3)
    assert len(first.groups) == 3
    assert all(each.students == 4 for each in first.groups)
    assert first.tried == 4


def test_of_a_problem_with_many_parts_fewer_groups_of_each_are_shown(
    session: Session, students: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.services.figures.insight.IN_ALL", 7)
    for number in range(5):
        answer(session, students[0], A, str(number))
    assert [len(each.groups) for each in insight(session)] == [3, 0]
    assert [len(each.groups) for each in insight(session, groups=2)] == [2, 0]


def test_staff_and_those_who_left_do_not_count(session: Session, students: list[int]) -> None:
    answer(session, students[0], A, "1")
    for login, role, active in (("ta", "ta", True), ("gone", "student", False)):
        answer(session, add_student(session, login, role=role, active=active), A, "1")
    first, _ = insight(session)
    (group,) = first.groups
    assert (group.students, group.submissions, first.tried) == (1, 1, 1)
    assert group.people == (("student0", "Student0"),)


def test_other_problems_do_not_count(session: Session, students: list[int]) -> None:
    answer(session, students[0], "set/last/a", "1")
    assert [part.groups for part in insight(session)] == [(), ()]


def test_the_verdicts_are_those_that_stand_now(session: Session, students: list[int]) -> None:
    answer(session, students[0], A, "0.7")
    add_key(session, make_key("set/sum", {A: "0.7", "set/sum/b": "2"}))
    assert insight(session)[0].groups[0].correct is False
    plan = regrading.plan(session, course=COURSE, problem=PROBLEMS[0], now=NOW)
    regrading.apply(session, plan_id=plan.id, reason="typo", actor="me", now=NOW)
    first, _ = insight(session)
    assert (first.groups[0].correct, first.solved) == (True, 1)


def test_right_at_once_is_who_needed_one_attempt(session: Session, students: list[int]) -> None:
    for student, texts in zip(students, (["0.5"], ["0.4", "0.5"], ["7"], [".5", "8"]), strict=True):
        for number, text in enumerate(texts):
            answer(session, student, A, text, NOW + number * SECOND)
    part = insight(session)[0]
    assert (part.tried, part.solved, part.first_try) == (4, 3, 2)


def test_the_figures_name_the_most_common_wrong_value(
    session: Session, students: list[int]
) -> None:
    assert insight(session)[0].figures == Figures(0, 0, 0, None, 0)
    for number, (student, text) in enumerate(
        zip(students, ("7", "0.4", "0.4", "0.5"), strict=True)
    ):
        answer(session, student, A, text, NOW + number * SECOND)
    assert insight(session)[0].figures == Figures(4, 1, 1, Decimal("0.4"), 2)


def test_a_wrong_number_beside_the_right_ones_or_a_known_mistake_stays_apart(
    session: Session, students: list[int]
) -> None:
    # The mistake "squared" gives 0.25. Each pair lies within the tolerance of the other one.
    texts = ("0.50001", "0.500015", "0.250005", "0.250014")
    for student, text in zip(students, texts, strict=True):
        answer(session, student, A, text)
    groups = insight(session)[0].groups
    assert {(f"{each.value}", each.correct, each.tag) for each in groups} == {
        ("0.50001", True, None),
        ("0.500015", False, None),
        ("0.250005", False, "squared"),
        ("0.250014", False, None),
    }


def test_a_student_behind_two_numbers_of_a_group_counts_once(
    session: Session, students: list[int]
) -> None:
    for text in ("0.7", "0.700001"):
        answer(session, students[0], A, text)
    answer(session, students[1], A, "0.700001")
    (group,) = insight(session)[0].groups
    assert (f"{group.value}", group.students, group.submissions, group.values) == (
        "0.700001", 2, 3, 2,
    )  # fmt: skip


def test_of_one_number_s_students_some_are_named_in_order_of_name_and_all_are_counted(
    session: Session, students: list[int]
) -> None:
    # Those who come first on the roster are named, whatever they are called.
    more = [add_student(session, f"x{number}", name=f"A{number:02}") for number in range(NAMED)]
    for person in (*students, *more):
        answer(session, person, A, "7")
    for person in students:
        answer(session, person, A, "8")
        answer(session, person, A, "8.0000001")
    seven, eight = insight(session)[0].groups
    assert (seven.students, len(seven.people)) == (NAMED + 4, NAMED)
    assert [*seven.people] == sorted(seven.people, key=lambda who: who[1])
    assert {f"student{number}" for number in range(4)} <= {login for login, _ in seven.people}
    assert (eight.students, eight.submissions, len(eight.people)) == (4, 8, 4)


def test_all_answers_to_one_part_are_known_with_everybody_behind_each(
    session: Session, students: list[int]
) -> None:
    more = [add_student(session, f"more{number:02}") for number in range(NAMED)]
    for person in (*students, *more):
        answer(session, person, A, "7")
    for number, person in enumerate(students):
        answer(session, person, A, f"{number + 10}")
    part = PROBLEMS[0].parts[0]
    found = part_answers(session, problem=PROBLEMS[0], part=part, tolerance=part.tolerance)
    assert (found.tried, len(found.groups)) == (NAMED + 4, 5)
    seven = found.group_of(Decimal(7))
    assert seven is not None
    assert seven.students == len(seven.people) == NAMED + 4
    assert found.group_of(Decimal("7.0")) == seven
    assert found.group_of(Decimal(8)) is None
    (common,) = (each for each in insight(session)[0].groups if each.value == 7)
    assert (common.students, len(common.people)) == (NAMED + 4, NAMED)


def test_the_queries_are_as_many_for_a_class_of_any_size(
    session: Session, students: list[int]
) -> None:
    counts = []
    for student in students:
        answer(session, student, A, f"0.{student}")
        with statements(session.connection().engine) as sent:
            insight(session)
        counts.append(len(sent))
    assert counts == [8] * 4


def test_how_near_numbers_are_is_judged_by_the_active_key_s_tolerance(
    session: Session, students: list[int]
) -> None:
    for student, text in zip(students, ("0.7", "0.7004", "0.7", "0.8"), strict=True):
        answer(session, student, A, text)
    assert [each.students for each in insight(session)[0].groups] == [2, 1, 1]
    wider = insight(session, tolerances={A: Decimal("0.001")})[0].groups
    assert [each.students for each in wider] == [3, 1]
