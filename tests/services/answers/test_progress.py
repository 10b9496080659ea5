from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from grader.domain.errors import NotFound
from grader.domain.policy import policy_of
from grader.services.answers.progress import find_submission, list_submissions, problem_progress
from grader.services.keys.published import published_key
from grader.services.roster.reading import find_person
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

A, B, C = "set/sum/a", "set/sum/b", "set/last/a"
POLICY = policy_of(COURSE, SET)
LIMITED = replace(POLICY, attempts=replace(POLICY.attempts, limit=3))


@pytest.fixture
def ada(session: Session) -> int:
    open_course(session)
    return add_student(session)


def test_each_part_of_a_problem_has_its_attempts_newest_first(session: Session, ada: int) -> None:
    ben = add_student(session, "ben")
    for person, part, text in (
        (ada, A, "1"), (ada, B, "4"), (ada, A, RIGHT[A]), (ada, C, "1"), (ben, A, "7"),
    ):  # fmt: skip
        answer(session, person, part, text)
    first, second = problem_progress(session, problem=PROBLEMS[0], policy=POLICY, person_id=ada)
    assert [(row.text, row.standing) for row in first.attempts] == [
        (RIGHT[A], "correct"),
        ("1", "incorrect"),
    ]
    assert [row.text for row in second.attempts] == ["4"]
    assert (first.part.slug, first.solved, second.solved) == (A, True, False)
    assert (first.attempts_left, first.next_attempt_at) == (None, None)


def test_a_part_without_attempts_has_none(session: Session, ada: int) -> None:
    found = problem_progress(session, problem=PROBLEMS[0], policy=LIMITED, person_id=ada)
    assert [(part.attempts, part.solved, part.attempts_left) for part in found] == [
        ((), False, 3),
        ((), False, 3),
    ]


def test_the_attempts_that_are_left_are_counted_down_to_none(session: Session, ada: int) -> None:
    left = []
    for text in "1234":
        answer(session, ada, A, text)
        part = problem_progress(session, problem=PROBLEMS[0], policy=LIMITED, person_id=ada)[0]
        left.append(part.attempts_left)
    assert left == [2, 1, 0, 0]


def test_a_pause_is_told_with_its_end(session: Session, ada: int) -> None:
    for text in "12345":
        answer(session, ada, A, text)
    first, second = problem_progress(session, problem=PROBLEMS[0], policy=POLICY, person_id=ada)
    assert first.next_attempt_at == NOW + timedelta(seconds=30)
    assert second.next_attempt_at is None


def test_one_s_submissions_are_listed_newest_first_page_by_page(session: Session, ada: int) -> None:
    ben = add_student(session, "ben")
    ids = [answer(session, ada, part, "1").id for part in (A, B, C)]
    answer(session, ben, A, "1")
    ids += [answer(session, ada, part, RIGHT[part]).id for part in (A, B, C)]

    def page(limit: int, before: int | None = None, part: str | None = None) -> list[int]:
        rows = list_submissions(session, person_id=ada, limit=limit, before=before, part=part)
        return [row.id for row in rows]

    newest = ids[::-1]
    assert page(100) == newest
    assert page(4) == newest[:4]
    assert page(4, newest[3]) == newest[4:]
    assert page(4, newest[-1]) == []
    assert page(4, part=B) == [ids[4], ids[1]]
    assert page(4, ids[4], B) == [ids[1]]
    assert list_submissions(session, person_id=ben + 1, limit=9) == []


@pytest.mark.parametrize("part", ["set/sum/z", "", "\x00", "set/sum/a\x00", "\ud800"], ids=ascii)
def test_a_part_that_does_not_exist_has_no_submissions(
    part: str, session: Session, ada: int
) -> None:
    answer(session, ada, A, "1")
    assert list_submissions(session, person_id=ada, limit=9, part=part) == []


def test_a_submission_is_told_with_the_verdict_that_stands(session: Session, ada: int) -> None:
    told = answer(session, ada, A, " .50 ", key="k")
    row = find_submission(session, person_id=ada, submission_id=told.id)
    assert (row.id, row.part, row.attempt, row.text) == (told.id, A, 1, " .50 ")
    assert (row.value, row.standing, row.source) == (Decimal("0.5"), "correct", "api")
    assert (row.submitted_at, row.late_seconds, row.idempotency_key) == (NOW, 0, "k")


def test_another_s_submission_can_t_be_told_from_one_that_does_not_exist(
    session: Session, ada: int
) -> None:
    other = answer(session, add_student(session, "ben"), A, "1").id
    refusals = []
    for absent in (other, other + 1, 0, -1, 2**63 - 1):
        with pytest.raises(NotFound) as refusal:
            find_submission(session, person_id=ada, submission_id=absent)
        refusals.append(str(refusal.value))
    assert set(refusals) == {"There is no such submission."}


def test_a_person_is_found_by_login_active_or_not(session: Session, ada: int) -> None:
    gone = add_student(session, "gone", active=False)
    assert find_person(session, login="ada").id == ada
    assert find_person(session, login="gone").id == gone


@pytest.mark.parametrize(
    "login", ["", "ben", "ADA", "ada ", "a%", "\x00", "ada\x00", "\ud800"], ids=ascii
)
def test_nobody_is_found_by_another_login(login: str, session: Session, ada: int) -> None:
    assert ada
    with pytest.raises(NotFound, match="There is no such person on the roster"):
        find_person(session, login=login)


def test_the_key_that_grades_now_is_told_with_its_version(session: Session) -> None:
    assert published_key(session, "set/sum") is None
    keys = [make_key("set/sum", {A: value}) for value in ("1", "2", "3")]
    for key in keys:
        add_key(session, key, active=key is not keys[2])
    assert published_key(session, "set/sum") == (2, keys[1])
