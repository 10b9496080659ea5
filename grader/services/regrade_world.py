"""What a plan of a regrade rests on: if it moved since, the plan is out of date."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader.db import queries
from grader.db.models import ActiveKey, ActivePolicy, Submission


def world_of(session: Session, problem: str) -> dict[str, Any]:
    """What a plan rests on: named numbers that change when the world moves."""
    newest = session.execute(queries.newest_key(problem)).scalar_one()
    count, last = session.execute(
        select(func.count(), func.max(Submission.id)).where(Submission.problem == problem)
    ).one()
    return {
        "the active key": session.get_one(ActiveKey, problem).key_id,
        "the newest key": newest.id,
        "submissions": [count, last],
        "the active policy": session.scalar(
            select(ActivePolicy.policy_id).where(
                ActivePolicy.assignment == problem.partition("/")[0]
            )
        ),
    }


def what_moved(then: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """What changed between two worlds, in words; '' if nothing did."""
    names: Iterable[str] = (name for name in then if then[name] != now[name])
    return ", ".join(f"{name} changed" for name in names)
