"""A move from one key to another: what has to hold before it, and the switch itself."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from grader.db import queries
from grader.db.models import ActiveKey, AnswerKeyRow, RegradePlan, RegradeRun
from grader.domain.errors import InvalidRequest, NotFound, StalePlan
from grader.domain.ledger import Act
from grader.services.keys.published import switch_key
from grader.services.ledger.ledger import record
from grader.services.ledger.pins import holds_digest
from grader.services.regrades.holds import hold_arrivals, hold_range
from grader.services.regrades.missing_grades import grade_from
from grader.services.regrades.terms import terms_of
from grader.services.regrades.world import ANSWERS, what_moved, world_of


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
        raise InvalidRequest(f"Run {run_id} is itself an undo; apply its plan again instead.")
    return Move(session.get_one(RegradePlan, run.plan_id), run_id)


def lock_pointer(session: Session, problem: str) -> ActiveKey:
    """The pointer of a problem, alone: answers on their way finish first, later ones see what comes of it."""
    return session.execute(
        select(ActiveKey)
        .where(ActiveKey.problem == problem)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()


def check_world(session: Session, move: Move, *, growing: frozenset[str] = frozenset()) -> None:
    """Let a move through whose world is as it was; there may be more of what is ``growing``.

    Raises:
        StalePlan: it moved on; the message says what did.
    """
    if move.undoes is None:
        then, scope = move.plan.content["world"], terms_of(session, move.plan).scope
        # Students wait for this at the end of a job, and what may grow need not be counted exactly.
        known = then if growing >= ANSWERS else None
        world = world_of(session, move.problem, scope, then=known)
        moved = what_moved(then, world, growing=growing)
        if moved:
            raise StalePlan(f"Plan {move.plan.id} is out of date: {moved}. Make a new plan.")
        return
    if session.execute(select(exists().where(RegradeRun.undoes_id == move.undoes))).scalar():
        raise StalePlan(f"Run {move.undoes} was undone already.")
    newest = _newest_standing(session, move.problem)
    if newest != move.undoes:
        raise StalePlan(
            f"A later regrade came after run {move.undoes}; undo that one first, run {newest}."
        )
    if session.get_one(ActiveKey, move.problem).key_id != move.from_key_id:
        raise StalePlan(f"Another key is active than the one that run {move.undoes} moved to.")


def _newest_standing(session: Session, problem: str) -> int | None:
    """The newest run of a problem that was not undone: on it rests what counts now."""
    return session.scalars(
        select(RegradeRun.id)
        .join(RegradePlan, RegradePlan.id == RegradeRun.plan_id)
        .where(RegradePlan.problem == problem, *queries.standing_run())
        .order_by(RegradeRun.id.desc())
        .limit(1)
    ).one_or_none()


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
    now: datetime,
    graded: int = 0,
    upto: int = 0,
) -> RegradeRun:
    """Grade what has no grade yet, move the pointer, and record it.

    Answers up to the one with the id ``upto`` were graded before, which added ``graded`` grades. Ids are
    given under the lock on the pointer that submitting shares, so no answer comes in among these any more.
    """
    first = upto + 1
    added = graded + grade_from(session, problem=move.problem, key_id=move.to_key_id, first=first)
    if move.undoes is None:
        hold_range(session, plan=move.plan, first=first)
        hold_arrivals(session, plan=move.plan)
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
        }
        | ({} if move.undoes else {"holds": holds_digest(session, move.plan.id)}),
    )
    return run
