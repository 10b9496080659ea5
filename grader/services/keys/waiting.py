"""Keys that wait for a regrade: for each problem the newest, while another one grades."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from grader.db import queries
from grader.db.models import ActiveKey, AnswerKeyRow, RegradePlan, RegradeRun
from grader.services.keys.provenance import edits_in


@dataclass(frozen=True, slots=True)
class DraftEdit:
    """What staff changed in a draft, who and why."""

    version: int
    words: str
    reason: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WaitingKey:
    """The newest key of a problem, which grades nothing yet, or no longer.

    ``edits`` are those of staff that it has and the active version lacks, the first first; ``drafted`` says
    that the newest version is one of them, ``undone`` that it graded once.
    ``plan`` is the newest plan of the move to it.
    """

    problem: str
    version: int
    active_version: int
    created_at: datetime
    drafted: bool
    edits: tuple[DraftEdit, ...]
    plan: int | None
    undone: bool


def waiting_keys(session: Session, *, problems: Collection[str]) -> list[WaitingKey]:
    """The waiting keys of these problems, by problem."""
    active = aliased(AnswerKeyRow)
    rows = session.execute(
        select(AnswerKeyRow, active.version, ActiveKey.key_id)
        .join(ActiveKey, ActiveKey.problem == AnswerKeyRow.problem)
        .join(active, active.id == ActiveKey.key_id)
        .where(AnswerKeyRow.problem.in_(problems), ~queries.discarded())
        .order_by(AnswerKeyRow.problem, AnswerKeyRow.version)
    ).all()
    newest = {row.problem: row for row, _version, _key_id in rows}
    versions = {row.problem: version for row, version, _key_id in rows}
    grading = {row.problem: key_id for row, _version, key_id in rows}
    known: dict[str, dict[int, AnswerKeyRow]] = defaultdict(dict)
    for row, _version, _key_id in rows:
        known[row.problem][row.version] = row
    plans = _plans(session, [row.id for row in newest.values()])
    return [
        WaitingKey(
            problem=problem,
            version=row.version,
            active_version=versions[problem],
            created_at=row.created_at,
            drafted="edit" in row.provenance,
            edits=_between(known[problem], versions[problem], row.version),
            plan=plans.get(row.id, (None, False))[0],
            undone=plans.get(row.id, (None, False))[1],
        )
        for problem, row in newest.items()
        if row.id != grading[problem]
    ]


def waiting_versions(session: Session, *, problems: Collection[str]) -> dict[str, int]:
    """By problem the version of its waiting key, without what it holds: a page asks again and again."""
    active, newest = aliased(AnswerKeyRow), func.max(AnswerKeyRow.version)
    rows = session.execute(
        select(AnswerKeyRow.problem, newest)
        .join(ActiveKey, ActiveKey.problem == AnswerKeyRow.problem)
        .join(active, active.id == ActiveKey.key_id)
        .where(AnswerKeyRow.problem.in_(problems), ~queries.discarded())
        .group_by(AnswerKeyRow.problem, active.version)
        .having(newest != active.version)
    )
    return {problem: version for problem, version in rows}  # noqa: C416 - rows are no pairs to mypy.


def edits_between(session: Session, *, from_key_id: int, to_key_id: int) -> tuple[DraftEdit, ...]:
    """What staff edited that one key has and another lacks, the first first; nothing of what was computed."""
    start, end = (session.get_one(AnswerKeyRow, key_id) for key_id in (from_key_id, to_key_id))
    rows = session.scalars(select(AnswerKeyRow).where(AnswerKeyRow.problem == end.problem))
    return _between({row.version: row for row in rows}, start.version, end.version)


def _between(known: Mapping[int, AnswerKeyRow], start: int, end: int) -> tuple[DraftEdit, ...]:
    told = {version: row.provenance for version, row in known.items()}
    return tuple(_edit(known[each]) for each in sorted(edits_in(told, end) - edits_in(told, start)))


def _edit(row: AnswerKeyRow) -> DraftEdit:
    told = row.provenance
    return DraftEdit(row.version, told["edit"], told["reason"], told["actor"], row.created_at)


def _plans(session: Session, key_ids: Collection[int]) -> dict[int, tuple[int, bool]]:
    """By key the newest plan of a move to it, and whether there was a run of any."""
    ran = exists().where(RegradeRun.plan_id == RegradePlan.id)
    found: dict[int, tuple[int, bool]] = {}
    query = (
        select(RegradePlan.to_key_id, RegradePlan.id, ran)
        .where(RegradePlan.to_key_id.in_(key_ids))
        .order_by(RegradePlan.id)
    )
    for key_id, plan, was_run in session.execute(query):
        found[key_id] = (plan, was_run or found.get(key_id, (0, False))[1])
    return found
