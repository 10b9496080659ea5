"""What a plan of a regrade rests on: if it moved since, the plan is out of date."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from grader.db import queries
from grader.db.models import (
    ActiveKey,
    ActivePolicy,
    Extension,
    Hold,
    LateDayCorrection,
    Override,
    RegradePlan,
    RegradeRun,
    Submission,
)
from grader.domain.policy import Policy
from grader.domain.regrade_scope import Scope
from grader.services.keys.documents import load_policy
from grader.services.regrades.terms import PEOPLE, people_in

ANSWERS = frozenset({"submissions"})
"""What may grow between a plan and its application: every answer is graded before the end."""
GROWING = ANSWERS | {"extensions", "late-day corrections"}
"""What may grow while a regrade is applied: it decides no verdict, or is graded before the end."""
_KEEPING = "the regrades that keep grades"
_EARLIER = "the earlier assignment "
_BESIDE = "the grades of the problems beside it"
_PAIR = 2


def world_of(
    session: Session, problem: str, scope: Scope, *, then: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What a plan rests on: named numbers that change when the world moves.

    From what it was ``then`` on it is found sooner, and tells whether there are more answers, not how many.
    """
    assignment = problem.partition("/")[0]
    newest = session.execute(queries.newest_key(problem)).scalar_one()
    world = {
        "the active key": session.get_one(ActiveKey, problem).key_id,
        "the newest key": newest.id,
        _KEEPING: _keeping(session, problem),
        "submissions": _answers(session, problem, then),
        "the active policy": session.scalar(
            select(ActivePolicy.policy_id).where(ActivePolicy.assignment == assignment)
        ),
        "overrides": _rows(session, Override.id, about_problem(problem)),
        "extensions": _rows(session, Extension.id, Extension.assignment == assignment),
        "late-day corrections": _rows(session, LateDayCorrection.id),
        _BESIDE: _beside(session, problem),
    }
    if scope.sections or scope.students:
        world[PEOPLE] = sorted(session.scalars(people_in(scope)))
    for earlier, policy_id in _due_before(session, assignment):
        world[f"{_EARLIER}{earlier}"] = _state_of(session, earlier, policy_id)
    return world


