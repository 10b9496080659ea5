"""Regrading: a plan shows what the newest key would change, applying it is one switch, undoing another.

Grades are added under the new key and the pointer moves; no grade is ever overwritten. A plan names
the state of the world that it was made in, and is refused once that moved.
"""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from grader.db import queries
from grader.db.models import (
    ActiveKey,
    RegradePlan,
    RegradeRun,
)
from grader.domain.errors import InvalidRequest, NotFound, NothingToDo, StalePlan
from grader.domain.problem import Course, Problem
from grader.services.documents import load_key
from grader.services.keys import switch_key
from grader.services.missing_grades import grade_missing
from grader.services.regrade_world import what_moved, world_of
from grader.services.simulating import digest_of, simulate


def plan(session: Session, *, course: Course, problem: Problem, now: datetime) -> RegradePlan:
    """Work out and store what a move to the problem's newest key would change; nothing else changes.

    Raises:
        NothingToDo: no key is published, or the newest is the active one.
        InvalidRequest: the newest key lacks a part that students have answered.
    """
    newest = session.execute(queries.newest_key(problem.slug)).scalar_one_or_none()
    active = session.get(ActiveKey, problem.slug)
    if newest is None or active is None:
        raise NothingToDo(f"No key of {problem.slug} is published; run: grader keys publish")
    if newest.id == active.key_id:
        raise NothingToDo(
            f"Version {newest.version}, the newest key of {problem.slug}, is already active."
        )
    world = world_of(session, problem.slug)
    change = simulate(session, course=course, problem=problem, new_key=load_key(session, newest.id))
    content = {"world": world, **change}
    row = RegradePlan(
        problem=problem.slug,
        from_key_id=active.key_id,
        to_key_id=newest.id,
        scope={},
        rule="any_change",
        content=content,
        sha256=digest_of([problem.slug, active.key_id, newest.id, content]),
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def apply(session: Session, *, plan_id: int, reason: str, actor: str, now: datetime) -> RegradeRun:
    """Grade every submission under the plan's key and make that key the active one.

    Raises:
        NotFound: there is no such plan.
        InvalidRequest: no reason is given.
        StalePlan: keys, submissions or policies moved since; the message says which.
    """
    row = session.get(RegradePlan, plan_id)
    if row is None:
        raise NotFound(f"There is no regrade plan {plan_id}.")
    _check_reason(reason)
    pointer = _lock_pointer(session, row.problem)
    moved = what_moved(row.content["world"], world_of(session, row.problem))
    if moved:
        raise StalePlan(f"Plan {plan_id} is out of date: {moved}. Make a new plan.")
    graded = grade_missing(session, row.problem, row.to_key_id)
    switch_key(session, pointer=pointer, key_id=row.to_key_id)
    return _record(
        session, RegradeRun(plan_id=plan_id, reason=reason, actor=actor, graded=graded), now
    )


def undo(session: Session, *, run_id: int, reason: str, actor: str, now: datetime) -> RegradeRun:
    """Move the pointer back, and grade what came in between under the earlier key.

    Raises:
        NotFound: there is no such run.
        InvalidRequest: no reason is given, or the run is itself an undo.
        StalePlan: it was undone already, or a later run moved the pointer on.
    """
    run = session.get(RegradeRun, run_id)
    if run is None:
        raise NotFound(f"There is no regrade run {run_id}.")
    _check_reason(reason)
    if run.undoes_id is not None:
        raise InvalidRequest(f"Run {run_id} is itself an undo; apply a new plan instead.")
    moved_by = session.get_one(RegradePlan, run.plan_id)
    pointer = _lock_pointer(session, moved_by.problem)
    if session.execute(select(exists().where(RegradeRun.undoes_id == run_id))).scalar():
        raise StalePlan(f"Run {run_id} was undone already.")
    if pointer.key_id != moved_by.to_key_id:
        raise StalePlan(
            f"A later regrade moved the key on since run {run_id}; undo that one first."
        )
    graded = grade_missing(session, moved_by.problem, moved_by.from_key_id)
    switch_key(session, pointer=pointer, key_id=moved_by.from_key_id)
    undoing = RegradeRun(
        plan_id=run.plan_id, undoes_id=run_id, reason=reason, actor=actor, graded=graded
    )
    return _record(session, undoing, now)


def _lock_pointer(session: Session, problem: str) -> ActiveKey:
    # Alone: submissions in flight finish under the old key first, later ones see the new key.
    return session.execute(
        select(ActiveKey).where(ActiveKey.problem == problem).with_for_update()
    ).scalar_one()


def _record(session: Session, run: RegradeRun, now: datetime) -> RegradeRun:
    run.created_at = now
    session.add(run)
    session.flush()
    return run


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidRequest("Give a reason; it is recorded with the regrade, for the staff.")
