from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from grader.db.models import PolicyRow
from grader.db.session import reading, transaction
from grader.domain.policy import policy_of
from grader.domain.problem import Course
from grader.services.policies.publishing import (
    PolicyStatus,
    active_policy,
    policy_status,
    publish_policy,
)
from grader.services.policies.waiting import waiting_policies
from grader.services.rescores import rescoring
from tests.support.classroom import NOW, add_key, add_student, answer, count, make_key
from tests.support.courses import COURSE, LATER, PROBLEMS, SET
from tests.support.people import at_once
from tests.support.values import DUE

HINTS = "from wrong attempt 2 on"


def changed(**changes: Any) -> Course:
    """The course with another first assignment."""
    return replace(COURSE, assignments=(replace(SET, **changes), LATER))


def publish(session: Session, course: Course = COURSE) -> PolicyStatus:
    return publish_policy(
        session, course=course, assignment=course.assignments[0], actor="op", now=NOW
    )


def rescore(session: Session, course: Course = COURSE) -> int:
    """Put the newest policy in force, by the way that staff go; gives the run."""
    first = course.assignments[0]
    plan = rescoring.plan(session, course=course, assignment=first, now=NOW)
    return rescoring.apply(
        session, course=course, plan_id=plan.id, reason="agreed", actor="op", now=NOW
    ).id


def status(session: Session, course: Course = COURSE) -> PolicyStatus:
    return policy_status(session, course=course, assignment=course.assignments[0])


def use(session: Session) -> None:
    """Let a student answer, so that scores depend on the policy."""
    add_key(session, make_key("set/sum", {"set/sum/a": "0.5"}), active=True)
    answer(session, add_student(session), "set/sum/a", "0.5")


def test_before_the_first_policy_there_is_none(session: Session) -> None:
    assert status(session) == PolicyStatus(
        "set", None, None, "missing", ("no policy is published",), "never"
    )
    assert active_policy(session, "set") is None


def test_the_first_policy_counts_at_once(session: Session) -> None:
    assert publish(session) == PolicyStatus("set", 1, 1, "current", (), HINTS)
    assert status(session) == PolicyStatus("set", 1, 1, "current", (), HINTS)
    assert active_policy(session, "set") == policy_of(COURSE, SET)


def test_publishing_the_same_again_makes_no_version(session: Session) -> None:
    publish(session)
    assert publish(session).version == 1
    assert count(session, PolicyRow) == 1


def test_a_changed_file_makes_the_policy_stale_and_changes_nothing_else(session: Session) -> None:
    publish(session)
    course = changed(due=DUE + timedelta(days=1), max_late_days=3)
    assert status(session, course) == PolicyStatus(
        "set", 1, 1, "stale", ("due", "max_late_days"), HINTS
    )
    assert active_policy(session, "set") == policy_of(COURSE, SET)


def test_the_hints_that_students_get_are_those_of_the_active_version(session: Session) -> None:
    publish(session)
    use(session)
    course = changed(hints_after_wrong=None)
    assert status(session, course).changes == ("hints_after_wrong",)
    assert publish(session, course).hints == HINTS
    rescore(session, course)
    assert status(session, course).hints == "never"


def test_without_submissions_a_new_policy_counts_at_once(session: Session) -> None:
    publish(session)
    course = changed(max_late_days=1)
    assert publish(session, course) == PolicyStatus("set", 2, 2, "current", (), HINTS)
    assert active_policy(session, "set") == policy_of(course, course.assignments[0])


def test_with_submissions_a_new_policy_waits_until_it_is_asked_for(session: Session) -> None:
    publish(session)
    use(session)
    course = changed(max_late_days=1)
    for _ in range(2):
        assert publish(session, course) == PolicyStatus("set", 2, 1, "inactive", (), HINTS)
    assert active_policy(session, "set") == policy_of(COURSE, SET)
    rescore(session, course)
    assert publish(session, course) == PolicyStatus("set", 2, 2, "current", (), HINTS)
    assert active_policy(session, "set") == policy_of(course, course.assignments[0])


def test_files_that_say_what_scores_again_are_in_order_although_a_newer_version_is_there(
    session: Session,
) -> None:
    publish(session)
    use(session)
    course = changed(max_late_days=1)
    publish(session, course)
    run = rescore(session, course)
    rescoring.undo(session, course=course, run_id=run, reason="no", actor="op", now=NOW)
    assert status(session, course) == PolicyStatus("set", 2, 1, "inactive", (), HINTS)
    assert status(session) == PolicyStatus("set", 2, 1, "current", (), HINTS)
    # Publishing them puts the version that waited aside.
    assert len(waiting_policies(session, course=COURSE)) == 1
    assert publish(session) == PolicyStatus("set", 3, 1, "current", (), HINTS)
    assert waiting_policies(session, course=COURSE) == []


def test_a_version_that_waits_counts_at_once_where_nobody_has_answered(session: Session) -> None:
    publish(session)
    course = changed(max_late_days=1)
    publish(session, course)
    first = course.assignments[0]
    back = rescoring.plan(session, course=course, assignment=first, version=1, now=NOW).id
    rescoring.apply(session, course=course, plan_id=back, reason="no", actor="op", now=NOW)
    assert status(session, course).state == "inactive"
    assert publish(session, course) == PolicyStatus("set", 2, 2, "current", (), HINTS)
    assert count(session, PolicyRow) == 2


def test_going_back_to_an_earlier_content_is_a_new_version(session: Session) -> None:
    publish(session)
    publish(session, changed(max_late_days=1))
    assert publish(session).version == 3
    assert active_policy(session, "set") == policy_of(COURSE, SET)


def test_parts_in_another_order_are_a_new_version(session: Session) -> None:
    publish(session)
    course = changed(problems=tuple(reversed(PROBLEMS[:2])))
    assert status(session, course).changes == ("points",)
    assert publish(session, course).version == 2
    policy = active_policy(session, "set")
    assert policy is not None
    assert next(iter(policy.points)) == "set/last/a"


def test_submissions_to_another_assignment_do_not_hold_a_policy_back(session: Session) -> None:
    publish(session)
    use(session)
    later = publish_policy(session, course=COURSE, assignment=LATER, actor="op", now=NOW)
    assert later == PolicyStatus("later", 1, 1, "current", (), HINTS)
    course = replace(COURSE, assignments=(SET, replace(LATER, max_late_days=1)))
    again = publish_policy(
        session,
        course=course,
        assignment=course.assignments[1],
        actor="op",
        now=NOW,
    )
    assert again.active_version == 2


def test_what_is_published_holds_in_the_next_transaction(engine: Engine) -> None:
    with transaction(engine) as session:
        publish(session)
    course = changed(max_late_days=1)
    with transaction(engine) as session:
        publish(session, course)
    with reading(engine) as session:
        assert active_policy(session, "set") == policy_of(course, course.assignments[0])


def test_of_first_policies_published_at_once_one_is_stored(engine: Engine) -> None:
    def publish_now() -> PolicyStatus:
        with transaction(engine) as session:
            return publish(session)

    assert at_once(2, publish_now) == [PolicyStatus("set", 1, 1, "current", (), HINTS)] * 2
    with reading(engine) as session:
        assert count(session, PolicyRow) == 1
