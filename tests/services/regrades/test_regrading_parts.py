"""Undoing once a part that only the newer key covers was answered."""

import pytest
from sqlalchemy.orm import Session

from grader.db.models import ActiveKey
from grader.domain.errors import InvalidRequest
from grader.services.regrades import regrading
from tests.support.classroom import NOW, add_key, add_student, answer, make_key, open_course
from tests.support.courses import COURSE

SUM = "set/sum"


def test_undoing_is_refused_in_words(session: Session) -> None:
    open_course(session)
    ada = add_student(session)
    old = add_key(session, make_key(SUM, {"set/sum/a": "0.5"}))
    session.merge(ActiveKey(problem=SUM, key_id=old))
    session.flush()
    add_key(session, make_key(SUM, {"set/sum/a": "0.75", "set/sum/b": "2"}))
    problem = COURSE.problem(SUM)
    assert problem is not None
    plan = regrading.plan(session, course=COURSE, problem=problem, now=NOW)
    run = regrading.apply(session, plan_id=plan.id, reason="why", actor="cli:op", now=NOW)
    answer(session, ada, "set/sum/b", "2")
    with pytest.raises(InvalidRequest, match="set/sum/b"):
        regrading.undo(session, run_id=run.id, reason="why", actor="cli:op", now=NOW)
