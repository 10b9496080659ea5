"""What a plan of a regrade rests on: if it moved since, the plan is out of date."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from grader.db import queries
from grader.db.models import (
    ActiveKey,
    ActivePolicy,
    Extension,
    LateDayCorrection,
    Override,
    Submission,
)

ANSWERS = frozenset({"submissions"})
"""What may grow between a plan and its application: every answer is graded before the end."""
GROWING = ANSWERS | {"extensions", "late-day corrections"}
"""What may grow while a regrade is applied: it decides no verdict, or is graded before the end."""


def world_of(session: Session, problem: str) -> dict[str, Any]:
    """What a plan rests on: named numbers that change when the world moves."""
    assignment = problem.partition("/")[0]
    newest = session.execute(queries.newest_key(problem)).scalar_one()
    return {
        "the active key": session.get_one(ActiveKey, problem).key_id,
        "the newest key": newest.id,
        "submissions": _rows(session, Submission.id, Submission.problem == problem),
        "the active policy": session.scalar(
            select(ActivePolicy.policy_id).where(ActivePolicy.assignment == assignment)
        ),
        "overrides": _rows(session, Override.id, about_problem(problem)),
        "extensions": _rows(session, Extension.id, Extension.assignment == assignment),
        "late-day corrections": _rows(session, LateDayCorrection.id),
    }


def about_problem(problem: str) -> ColumnElement[bool]:
    """Whether an override is about a part of this problem, or about all of its assignment."""
    whole = Override.about == problem.partition("/")[0]
    return whole | Override.about.startswith(f"{problem}/", autoescape=True)


def what_moved(
    then: Mapping[str, Any], now: Mapping[str, Any], *, growing: frozenset[str] = frozenset()
) -> str:
    """What changed between two worlds, in words, apart from what was only ``growing``; '' if nothing did."""
    # A plan of an earlier version names less.
    names: Iterable[str] = (
        name
        for name in then
        if then[name] != now[name] and not (name in growing and now[name][0] > then[name][0])
    )
    return ", ".join(f"{name} changed{_by(then[name], now[name])}" for name in names)


def came_since(session: Session, problem: str, then: Mapping[str, Any]) -> int:
    """How many answers came to a problem since it was in this world."""
    there: int = world_of(session, problem)["submissions"][0]
    return max(there - int(then["submissions"][0]), 0)


def _by(then: Any, now: Any) -> str:  # noqa: ANN401 - what a JSON document holds.
    if isinstance(then, list) and now[0] > then[0]:
        return f" ({now[0] - then[0]} more)"
    return ""


def _rows(
    session: Session, numbers: InstrumentedAttribute[int], *which: ColumnElement[bool]
) -> list[int | None]:
    """How many rows there are, and the number of the last: rows are only ever added."""
    return list(session.execute(select(func.count(), func.max(numbers)).where(*which)).one())
