from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from grader.db.models import SolutionRelease
from grader.domain.errors import GraderError, NoPolicy, NotOpen, StillOpen
from grader.domain.policy import policy_of
from grader.services.policies.releasing import (
    Release,
    blocked,
    newest_release,
    release,
    shown_to_students,
)
from tests.support.classroom import add_policy, count
from tests.support.courses import COURSE, SET
from tests.support.people import add_person

MOMENT = timedelta(microseconds=1)
POLICY = policy_of(COURSE, SET)
assert POLICY.closes is not None
OVER = POLICY.closes


@pytest.fixture
def staff(session: Session) -> int:
    add_policy(session, POLICY)
    return add_person(session, "tia", role="ta", name="Tia")


def test_nothing_is_shown_before_somebody_releases_it(session: Session, staff: int) -> None:
    assert newest_release(session, "set") is None
    assert not shown_to_students(session, "set", OVER)
    release(session, assignment="set", person_id=staff, actor="tia", released=True, now=OVER)
    assert newest_release(session, "set") == Release(released=True, by="Tia", at=OVER)
    assert shown_to_students(session, "set", OVER)
    assert not shown_to_students(session, "later", OVER)


def test_a_release_is_withdrawn_and_given_again_by_further_rows(
    session: Session, staff: int
) -> None:
    for number, released in enumerate((True, False, True), start=1):
        for _ in range(2):  # Pressing twice says nothing new.
            release(
                session, assignment="set", person_id=staff, actor="tia", released=released, now=OVER
            )
        assert count(session, SolutionRelease) == number
        assert shown_to_students(session, "set", OVER) == released


def test_withdrawing_what_was_never_released_changes_nothing(session: Session, staff: int) -> None:
    release(session, assignment="set", person_id=staff, actor="tia", released=False, now=OVER)
    assert newest_release(session, "set") is None


def test_a_release_is_refused_while_work_can_still_be_handed_in(
    session: Session, staff: int
) -> None:
    early = OVER - MOMENT
    with pytest.raises(StillOpen, match="until Monday 16 March 2026 at 23:59"):
        release(session, assignment="set", person_id=staff, actor="tia", released=True, now=early)
    assert count(session, SolutionRelease) == 0
    assert isinstance(blocked(session, "set", early), StillOpen)
    assert blocked(session, "set", OVER) is None


@pytest.mark.parametrize(
    ("assignment", "at", "refusal"),
    [("later", OVER, NoPolicy), ("set", OVER - timedelta(days=30), NotOpen)],
)
@pytest.mark.usefixtures("staff")
def test_a_release_needs_a_policy_and_an_open_assignment(
    session: Session, assignment: str, at: datetime, refusal: type[GraderError]
) -> None:
    with pytest.raises(refusal):
        release(session, assignment=assignment, person_id=1, actor="tia", released=True, now=at)
    assert isinstance(blocked(session, assignment, at), refusal)


def test_a_policy_that_lets_work_in_again_hides_the_solutions_until_it_ends(
    session: Session, staff: int
) -> None:
    release(session, assignment="set", person_id=staff, actor="tia", released=True, now=OVER)
    later = OVER + timedelta(days=2)
    add_policy(session, replace(POLICY, closes=later))
    assert not shown_to_students(session, "set", later - MOMENT)
    assert shown_to_students(session, "set", later)
    # It can be withdrawn meanwhile.
    release(session, assignment="set", person_id=staff, actor="tia", released=False, now=OVER)
    assert not shown_to_students(session, "set", later)
