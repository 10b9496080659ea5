"""What a regrade or a rescore changed for each student, from what is stored with it, in words for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db.models import RegradePlan, RegradeRun, RescorePlan, RescoreRun
from grader.domain.errors import NotFound
from grader.domain.grammar import canonical
from grader.domain.letters import regraded, rescored, rescored_elsewhere
from grader.domain.problem import Course
from grader.domain.seen_scores import SeenScore, went


class Kind(StrEnum):
    """What a run was. The values stand in the table of who was told."""

    REGRADE = "regrade"
    RESCORE = "rescore"


@dataclass(frozen=True, slots=True)
class Change:
    """What a run changed for one student: paragraphs for a letter. ``points`` says that it is points."""

    login: str
    told: tuple[str, ...]
    points: bool


@dataclass(frozen=True, slots=True)
class RunChanges:
    """A run, what it is ``about``, and what it changed for whom.

    ``undoes`` is the run that it took back, ``undone_by`` the one that took it back, if there is one.
    """

    kind: Kind
    run: int
    about: str
    assignment: str
    undoes: int | None
    undone_by: int | None
    changes: tuple[Change, ...]


def run_changes(session: Session, *, course: Course, kind: Kind, run_id: int) -> RunChanges:
    """What a run changed, for whom.

    Raises:
        NotFound: there is no such run.
    """
    read = _regrade if kind is Kind.REGRADE else _rescore
    return read(session, course, run_id)


def _regrade(session: Session, course: Course, run_id: int) -> RunChanges:
    run = session.get(RegradeRun, run_id)
    if run is None:
        raise NotFound(f"There is no regrade run {run_id}.")
    plan = session.get_one(RegradePlan, run.plan_id)
    problem, undone = course.problem(plan.problem), run.undoes_id is not None
    title = _title(course, plan.problem.partition("/")[0])
    name = plan.problem if problem is None else f"problem {problem.number}, {problem.title},"
    return RunChanges(
        kind=Kind.REGRADE,
        run=run_id,
        about=plan.problem,
        assignment=title,
        undoes=run.undoes_id,
        undone_by=session.scalar(select(RegradeRun.id).where(RegradeRun.undoes_id == run_id)),
        changes=tuple(
            _regraded(each, name, title, undone=undone) for each in plan.content["students"]
        ),
    )


def _regraded(student: Mapping[str, Any], problem: str, assignment: str, *, undone: bool) -> Change:
    before, after = (canonical(Decimal(student[end])) for end in ("before", "after"))
    if undone:
        before, after = after, before
    told = regraded(
        problem=problem, assignment=assignment, undone=undone, before=before, after=after
    )
    return Change(student["student"], (told,), before != after)


def _rescore(session: Session, course: Course, run_id: int) -> RunChanges:
    run = session.get(RescoreRun, run_id)
    if run is None:
        raise NotFound(f"There is no rescore run {run_id}.")
    slug = session.get_one(RescorePlan, run.plan_id).assignment
    title = _title(course, slug)
    undone = run.undoes_id is not None
    return RunChanges(
        kind=Kind.RESCORE,
        run=run_id,
        about=slug,
        assignment=title,
        undoes=run.undoes_id,
        undone_by=session.scalar(select(RescoreRun.id).where(RescoreRun.undoes_id == run_id)),
        changes=tuple(
            _rescored(each, course, title, undone=undone) for each in run.content["students"]
        ),
    )


def _rescored(
    student: Mapping[str, Any], course: Course, assignment: str, *, undone: bool
) -> Change:
    before, after = _ends(student)
    told = [rescored(assignment=assignment, undone=undone, went=went(before, after))]
    moved = _is_other(before, after)
    for slug, there in sorted(student["others"].items()):
        old, new = _ends(there)
        told.append(rescored_elsewhere(assignment=_title(course, slug), went=went(old, new)))
        moved = moved or _is_other(old, new)
    return Change(student["student"], tuple(told), moved)


def _ends(stored: Mapping[str, Any]) -> tuple[SeenScore, SeenScore]:
    return SeenScore.read(stored["before"]), SeenScore.read(stored["after"])


def _is_other(before: SeenScore, after: SeenScore) -> bool:
    """Whether points moved, or what they are out of; late days alone are no other score."""
    return (before.points, before.possible) != (after.points, after.possible)


def _title(course: Course, slug: str) -> str:
    found = course.assignment(slug)
    return slug if found is None else found.title
