from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from grader.db.models import ActivePolicy
from grader.domain.errors import InvalidRequest, NoPolicy
from grader.domain.policy import policy_of
from grader.services.regrades.simulating import digest_of
from tests.support.classroom import (
    RIGHT,
    add_policy,
    add_student,
    answer,
    dry_run_to,
    make_key,
    open_course,
    student_score,
)
from tests.support.courses import COURSE, LATER, SET
from tests.support.rows import all_rows
from tests.support.values import DUE

A, B, C = "set/sum/a", "set/sum/b", "set/last/a"
NEW = make_key("set/sum", {A: "0.7", B: "2"}, {A: "0.9"})
DAY = timedelta(days=1)


def dry_run(session: Session) -> dict[str, Any]:
    return dry_run_to(session, NEW)


@pytest.fixture
def ada(session: Session) -> int:
    open_course(session)
    return add_student(session, name="Ada")


def test_without_answers_nothing_would_change(session: Session, ada: int) -> None:
    answer(session, ada, C, "1")
    assert dry_run(session) == {
        "submissions": 0,
        "changed": 0,
        "matrix": {},
        "retold": {"answers": 0, "students": 0},
        "students": [],
        "overrides": [],
        "outside": 0,
        "held": 0,
        "kept": [],
        "kept_students": [],
        "last": 0,
    }


def test_every_old_and_new_verdict_is_counted_and_each_move_is_told(
    session: Session, ada: int
) -> None:
    ben, cy = add_student(session, "ben", name="Ben"), add_student(session, "cy")
    for person, part, text in (
        (ada, A, RIGHT[A]), (ada, A, "0.7"), (ada, A, "0.9"), (ada, B, RIGHT[B]), (ada, C, RIGHT[C]),
        (ben, A, "0.500001"), (ben, A, "0.499999"), (ben, B, "9"), (cy, B, "2"), (cy, A, "9"),
    ):  # fmt: skip
        answer(session, person, part, text)
    assert dry_run(session) == {
        "submissions": 9,
        "changed": 5,
        "matrix": {
            "correct -> correct": 2,
            "correct -> incorrect": 3,
            "incorrect -> correct": 2,
            "incorrect -> incorrect": 2,
        },
        "retold": {"answers": 0, "students": 0},
        "students": [
            {
                "student": "ada",
                "name": "Ada",
                "before": "10",
                "after": "10",
                "moves": {f"{A}: correct -> incorrect": 1, f"{A}: incorrect -> correct": 2},
                "crosses": {},
            },
            {
                "student": "ben",
                "name": "Ben",
                "before": "5",
                "after": "0",
                "moves": {f"{A}: correct -> incorrect": 2},
                "crosses": {A: "lost"},
            },
        ],
        "overrides": [],
        "outside": 0,
        "held": 0,
        "kept": [],
        "kept_students": [],
        "last": 10,
    }


def test_a_part_that_has_gone_from_policy_and_files_crosses_nothing(
    session: Session, ada: int
) -> None:
    answer(session, ada, A, RIGHT[A])
    answer(session, ada, B, RIGHT[B])
    problem = replace(SET.problems[0], parts=SET.problems[0].parts[1:])
    fewer = replace(SET, problems=(problem, *SET.problems[1:]))
    course = replace(COURSE, assignments=(fewer, LATER))
    add_policy(session, policy_of(course, fewer))
    found = dry_run_to(session, NEW, course=course)
    (student,) = found["students"]
    assert student["moves"] == {f"{A}: correct -> incorrect": 1}
    assert (student["before"], student["after"], student["crosses"]) == ("3", "3", {})


def test_nothing_is_stored(session: Session, ada: int) -> None:
    answer(session, ada, A, "0.7")
    session.flush()
    before = all_rows(session.connection())
    assert dry_run(session)["changed"] == 1
    session.flush()
    after = all_rows(session.connection())
    # The key that it is about was stored for it.
    assert after.pop("answer_keys")[:-1] == before.pop("answer_keys")
    assert after == before


@pytest.mark.parametrize(
    ("days", "after"),
    [((0, 3), "5"), ((3, 0), "5"), ((2, 3), "5"), ((3, 3), "0"), ((3, 4), "0")],
)
def test_a_score_to_come_counts_the_first_answer_that_would_be_right_and_its_late_days(
    days: tuple[int, int], after: str, session: Session, ada: int
) -> None:
    moments = [DUE + (late - 0.5) * DAY for late in days]
    for text, moment in zip(("0.7", "0.9"), moments, strict=True):
        answer(session, ada, A, text, moment)
    (student,) = dry_run(session)["students"]
    assert (student["before"], student["after"]) == ("0", after)


def test_late_days_that_earlier_assignments_took_are_gone_here_too(
    session: Session, ada: int
) -> None:
    add_policy(session, replace(policy_of(COURSE, LATER), due=DUE - DAY, late_days=2))
    add_policy(session, replace(policy_of(COURSE, SET), late_days=2))
    answer(session, ada, "later/only/a", RIGHT["later/only/a"], DUE + DAY / 2)
    answer(session, ada, A, "0.7", DUE + DAY / 2)
    spent = student_score(session, course=COURSE, assignment=LATER, person_id=ada).late_days
    assert spent == 2
    (student,) = dry_run(session)["students"]
    assert student["after"] == "0"


def test_a_key_that_lacks_an_answered_part_is_refused(session: Session, ada: int) -> None:
    lacking = make_key("set/sum", {A: "0.7"})
    answer(session, ada, A, "1")
    assert dry_run_to(session, lacking)["changed"] == 0
    answer(session, ada, B, "1")
    with pytest.raises(InvalidRequest, match="does not cover set/sum/b, which students have answe"):
        dry_run_to(session, lacking)


def test_without_a_policy_there_are_no_scores_to_compare(session: Session, ada: int) -> None:
    answer(session, ada, A, "0.7")
    session.delete(session.get_one(ActivePolicy, "set"))
    session.flush()
    with pytest.raises(NoPolicy):
        dry_run(session)


def test_a_digest_names_a_document_whatever_the_order_of_its_keys() -> None:
    assert digest_of({"a": 1, "b": [2]}) == digest_of({"b": [2], "a": 1})
    assert digest_of({"a": 1, "b": [2]}) != digest_of({"a": 1, "b": [3]})
    assert len(digest_of([])) == 64
