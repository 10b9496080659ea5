from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from grader.db.condition import waiting_for_locks
from grader.db.models import KeyCheck, RegradeJob
from grader.domain.problem import RequestRules
from grader.services.figures.course_figures import KEY_STATES, course_figures
from grader.services.requests.requesting import ask
from tests.support.classroom import NOW, add_student, answer, open_course
from tests.support.courses import COURSE, SET
from tests.support.ledgers import act
from tests.support.values import DUE

ASKING = replace(
    COURSE,
    assignments=(replace(SET, requests=RequestRules(days=7, limit=2)), *COURSE.assignments[1:]),
)


def test_a_course_in_which_nothing_happened_has_no_figures_but_keys_that_are_missing(
    session: Session,
) -> None:
    found = course_figures(session, course=COURSE)
    assert (found.ledger_entries, found.requests_waiting, found.regrades_running) == (0, 0, 0)
    assert found.newest_answer is None
    assert found.waiting_for_locks == 0
    nothing = dict.fromkeys(KEY_STATES, 0)
    assert found.keys == nothing | {"missing": len(COURSE.problems)}


def test_each_figure_is_of_what_is_stored(session: Session) -> None:
    open_course(session, ASKING)
    ada = add_student(session)
    for minutes in (0, 3):
        answer(session, ada, "set/sum/a", str(minutes), NOW + timedelta(minutes=minutes))
    ask(session, course=ASKING, person_id=ada, about="set/sum/a", reason="Right.", now=DUE)
    act(session)
    act(session)
    found = course_figures(session, course=ASKING)
    assert (found.ledger_entries, found.requests_waiting) == (2, 1)
    assert found.newest_answer == NOW + timedelta(minutes=3)


@pytest.mark.parametrize("state", ["current", "inactive", "stale"])
def test_keys_count_by_how_they_stood_when_they_were_compared(session: Session, state: str) -> None:
    open_course(session)
    session.add(KeyCheck(problem="set/sum", state=state, reasons={"reasons": []}, checked_at=NOW))
    session.flush()
    keys = course_figures(session, course=COURSE).keys
    assert keys[state] == 1
    assert keys["unknown"] == len(COURSE.problems) - 1
    assert sum(keys.values()) == len(COURSE.problems)


def test_only_regrades_that_run_count(session: Session) -> None:
    assert {column.name for column in RegradeJob.__table__.columns} >= {"state"}
    assert course_figures(session, course=COURSE).regrades_running == 0
    assert waiting_for_locks(session.connection()) == 0
