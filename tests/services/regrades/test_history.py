"""Plans and runs, as operators read them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from grader.db.models import ActiveKey, AnswerKeyRow, RegradePlan, RegradeRun
from grader.domain.errors import NotFound
from grader.domain.grading import AnswerKey, PartKey
from grader.services.keys.documents import key_document
from grader.services.regrades.history import list_runs, plan_record, run_record

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
CHANGE = {"submissions": 3, "changed": 1, "matrix": {"a -> b": 1}, "students": [{"student": "ada"}]}


def plan(session: Session, problem: str) -> RegradePlan:
    keys = []
    for version in (1, 2):
        content = AnswerKey(
            problem, {f"{problem}/a": PartKey(Decimal(version), Decimal(1))}, {}, {}
        )
        keys.append(
            AnswerKeyRow(
                problem=problem,
                version=version,
                content=key_document(content),
                provenance={},
                created_at=NOW,
            )
        )
    session.add_all(keys)
    session.flush()
    session.add(ActiveKey(problem=problem, key_id=keys[0].id))
    made = RegradePlan(
        problem=problem,
        from_key_id=keys[0].id,
        to_key_id=keys[1].id,
        scope={},
        rule="any_change",
        content={"world": {}, **CHANGE},
        sha256="abc",
        created_at=NOW,
    )
    session.add(made)
    session.flush()
    return made


def run(session: Session, of: RegradePlan, undoes: int | None = None) -> RegradeRun:
    made = RegradeRun(
        plan_id=of.id,
        undoes_id=undoes,
        reason="because",
        actor="cli:root",
        graded=3,
        created_at=NOW + timedelta(hours=1),
    )
    session.add(made)
    session.flush()
    return made


def test_a_plan_is_told_with_its_versions_and_what_it_would_change(session: Session) -> None:
    made = plan(session, "set/sum")
    record = plan_record(session, made.id)
    assert (record.plan, record.problem, record.sha256) == (made.id, "set/sum", "abc")
    assert (record.from_version, record.to_version) == (1, 2)
    assert (record.submissions, record.changed) == (3, 1)
    assert record.matrix == CHANGE["matrix"]
    assert record.students == CHANGE["students"]
    assert record.created_at == NOW


def test_a_plan_that_is_not_there_is_refused(session: Session) -> None:
    with pytest.raises(NotFound, match=r"There is no regrade plan 1\."):
        plan_record(session, 1)


def test_the_list_has_each_plan_and_each_of_its_runs(session: Session) -> None:
    first, second = plan(session, "set/sum"), plan(session, "set/last")
    applied = run(session, first)
    undone = run(session, first, undoes=applied.id)
    told = list_runs(session)
    assert [(r.plan, r.run, r.undoes, r.undone_by) for r in told] == [
        (second.id, None, None, None),
        (first.id, applied.id, None, undone.id),
        (first.id, undone.id, applied.id, None),
    ]
    assert [(r.reason, r.actor, r.graded, r.at) for r in told[:2]] == [
        (None, None, None, NOW),
        ("because", "cli:root", 3, NOW + timedelta(hours=1)),
    ]
    # An undoing goes the other way.
    assert [(r.from_version, r.to_version) for r in told] == [(1, 2), (1, 2), (2, 1)]
    assert {r.changed for r in told} == {1}


def test_one_run_is_told_as_the_list_tells_it(session: Session) -> None:
    first, second = plan(session, "set/sum"), plan(session, "set/last")
    applied, other = run(session, first), run(session, second)
    undone = run(session, first, undoes=applied.id)
    told = {each.run: each for each in list_runs(session)}
    for made in (applied, other, undone):
        assert run_record(session, made.id) == told[made.id]
    assert run_record(session, undone.id).undoes == applied.id


def test_a_run_that_is_not_there_is_refused(session: Session) -> None:
    plan(session, "set/sum")
    with pytest.raises(NotFound, match=r"There is no regrade run 1\."):
        run_record(session, 1)
