"""Moving an assignment to another policy: planned first, then applied as one switch, and undone if wrong.

Scores are folded on every read, so nothing is computed ahead and nothing is overwritten: a rescore moves one
pointer. What was stored with an answer stays as it was true then, how late it came among it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db.models import ActivePolicy, PolicyRow, RescorePlan, RescoreRun
from grader.domain.errors import NotFound, NothingToDo
from grader.domain.problem import Assignment, Course
from grader.domain.reasons import checked_reason
from grader.services.keys.documents import load_policy
from grader.services.policies.publishing import lock_pointer, newest_policy
from grader.services.regrades.simulating import digest_of
from grader.services.rescores.effects import simulate
from grader.services.rescores.moves import Move, applying, check_move, switch, undoing
from grader.services.rescores.world import newest_answer, world_of


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """A plan that is not stored yet."""

    assignment: str
    from_policy_id: int
    to_policy_id: int
    content: dict[str, Any]


def plan(
    session: Session,
    *,
    course: Course,
    assignment: Assignment,
    now: datetime,
    version: int | None = None,
) -> RescorePlan:
    """Work out a plan and store it, in one transaction; for a large class that keeps other writers waiting.

    Raises:
        NothingToDo, NotFound: as ``work_out`` tells.
    """
    made = work_out(session, course=course, assignment=assignment, version=version)
    return store_plan(session, made=made, now=now)


def work_out(
    session: Session, *, course: Course, assignment: Assignment, version: int | None = None
) -> WorkedOut:
    """What a move to another policy would change; this reads only.

    It is the assignment's newest policy, or that of a ``version``.

    Raises:
        NothingToDo: no policy is published, or this one is the active one.
        NotFound: there is no such version.
    """
    slug = assignment.slug
    newest = newest_policy(session, slug)
    if newest is None:
        raise NothingToDo(f"No policy of {slug} is published; run: grader policy publish {slug}")
    wanted = newest if version is None else _version(session, slug, version)
    active = session.get_one(ActivePolicy, slug)
    if wanted.id == active.policy_id:
        which = f", the newest policy of {slug}," if wanted is newest else f" of {slug}"
        raise NothingToDo(f"Version {wanted.version}{which} is already active.")
    content = _effect(session, course, assignment, wanted.id)
    return WorkedOut(slug, active.policy_id, wanted.id, content)


def store_plan(session: Session, *, made: WorkedOut, now: datetime) -> RescorePlan:
    """Store a plan that was worked out, however long ago: its world is checked when it is applied."""
    row = RescorePlan(
        assignment=made.assignment,
        from_policy_id=made.from_policy_id,
        to_policy_id=made.to_policy_id,
        content=made.content,
        sha256=digest_of([made.assignment, made.from_policy_id, made.to_policy_id, made.content]),
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def foresee(session: Session, *, course: Course, move: Move) -> dict[str, Any]:
    """What a move would change now; this reads only, so that it can be worked out while others write.

    Raises:
        NotFound: its assignment is not in the course any more.
    """
    assignment = course.assignment(move.assignment)
    if assignment is None:
        raise NotFound(f"There is no assignment '{move.assignment}' any more.")
    return _effect(session, course, assignment, move.to_policy_id)


def apply(
    session: Session,
    *,
    course: Course,
    plan_id: int,
    reason: str,
    actor: str,
    now: datetime,
    foreseen: dict[str, Any] | None = None,
) -> RescoreRun:
    """Make a plan's policy the active one. ``foreseen`` is what ``foresee`` told a moment ago, if it did.

    Raises:
        NotFound: there is no such plan, or no such assignment any more.
        InvalidRequest: no reason is given.
        StalePlan: policies, keys or what staff decided moved since; the message says which.
    """
    move = applying(session, plan_id)
    return _make(session, course, move, foreseen, reason=reason, actor=actor, now=now)


def undo(
    session: Session,
    *,
    course: Course,
    run_id: int,
    reason: str,
    actor: str,
    now: datetime,
    foreseen: dict[str, Any] | None = None,
) -> RescoreRun:
    """Move the pointer back. ``foreseen`` is what ``foresee`` told a moment ago, if it did.

    Raises:
        NotFound: there is no such run, or no such assignment any more.
        InvalidRequest: no reason is given, or the run is itself an undo.
        StalePlan: it was undone already, or is not the last of its assignment.
    """
    move = undoing(session, run_id)
    return _make(session, course, move, foreseen, reason=reason, actor=actor, now=now)


def _make(
    session: Session,
    course: Course,
    move: Move,
    foreseen: dict[str, Any] | None,
    *,
    reason: str,
    actor: str,
    now: datetime,
) -> RescoreRun:
    said = checked_reason(reason)
    pointer = lock_pointer(session, move.assignment)
    assert pointer is not None  # noqa: S101 - a pointer never goes away, and the plan found one.
    check_move(session, move, course=course)
    world = world_of(session, course=course, assignment=move.assignment)
    if foreseen is None or foreseen["world"] != world:
        foreseen = foresee(session, course=course, move=move)
    return switch(
        session,
        move=move,
        pointer=pointer,
        content=foreseen,
        reason=said,
        actor=actor,
        now=now,
    )


def _effect(
    session: Session, course: Course, assignment: Assignment, policy_id: int
) -> dict[str, Any]:
    change = simulate(
        session, course=course, assignment=assignment, new=load_policy(session, policy_id)
    )
    world = world_of(session, course=course, assignment=assignment.slug)
    return {"world": world, "newest answer": newest_answer(session), **change}


def _version(session: Session, assignment: str, version: int) -> PolicyRow:
    row = session.execute(
        select(PolicyRow).where(PolicyRow.assignment == assignment, PolicyRow.version == version)
    ).scalar_one_or_none()
    if row is None:
        raise NotFound(f"There is no version {version} of the policy of {assignment}.")
    return row
