"""The published answer keys: which are there, and the move from one to another."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from grader.db import queries
from grader.db.models import ActiveKey, AnswerKeyRow, KeyCheck
from grader.domain.errors import NotFound
from grader.domain.grading import AnswerKey
from grader.services.keys.documents import load_key


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A version of a problem's key, with its provenance."""

    id: int
    version: int
    active: bool
    created_at: datetime
    key: AnswerKey
    provenance: dict[str, Any]


def stored_key(session: Session, *, problem: str, version: int | None = None) -> StoredKey:
    """The version asked for, or without one the active key.

    Raises:
        NotFound: the problem has no such version, or no key at all.
    """
    query = (
        select(AnswerKeyRow, ActiveKey.key_id)
        .join(ActiveKey, ActiveKey.problem == AnswerKeyRow.problem)
        .where(AnswerKeyRow.problem == problem)
    )
    if version is None:
        query = query.where(AnswerKeyRow.id == ActiveKey.key_id)
    else:
        query = query.where(AnswerKeyRow.version == version)
    found = session.execute(query).one_or_none()
    if found is None:
        which = "no key" if version is None else f"no version {version} of the key"
        raise NotFound(f"There is {which} of {problem}; see: grader keys status")
    row, active_id = found
    return StoredKey(
        row.id,
        row.version,
        row.id == active_id,
        row.created_at,
        load_key(session, row.id),
        row.provenance,
    )


def newest_version(session: Session, *, problem: str) -> int:
    """The version of a problem's newest key, those put aside apart; 0 if there is none."""
    newest = session.execute(queries.newest_key(problem)).scalar_one_or_none()
    return 0 if newest is None else newest.version


def missing_keys(session: Session, problems: list[str]) -> list[str]:
    """Those of the problems that have no active key, in the order given."""
    published = set(session.scalars(select(ActiveKey.problem)))
    return [problem for problem in problems if problem not in published]


def switch_key(session: Session, *, pointer: ActiveKey, key_id: int) -> None:
    """Make another key the active one; the check that staff read follows.

    A key that was found stale stays so, with its time: a switch compares no files.
    """
    pointer.key_id = key_id
    follow_pointer(session, problem=pointer.problem, key_id=key_id)


def follow_pointer(session: Session, *, problem: str, key_id: int) -> None:
    """Have the check that staff read say whether the active key is the newest one."""
    newest = session.execute(queries.newest_key(problem)).scalar_one()
    session.execute(
        update(KeyCheck)
        .where(KeyCheck.problem == problem, KeyCheck.state != "stale")
        .values(state="current" if newest.id == key_id else "inactive")
    )


def record_check(  # noqa: PLR0917 - each is one column of the row.
    session: Session, problem: str, state: str, reasons: tuple[str, ...], now: datetime
) -> None:
    """Keep what was found about a problem's key, for pages that can't look at its files."""
    session.merge(
        KeyCheck(problem=problem, state=state, reasons={"reasons": list(reasons)}, checked_at=now)
    )


def published_key(session: Session, problem: str) -> tuple[int, AnswerKey] | None:
    """The version and content of the key that grades a problem now, or None."""
    row = session.execute(
        select(AnswerKeyRow.id, AnswerKeyRow.version)
        .join(ActiveKey, ActiveKey.key_id == AnswerKeyRow.id)
        .where(ActiveKey.problem == problem)
    ).one_or_none()
    return None if row is None else (row.version, load_key(session, row.id))
