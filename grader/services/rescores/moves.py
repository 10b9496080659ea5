"""A move of an assignment from one policy to another: what has to hold before it, and the switch itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from grader.db.models import ActivePolicy, PolicyRow, RescorePlan, RescoreRun
from grader.domain.errors import InvalidRequest, NotFound, StalePlan
from grader.domain.ledger import Act
from grader.domain.problem import Course
from grader.services.ledger.ledger import record
from grader.services.rescores.world import what_moved, world_of


@dataclass(frozen=True, slots=True)
class Move:
    """A plan that is to be applied, or the run of it, by its id, that is to be undone."""

    plan: RescorePlan
    undoes: int | None = None

    @property
    def assignment(self) -> str:
        """The assignment whose policy is moved."""
        return self.plan.assignment

    @property
    def from_policy_id(self) -> int:
        """The policy that scores before."""
        return self.plan.from_policy_id if self.undoes is None else self.plan.to_policy_id

    @property
    def to_policy_id(self) -> int:
        """The policy that scores after."""
        return self.plan.to_policy_id if self.undoes is None else self.plan.from_policy_id


def applying(session: Session, plan_id: int) -> Move:
    """The move that a plan describes.

    Raises:
        NotFound: there is no such plan.
    """
    plan = session.get(RescorePlan, plan_id)
    if plan is None:
        raise NotFound(f"There is no rescore plan {plan_id}.")
    return Move(plan)


def undoing(session: Session, run_id: int) -> Move:
    """The move that takes a run back.

    Raises:
        NotFound: there is no such run.
        InvalidRequest: it is itself an undo.
    """
    run = session.get(RescoreRun, run_id)
    if run is None:
        raise NotFound(f"There is no rescore run {run_id}.")
    if run.undoes_id is not None:
        raise InvalidRequest(f"Run {run_id} is itself an undo; apply its plan again instead.")
    return Move(session.get_one(RescorePlan, run.plan_id), run_id)


def check_move(session: Session, move: Move, *, course: Course) -> None:
    """Let a move through whose world is as it was; what is taken back has to be what was done last.

    Raises:
        StalePlan: it moved on; the message says what did.
    """
    if move.undoes is None:
        world = world_of(session, course=course, assignment=move.assignment)
        moved = what_moved(move.plan.content["world"], world)
        if moved:
            raise StalePlan(f"Plan {move.plan.id} is out of date: {moved}. Make a new plan.")
        return
    standing = _standing_runs(session, move.assignment)
    if move.undoes not in standing:
        raise StalePlan(f"Run {move.undoes} was undone already.")
    if move.undoes != standing[-1]:
        raise StalePlan(
            f"Run {standing[-1]} moved the rules of {move.assignment} on since run {move.undoes}; "
            "undo that one first."
        )
    if session.get_one(ActivePolicy, move.assignment).policy_id != move.from_policy_id:
        raise StalePlan(
            f"Another version of the rules of {move.assignment} was published since run {move.undoes}, and "
            "scores already. Make a new plan."
        )


def why_not(session: Session, move: Move, *, course: Course) -> str:
    """Why a move can't be made now, in words; '' if it can."""
    try:
        check_move(session, move, course=course)
    except StalePlan as refusal:
        return str(refusal)
    return ""


def switch(
    session: Session,
    *,
    move: Move,
    pointer: ActivePolicy,
    content: dict[str, Any],
    reason: str,
    actor: str,
    now: datetime,
) -> RescoreRun:
    """Move the pointer, and record it with what it changed."""
    pointer.policy_id = move.to_policy_id
    run = RescoreRun(
        plan_id=move.plan.id,
        undoes_id=move.undoes,
        content=content,
        reason=reason,
        actor=actor,
        created_at=now,
    )
    session.add(run)
    session.flush()
    versions = [
        session.get_one(PolicyRow, policy_id).version
        for policy_id in (move.from_policy_id, move.to_policy_id)
    ]
    record(
        session,
        act=Act.RESCORE if move.undoes is None else Act.RESCORE_UNDONE,
        actor=actor,
        about=move.assignment,
        reason=reason,
        now=now,
        detail={
            "plan": move.plan.id,
            "run": run.id,
            "from": versions[0],
            "to": versions[1],
            "students": content["changed"],
        },
    )
    return run


def _standing_runs(session: Session, assignment: str) -> list[int]:
    """The runs that were not taken back, in their order."""
    undo = aliased(RescoreRun)
    query = (
        select(RescoreRun.id)
        .join(RescorePlan, RescorePlan.id == RescoreRun.plan_id)
        .outerjoin(undo, undo.undoes_id == RescoreRun.id)
        .where(
            RescorePlan.assignment == assignment,
            RescoreRun.undoes_id.is_(None),
            undo.id.is_(None),
        )
        .order_by(RescoreRun.id)
    )
    return list(session.scalars(query))