def only_beside(then: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether only other problems of the assignment moved: the same verdicts change, from other points."""
    as_now = {**then, _BESIDE: now[_BESIDE]}
    return bool(what_moved(then, as_now)) and not what_moved(as_now, now, growing=ANSWERS)


def about_problem(problem: str) -> ColumnElement[bool]:
    """Whether an override is about a part of this problem, or about all of its assignment."""
    whole = Override.about == problem.partition("/")[0]
    return whole | Override.about.startswith(f"{problem}/", autoescape=True)


def what_moved(
    then: Mapping[str, Any], now: Mapping[str, Any], *, growing: frozenset[str] = frozenset()
) -> str:
    """What changed between two worlds, in words, apart from what was only ``growing``; '' if nothing did."""
    # A plan of an earlier version names less. Assignments may have come or gone.
    known = [*then, *(each for each in now if each.startswith(_EARLIER) and _KEEPING in then)]
    names: Iterable[str] = (
        name
        for name in dict.fromkeys(known)
        if not _same(then.get(name), now.get(name))
        and not (name in growing and _count(now[name]) > _count(then[name]))
    )
    return ", ".join(f"{name} changed{_by(then.get(name), now.get(name))}" for name in names)


def _same(then: Any, now: Any) -> bool:  # noqa: ANN401 - what a JSON document holds.
    # Rows are only ever added: as many are the same ones.
    older = isinstance(then, list) and isinstance(now, dict)
    return _count(then) == _count(now) if older else bool(then == now)


def came_since(session: Session, problem: str, then: Mapping[str, Any]) -> int:
    """How many answers came to a problem since it was in this world."""
    there = _count(_rows(session, Submission.id, Submission.problem == problem))
    return max(there - planned_answers(then), 0)


def planned_answers(then: Mapping[str, Any]) -> int:
    """How many answers there were to the problem in this world."""
    return _count(then["submissions"])


def _by(then: Any, now: Any) -> str:  # noqa: ANN401 - what a JSON document holds.
    came = _count(now) - _count(then)
    return f" ({came} more)" if came > 0 else ""


def _count(rows: Any) -> int:  # noqa: ANN401 - as above.
    """How many rows are meant; plans of an earlier version have a list of count and last. Else 0."""
    if isinstance(rows, dict):
        return int(rows["rows"])
    return int(rows[0]) if isinstance(rows, list) and len(rows) == _PAIR else 0


def _answers(
    session: Session, problem: str, then: Mapping[str, Any] | None
) -> dict[str, int | None]:
    """The answers to a problem. From ``then`` on only those with later numbers are counted.

    That is exact on SQLite, where numbers are given in the order of commits. On PostgreSQL those that were on
    their way then may be missing.
    """
    known: Any = {} if then is None else then["submissions"]
    theirs = Submission.problem == problem
    if not (known and isinstance(known, dict)):
        return _rows(session, Submission.id, theirs)
    came = _rows(session, Submission.id, theirs, Submission.id > (known["last"] or 0))
    return {"rows": known["rows"] + came["rows"], "last": came["last"] or known["last"]}


def _rows(
    session: Session, numbers: InstrumentedAttribute[int], *which: ColumnElement[bool]
) -> dict[str, int | None]:
    """How many rows there are, and the number of the last: rows are only ever added."""
    rows, last = session.execute(select(func.count(), func.max(numbers)).where(*which)).one()
    return {"rows": rows, "last": last}


def _keeping(session: Session, problem: str) -> list[int]:
    """The runs by whose holds answers keep a grade."""
    return list(
        session.scalars(
            select(RegradeRun.id)
            .join(RegradePlan, RegradePlan.id == RegradeRun.plan_id)
            .where(
                RegradePlan.problem == problem,
                exists().where(Hold.plan_id == RegradePlan.id),
                *queries.standing_run(),
            )
            .order_by(RegradeRun.id)
        )
    )


def _beside(session: Session, problem: str) -> list[int]:
    """By which runs the other problems of the assignment are graded: a plan states points of all of them."""
    within = RegradePlan.problem.startswith(f"{problem.partition('/')[0]}/", autoescape=True)
    runs = select(RegradeRun.id).join(RegradePlan, RegradePlan.id == RegradeRun.plan_id)
    return list(
        session.scalars(runs.where(within, RegradePlan.problem != problem).order_by(RegradeRun.id))
    )


def _due_before(session: Session, assignment: str) -> Iterator[tuple[str, int]]:
    """The graded assignments that take of the late days first, each with its policy's id."""
    policies = {
        row.assignment: (load_policy(session, row.policy_id), row.policy_id)
        for row in session.scalars(select(ActivePolicy).order_by(ActivePolicy.assignment))
    }
    own = policies.get(assignment)
    place = None if own is None else _place(own[0])
    for slug, (policy, policy_id) in policies.items():
        theirs = _place(policy)
        if place is not None and theirs is not None and policy.graded and theirs < place:
            yield slug, policy_id


def _place(policy: Policy) -> tuple[Any, str] | None:
    return None if policy.due is None else (policy.due, policy.assignment)


def _state_of(session: Session, assignment: str, policy_id: int) -> list[int | None]:
    """Numbers that change when staff change what students got for an assignment.

    Answers to it that still come in are not among them, or no regrade could be applied meanwhile.
    """
    within = f"{assignment}/"
    keys = select(ActiveKey.key_id).where(ActiveKey.problem.startswith(within, autoescape=True))
    decided = (Override.about == assignment) | Override.about.startswith(within, autoescape=True)
    plans = RegradePlan.problem.startswith(within, autoescape=True)
    runs = select(func.count()).select_from(RegradeRun).join(RegradePlan).where(plans)
    return [
        policy_id,
        *sorted(session.scalars(keys)),
        session.scalar(runs),
        session.scalar(select(func.max(Override.id)).where(decided)),
        session.scalar(select(func.max(Extension.id)).where(Extension.assignment == assignment)),
    ]
