"""Regrading: a plan shows what another key would change, applying it is one switch, undoing another.

Grades are added under the new key and the pointer moves; no grade is ever overwritten. A plan names
the state of the world that it was made in, and is refused once that moved. Applying and undoing are here in
one transaction; ``regrade_jobs`` does the same in several, for a large class.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from grader.db import queries
from grader.db.models import ActiveKey, AnswerKeyRow, RegradePlan, RegradeRun
from grader.domain.errors import NotFound, NothingToDo
from grader.domain.problem import Course, Problem
from grader.domain.reasons import checked_reason
from grader.services.documents import load_key
from grader.services.regrade_moves import (
    Move,
    applying,
    check_world,
    lock_pointer,
    switch,
    undoing,
)
from grader.services.regrade_world import world_of
from grader.services.simulating import digest_of, simulate


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """A plan that is not stored yet."""

    problem: str
    from_key_id: int
    to_key_id: int
    content: dict[str, Any]


def plan(
    session: Session,
    *,
    course: Course,
    problem: Problem,
    now: datetime,
    version: int | None = None,
) -> RegradePlan:
    """Work out a plan and store it, in one transaction; for a large class that keeps other writers waiting.

    Raises:
        NothingToDo, NotFound, InvalidRequest: as ``work_out`` tells.
    """
    made = work_out(session, course=course, problem=problem, version=version)
    return store_plan(session, made=made, now=now)


def work_out(
    session: Session, *, course: Course, problem: Problem, version: int | None = None
) -> WorkedOut:
    """What a move to another key would change; this reads only.

    It is the problem's newest key, or that of a ``version``.

    Raises:
        NothingToDo: no key is published, or this one is the active one.
        NotFound: there is no such version, or it was discarded.
        InvalidRequest: the key lacks a part that students have answered.
    """
    newest = session.execute(queries.newest_key(problem.slug)).scalar_one_or_none()
    active = session.get(ActiveKey, problem.slug)
    if newest is None or active is None:
        raise NothingToDo(f"No key of {problem.slug} is published; run: grader keys publish")
    wanted = newest if version is None else _version(session, problem.slug, version)
    if wanted.id == active.key_id:
        which = (
            f", the newest key of {problem.slug}," if wanted is newest else f" of {problem.slug}"
        )
        raise NothingToDo(f"Version {wanted.version}{which} is already active.")
    world = world_of(session, problem.slug)
    change = simulate(session, course=course, problem=problem, new_key=load_key(session, wanted.id))
    content = {"world": world, **change}
    return WorkedOut(problem.slug, active.key_id, wanted.id, content)


def store_plan(session: Session, *, made: WorkedOut, now: datetime) -> RegradePlan:
    """Store a plan that was worked out, however long ago: its world is checked when it is applied."""
    row = RegradePlan(
        problem=made.problem,
        from_key_id=made.from_key_id,
        to_key_id=made.to_key_id,
        scope={},
        rule="any_change",
        content=made.content,
        sha256=digest_of([made.problem, made.from_key_id, made.to_key_id, made.content]),
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
        StalePlan: keys, submissions, policies or what staff decided moved since; the message says which.
    """
    return _make(session, applying(session, plan_id), reason, actor, now)


def undo(session: Session, *, run_id: int, reason: str, actor: str, now: datetime) -> RegradeRun:
    """Move the pointer back, and grade what came in between under the earlier key.

    Raises:
        NotFound: there is no such run.
        InvalidRequest: no reason is given, or the run is itself an undo.
        StalePlan: it was undone already, or a later run moved the pointer on.
    """
    return _make(session, undoing(session, run_id), reason, actor, now)


def _make(  # noqa: PLR0917 - two callers, both above.
    session: Session, move: Move, reason: str, actor: str, now: datetime
) -> RegradeRun:
    said = checked_reason(reason)
    pointer = lock_pointer(session, move.problem)
    check_world(session, move)
    return switch(session, move=move, pointer=pointer, reason=said, actor=actor, graded=0, now=now)


def _version(session: Session, problem: str, version: int) -> AnswerKeyRow:
    row = session.execute(queries.kept_key(problem, version)).scalar_one_or_none()
    if row is None:
        raise NotFound(
            f"There is no version {version} of the key of {problem}, or it was discarded."
        )
    return row
