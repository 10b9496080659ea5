"""A move from one key to another: what has to hold before it, and the switch itself."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from grader.db.models import ActiveKey, AnswerKeyRow, RegradePlan, RegradeRun
from grader.domain.errors import InvalidRequest, NotFound, StalePlan
from grader.domain.ledger import Act
from grader.services.keys import switch_key
from grader.services.ledger import record
from grader.services.missing_grades import grade_missing
from grader.services.regrade_world import ANSWERS, what_moved, world_of


@dataclass(frozen=True, slots=True)
class Move:
    """A plan that is to be applied, or the run of it, by its id, that is to be undone."""

    plan: RegradePlan
    undoes: int | None = None

    @property
    def problem(self) -> str:
        """The problem whose key is moved."""
        return self.plan.problem

    @property
    def from_key_id(self) -> int:
        """The key that grades before."""
        return self.plan.from_key_id if self.undoes is None else self.plan.to_key_id

    @property
    def to_key_id(self) -> int:
        """The key that grades after."""
        return self.plan.to_key_id if self.undoes is None else self.plan.from_key_id


def applying(session: Session, plan_id: int) -> Move:
    """The move that a plan describes.

    Raises:
        NotFound: there is no such plan.
    """
    plan = session.get(RegradePlan, plan_id)
    if plan is None:
        raise NotFound(f"There is no regrade plan {plan_id}.")
    return Move(plan)


def undoing(session: Session, run_id: int) -> Move:
    """The move that takes a run back.

    Raises:
        NotFound: there is no such run.
        InvalidRequest: it is itself an undo.
    """
    run = session.get(RegradeRun, run_id)
    if run is None:
        raise NotFound(f"There is no regrade run {run_id}.")
    if run.undoes_id is not None:
        raise InvalidRequest(f"Run {run_id} is itself an undo; apply a new plan instead.")
    return Move(session.get_one(RegradePlan, run.plan_id), run_id)


def lock_pointer(session: Session, problem: str) -> ActiveKey:
    """The pointer of a problem, alone: answers on their way finish first, later ones see what comes of it."""
    return session.execute(
        select(ActiveKey).where(ActiveKey.problem == problem).with_for_update()
    ).scalar_one()


def check_world(session: Session, move: Move, *, growing: frozenset[str] = frozenset()) -> None:
    """Let a move through whose world is as it was; there may be more of what is ``growing``.

    Raises:
        StalePlan: it moved on; the message says what did.
    """
    if move.undoes is None:
        moved = what_moved(
            move.plan.content["world"],
            world_of(session, move.problem),
            growing=growing,
        )
        if moved:
            raise StalePlan(f"Plan {move.plan.id} is out of date: {moved}. Make a new plan.")
        return
    if session.execute(select(exists().where(RegradeRun.undoes_id == move.undoes))).scalar():
        raise StalePlan(f"Run {move.undoes} was undone already.")
    if session.get_one(ActiveKey, move.problem).key_id != move.from_key_id:
        raise StalePlan(
            f"A later regrade moved the key on since run {move.undoes}; undo that one first."
        )


def why_not(session: Session, move: Move) -> str:
    """Why a move can't be started now, in words; '' if it can."""
    try:
        check_world(session, move, growing=ANSWERS)
    except StalePlan as refusal:
        return str(refusal)
    return ""


def switch(
    session: Session,
    *,
    move: Move,
    pointer: ActiveKey,
    reason: str,
    actor: str,
    graded: int,
    now: datetime,
) -> RegradeRun:
    """Grade what has no grade yet, move the pointer, and record it; ``graded`` grades were added before."""
    added = graded + grade_missing(session, move.problem, move.to_key_id)
    switch_key(session, pointer=pointer, key_id=move.to_key_id)
    run = RegradeRun(
        plan_id=move.plan.id,
        undoes_id=move.undoes,
        reason=reason,
        actor=actor,
        graded=added,
        created_at=now,
    )
    session.add(run)
    session.flush()
    versions = [
        session.get_one(AnswerKeyRow, key_id).version
        for key_id in (move.from_key_id, move.to_key_id)
    ]
    record(
        session,
        act=Act.REGRADE if move.undoes is None else Act.REGRADE_UNDONE,
        actor=actor,
        about=move.problem,
        reason=reason,
        now=now,
        detail={
            "plan": move.plan.id,
            "run": run.id,
            "from": versions[0],
            "to": versions[1],
            "graded": added,
        },
    )
    return run
