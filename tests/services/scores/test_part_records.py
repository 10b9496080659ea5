"""Attempts and first right moments, of a class and of one person."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy.orm import Session

from grader.domain.scoring import PartRecord
from grader.services.policies.publishing import require_policy
from grader.services.scores.part_records import part_records
from tests.support.classroom import NOW, RIGHT, add_student, answer, open_course
from tests.support.courses import LATER, PROBLEMS, SET

A, B, C = "set/sum/a", "set/sum/b", "set/last/a"
ONLY = "later/only/a"


def test_records_count_attempts_and_keep_the_first_right_moment(session: Session) -> None:
    open_course(session)
    ada, ben = add_student(session), add_student(session, "ben")
    for number, text in enumerate(("1", RIGHT[A], "2", "0.500001")):
        answer(session, ada, A, text, NOW + number * timedelta(microseconds=1))
    answer(session, ada, ONLY, "1")
    answer(session, ben, B, "1")
    second = NOW + timedelta(microseconds=1)
    policies = [require_policy(session, each.slug) for each in (SET, LATER)]
    assert part_records(session, SET, policies[0]) == {
        ada: {A: PartRecord(A, 4, second, 2)},
        ben: {B: PartRecord(B, 1, None)},
    }
    assert part_records(session, SET, policies[0], person_id=ben) == {
        ben: {B: PartRecord(B, 1, None)}
    }
    assert part_records(session, SET, policies[0], person_id=ada) == {
        ada: {A: PartRecord(A, 4, second, 2)}
    }
    for among, own in (({ben}, {ben}), ({ada, ben}, {ada, ben}), (set(), set())):
        assert set(part_records(session, SET, policies[0], among=among)) == own
    assert part_records(session, SET, policies[0], among=[ada]) == {
        ada: {A: PartRecord(A, 4, second, 2)}
    }
    assert part_records(session, LATER, policies[1]) == {ada: {ONLY: PartRecord(ONLY, 1, None)}}


def test_work_on_a_problem_that_is_none_of_the_assignment_s_any_more_is_left_out(
    session: Session,
) -> None:
    open_course(session)
    ada = add_student(session)
    for part in (A, C):
        answer(session, ada, part, RIGHT[part])
    policy, fewer = require_policy(session, "set"), replace(SET, problems=PROBLEMS[:1])
    assert part_records(session, fewer, policy) == {ada: {A: PartRecord(A, 1, NOW, 1)}}


def test_work_on_a_part_counts_as_long_as_the_policy_or_the_files_have_it(session: Session) -> None:
    open_course(session)
    ada = add_student(session)
    for part in (A, B):
        answer(session, ada, part, RIGHT[part])
    problem = replace(PROBLEMS[0], parts=PROBLEMS[0].parts[:1])
    files = replace(SET, problems=(problem, *SET.problems[1:]))
    policy = require_policy(session, "set")
    for points, kept in ((policy.points, {A, B}), ({A: policy.points[A]}, {A})):
        records = part_records(session, files, replace(policy, points=points))
        assert set(records[ada]) == kept
    assert set(part_records(session, SET, replace(policy, points={}))[ada]) == {A, B}


def test_an_assignment_without_problems_has_none(session: Session) -> None:
    open_course(session)
    answer(session, add_student(session), A, RIGHT[A])
    policy = require_policy(session, "set")
    assert part_records(session, replace(SET, problems=()), policy) == {}
