"""Regrading: a plan shows what another key would change, applying it is one switch, undoing another.

Grades are added under the new key and the pointer moves; no grade is ever overwritten. A plan names
the state of the world that it was made in, and is refused once that moved. Applying and undoing are here in
one transaction; ``jobs`` does the same in several, for a large class.
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
from grader.domain.regrade_scope import EVERYTHING, Rule, Scope
from grader.services.regrades.moves import (
    Move,
    applying,
    check_world,
    lock_pointer,
    switch,
    undoing,
)
from grader.services.regrades.scoping import check_scope
from grader.services.regrades.simulating import digest_of, simulate
from grader.services.regrades.terms import Terms, terms_of
from grader.services.regrades.world import only_beside, world_of


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """A plan that is not stored yet."""

    terms: Terms
    content: dict[str, Any]


def plan(
    session: Session,
    *,
    course: Course,
    problem: Problem,
    now: datetime,
    version: int | None = None,
    scope: Scope = EVERYTHING,
    rule: Rule = Rule.ANY_CHANGE,
) -> RegradePlan:
    """Work out a plan and store it, in one transaction; for a large class that keeps other writers waiting.

    Where people may join the course meanwhile, ``work_out`` in a reading that sees one state of it instead.

    Raises:
        NothingToDo, NotFound, InvalidRequest: as ``work_out`` tells.
    """
    made = work_out(
        session, course=course, problem=problem, version=version, scope=scope, rule=rule
    )
    return store_plan(session, made=made, now=now)


def work_out(
    session: Session,
    *,
    course: Course,
    problem: Problem,
    version: int | None = None,
    scope: Scope = EVERYTHING,
    rule: Rule = Rule.ANY_CHANGE,
) -> WorkedOut:
    """What a move to another key would change; this reads only.

    It is the problem's newest key, or that of a ``version``. With a ``scope`` that says so, it can be the
    active one, under which then those answers come that earlier regrades keep under another.

    Raises:
        NothingToDo: no key is published, or this one is the active one.
        NotFound: there is no such version, or it was discarded; or no such part, section or student.
        InvalidRequest: the key lacks a part that students have answered, or the scope is empty.
    """
    newest = session.execute(queries.newest_key(problem.slug)).scalar_one_or_none()
    active = session.get(ActiveKey, problem.slug)
    if newest is None or active is None:
        raise NothingToDo(f"No key of {problem.slug} is published; run: grader keys publish")
    check_scope(session, problem, scope)
    wanted = newest if version is None else _version(session, problem.slug, version)
    if wanted.id == active.key_id and not scope.held:
        which = (
            f", the newest key of {problem.slug}," if wanted is newest else f" of {problem.slug}"
        )
        raise NothingToDo(f"Version {wanted.version}{which} is already active.")
    terms = Terms(problem.slug, active.key_id, wanted.id, scope, rule)
    world = world_of(session, problem.slug, scope)
    return WorkedOut(terms, {"world": world, **simulate(session, course=course, terms=terms)})


def store_plan(session: Session, *, made: WorkedOut, now: datetime) -> RegradePlan:
    """Store a plan that was worked out, however long ago: its world is checked when it is applied."""
    terms = made.terms
    scope = terms.scope.document()
    row = RegradePlan(
        problem=terms.problem,
        from_key_id=terms.from_key_id,
        to_key_id=terms.to_key_id,
        scope=scope,
        rule=terms.rule,
        content=made.content,
        sha256=digest_of(
            [
                terms.problem,
                terms.from_key_id,
                terms.to_key_id,
                scope,
                terms.rule,
                made.content,
            ]
        ),
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def renewed(session: Session, *, course: Course, plan_id: int) -> WorkedOut | None:
    """A plan worked out again, if all that moved since are other problems of its assignment.

    The same verdicts would change; but the points before and after, which students are told, have moved on.
    None where nothing moved, or more than that, or there is no such plan or problem.
    """
    plan = session.get(RegradePlan, plan_id)
    problem = None if plan is None else course.problem(plan.problem)
    if plan is None or problem is None:
        return None
    terms = terms_of(session, plan)
    if not only_beside(plan.content["world"], world_of(session, plan.problem, terms.scope)):
        return None
    version = session.get_one(AnswerKeyRow, plan.to_key_id).version
    return work_out(
        session,
        course=course,
        problem=problem,
        version=version,
        scope=terms.scope,
        rule=terms.rule,
    )


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
    return switch(session, move=move, pointer=pointer, reason=said, actor=actor, now=now)


def _version(session: Session, problem: str, version: int) -> AnswerKeyRow:
    row = session.execute(queries.kept_key(problem, version)).scalar_one_or_none()
    if row is None:
        raise NotFound(
            f"There is no version {version} of the key of {problem}, or it was discarded."
        )
    return row
