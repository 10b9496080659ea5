"""What was planned, applied and undone of rescores, for staff and operators."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session, aliased

from grader.db.models import PolicyRow, RescorePlan, RescoreRun
from grader.domain.errors import NotFound
from grader.domain.rule_changes import RuleChange, rule_changes
from grader.domain.seen_scores import SeenScore
from grader.services.keys.documents import load_policy


@dataclass(frozen=True, slots=True)
class PlanRecord:
    """A stored plan as it was shown when it was made.

    ``students`` are those whose scores would change, ``scores`` how many have which points, before and
    after.
    """

    plan: int
    assignment: str
    from_version: int
    to_version: int
    sha256: str
    created_at: datetime
    rules: tuple[RuleChange, ...]
    changed: int
    students: list[dict[str, Any]]
    scores: Mapping[str, Mapping[str, int]]
    overrides: list[dict[str, Any]]

    @property
    def total_alone(self) -> tuple[Decimal, Decimal] | None:
        """The possible points before and after, where nothing else of any score is another; else None."""
        moved = [
            (SeenScore.read(each["before"]), SeenScore.read(each["after"]))
            for each in self.students
        ]
        totals = {(old.possible, new.possible) for old, new in moved}
        beside = any(
            (old.points, old.late_days) != (new.points, new.late_days) for old, new in moved
        )
        if beside or len(totals) != 1 or any(each["others"] for each in self.students):
            return None
        return totals.pop()


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A plan and, once it was applied, the run: its reason, actor, and which run undid it.

    ``changed`` counts the students whose scores it changes, or changed when it was run.
    """

    plan: int
    assignment: str
    from_version: int
    to_version: int
    changed: int
    run: int | None
    undoes: int | None
    undone_by: int | None
    reason: str | None
    actor: str | None
    at: datetime


def plan_record(session: Session, plan_id: int) -> PlanRecord:
    """One plan.

    Raises:
        NotFound: there is none.
    """
    row = session.get(RescorePlan, plan_id)
    if row is None:
        raise NotFound(f"There is no rescore plan {plan_id}.")
    return _record(session, row, row.content)


def effect_record(session: Session, run_id: int) -> PlanRecord:
    """What a run changed when it was run, in the form of its plan; an undoing goes the other way.

    Raises:
        NotFound: there is no such run.
    """
    run = session.get(RescoreRun, run_id)
    if run is None:
        raise NotFound(f"There is no rescore run {run_id}.")
    row = session.get_one(RescorePlan, run.plan_id)
    return _record(session, row, run.content, back=run.undoes_id is not None)


def list_runs(
    session: Session, *, plan_id: int | None = None, limit: int | None = None
) -> list[RunRecord]:
    """Every run, and every plan without one; the newest plan first, its runs in their order.

    They can be those of one plan, or the first so many.
    """
    query = _listed().order_by(RescorePlan.id.desc(), RescoreRun.id).limit(limit)
    if plan_id is not None:
        query = query.where(RescorePlan.id == plan_id)
    return [_run(row) for row in session.execute(query)]


def run_record(session: Session, run_id: int) -> RunRecord:
    """One run.

    Raises:
        NotFound: there is none.
    """
    row = session.execute(_listed().where(RescoreRun.id == run_id)).one_or_none()
    if row is None:
        raise NotFound(f"There is no rescore run {run_id}.")
    return _run(row)


def _record(
    session: Session, row: RescorePlan, content: dict[str, Any], *, back: bool = False
) -> PlanRecord:
    ends = (row.from_policy_id, row.to_policy_id)
    before, after = reversed(ends) if back else ends
    versions = [session.get_one(PolicyRow, each).version for each in (before, after)]
    rules = rule_changes(load_policy(session, before), load_policy(session, after))
    return PlanRecord(
        plan=row.id,
        assignment=row.assignment,
        from_version=versions[0],
        to_version=versions[1],
        sha256=row.sha256,
        created_at=row.created_at,
        rules=tuple(rules),
        changed=content["changed"],
        students=content["students"],
        scores=content["scores"],
        overrides=content["overrides"],
    )


def _listed() -> Select[*tuple[Any, ...]]:
    old, new, undo = aliased(PolicyRow), aliased(PolicyRow), aliased(RescoreRun)
    # Of the contents one number alone: they name every student.
    planned = RescorePlan.content["changed"].as_integer().label("planned")
    done = RescoreRun.content["changed"].as_integer().label("done")
    columns = (RescorePlan.id, RescorePlan.assignment, RescorePlan.created_at, planned)
    run = (RescoreRun.id, RescoreRun.undoes_id, RescoreRun.reason, RescoreRun.actor)
    versions = (old.version, new.version)
    return (
        select(*columns, *run, RescoreRun.created_at, done, *versions, undo.id)
        .select_from(RescorePlan)
        .join(old, old.id == RescorePlan.from_policy_id)
        .join(new, new.id == RescorePlan.to_policy_id)
        .outerjoin(RescoreRun, RescoreRun.plan_id == RescorePlan.id)
        .outerjoin(undo, undo.undoes_id == RescoreRun.id)
    )


def _run(row: Row[*tuple[Any, ...]]) -> RunRecord:
    plan, assignment, planned_at, planned, *rest = row
    run, undoes, reason, actor, run_at, done, before, after, undone_by = rest
    return RunRecord(
        plan=plan,
        assignment=assignment,
        # An undoing goes the other way.
        from_version=after if undoes else before,
        to_version=before if undoes else after,
        changed=planned if run is None else done,
        run=run,
        undoes=undoes,
        undone_by=undone_by,
        reason=reason,
        actor=actor,
        at=planned_at if run is None else run_at,
    )
