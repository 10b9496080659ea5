"""What was planned, applied and undone, for operators."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from grader.db.models import AnswerKeyRow, RegradePlan, RegradeRun
from grader.domain.errors import NotFound
from grader.domain.regrade_scope import scope_from


@dataclass(frozen=True, slots=True)
class PlanRecord:
    """A stored plan as it was shown when it was made.

    ``scope`` says in words which answers move, '' for all; ``limits`` does by name. ``outside`` answers are
    no part of it, ``held`` are kept by an earlier regrade; ``kept`` are who keeps a right answer.
    """

    plan: int
    problem: str
    from_version: int
    to_version: int
    sha256: str
    created_at: datetime
    submissions: int
    changed: int
    matrix: dict[str, int]
    retold: dict[str, int]
    students: list[dict[str, Any]]
    overrides: list[dict[str, Any]]
    scope: str
    limits: dict[str, Any]
    rule: str
    outside: int
    held: int
    kept: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A plan and, once it was applied, the run: its reason, actor, and which run undid it."""

    plan: int
    problem: str
    from_version: int
    to_version: int
    changed: int
    run: int | None
    undoes: int | None
    undone_by: int | None
    graded: int | None
    reason: str | None
    actor: str | None
    at: datetime


def plan_record(session: Session, plan_id: int) -> PlanRecord:
    """One plan.

    Raises:
        NotFound: there is none.
    """
    old, new = aliased(AnswerKeyRow), aliased(AnswerKeyRow)
    found = session.execute(
        select(RegradePlan, old.version, new.version)
        .join(old, old.id == RegradePlan.from_key_id)
        .join(new, new.id == RegradePlan.to_key_id)
        .where(RegradePlan.id == plan_id)
    ).one_or_none()
    if found is None:
        raise NotFound(f"There is no regrade plan {plan_id}.")
    row, from_version, to_version = found
    return PlanRecord(
        plan=row.id,
        problem=row.problem,
        from_version=from_version,
        to_version=to_version,
        sha256=row.sha256,
        created_at=row.created_at,
        submissions=row.content["submissions"],
        changed=row.content["changed"],
        matrix=row.content["matrix"],
        retold=row.content.get("retold", {"answers": 0, "students": 0}),
        students=row.content["students"],
        overrides=row.content.get("overrides", []),
        scope=scope_from(row.scope).words(),
        limits=row.scope,
        rule=row.rule,
        outside=row.content.get("outside", 0),
        held=row.content.get("held", 0),
        kept=row.content.get("kept_students", []),
    )


def list_runs(
    session: Session, *, plan_id: int | None = None, limit: int | None = None
) -> list[RunRecord]:
    """Every run, and every plan without one; the newest plan first, its runs in their order.

    They can be those of one plan, or the first so many.
    """
    old, new, undo = aliased(AnswerKeyRow), aliased(AnswerKeyRow), aliased(RegradeRun)
    # Of a plan's content one number alone: it names every student.
    columns = (RegradePlan.id, RegradePlan.problem, RegradePlan.created_at)
    changed = RegradePlan.content["changed"].as_integer()
    query = (
        select(*columns, changed.label("changed"), RegradeRun, old.version, new.version, undo.id)
        .select_from(RegradePlan)
        .join(old, old.id == RegradePlan.from_key_id)
        .join(new, new.id == RegradePlan.to_key_id)
        .outerjoin(RegradeRun, RegradeRun.plan_id == RegradePlan.id)
        .outerjoin(undo, undo.undoes_id == RegradeRun.id)
        .order_by(RegradePlan.id.desc(), RegradeRun.id)
        .limit(limit)
    )
    if plan_id is not None:
        query = query.where(RegradePlan.id == plan_id)
    rows = session.execute(query).all()
    return [
        RunRecord(
            plan=plan,
            problem=problem,
            # An undoing goes the other way.
            from_version=to_version if run and run.undoes_id else from_version,
            to_version=from_version if run and run.undoes_id else to_version,
            changed=changed,
            run=run.id if run else None,
            undoes=run.undoes_id if run else None,
            undone_by=undone_by,
            graded=run.graded if run else None,
            reason=run.reason if run else None,
            actor=run.actor if run else None,
            at=run.created_at if run else made_at,
        )
        for plan, problem, made_at, changed, run, from_version, to_version, undone_by in rows
    ]


def run_record(session: Session, run_id: int) -> RunRecord:
    """One run.

    Raises:
        NotFound: there is none.
    """
    run = session.get(RegradeRun, run_id)
    of_plan = [] if run is None else list_runs(session, plan_id=run.plan_id)
    found = next((each for each in of_plan if each.run == run_id), None)
    if found is None:
        raise NotFound(f"There is no regrade run {run_id}.")
    return found
