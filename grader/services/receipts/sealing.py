"""The seal of an answer key: each receipt holds it, and the key is opened once all work is over.

The seal is SHA-256 over a secret nonce and the key. Without the nonce nobody can try values against it; with
the nonce everybody can see that the key is the one which graded, and was not made up afterwards.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from grader.db.models import ActiveKey, AnswerKeyRow
from grader.domain.deadlines import end_of_work
from grader.domain.errors import NotFound, StillOpen
from grader.domain.receipts import commitment
from grader.services.keys.documents import read_once
from grader.services.policies.publishing import active_policy
from grader.services.policies.releasing import check_releasable, shown_to_students

NONCE_BYTES = 32


@dataclass(frozen=True, slots=True)
class Seal:
    """The version of a key, and what its receipts hold of it."""

    version: int
    commitment: str


@dataclass(frozen=True, slots=True)
class OpenedKey:
    """A key with the nonce of its seal."""

    problem: str
    version: int
    nonce: bytes
    content: dict[str, Any]


def seal_of(connection: Session | Connection, key_id: int) -> Seal:
    """The seal of a stored key."""
    return read_once(connection, ("seal", key_id), lambda reading: _seal(reading, key_id))


def _seal(connection: Connection, key_id: int) -> Seal:
    columns = AnswerKeyRow.version, AnswerKeyRow.nonce, AnswerKeyRow.content
    row = connection.execute(select(*columns).where(AnswerKeyRow.id == key_id)).one()
    return Seal(row.version, commitment(row.nonce, row.content))


def open_key(
    session: Session, *, problem: str, now: datetime, version: int | None = None
) -> OpenedKey:
    """A key with its nonce, once all work on its assignment is over; without a version the active one.

    Raises:
        NoPolicy: nobody has said yet when the assignment ends.
        NotOpen: the assignment opens later.
        StillOpen: somebody's work could still count or be handed in.
        NotFound: there is no such key.
    """
    check_openable(session, problem.partition("/")[0], now)
    query = select(AnswerKeyRow.version, AnswerKeyRow.nonce, AnswerKeyRow.content)
    if version is None:
        query = query.join(ActiveKey, ActiveKey.key_id == AnswerKeyRow.id)
    else:
        query = query.where(AnswerKeyRow.version == version)
    found = session.execute(query.where(AnswerKeyRow.problem == problem)).one_or_none()
    if found is None:
        raise NotFound("There is no such answer key.")
    return OpenedKey(problem, found.version, found.nonce, found.content)


def check_openable(session: Session, assignment: str, now: datetime) -> None:
    """Let the keys of an assignment be opened when its solutions may be shown.

    Practice without an end is never over by itself: its keys open when staff show its solutions. When graded
    work is over is not told here: one student's extension may decide it, and the others read this too.

    Raises:
        NoPolicy, NotOpen, StillOpen: as ``open_key`` tells.
    """
    policy = active_policy(session, assignment)
    try:
        check_releasable(session, assignment, now)
    except StillOpen as refusal:
        if policy is None or end_of_work(policy) is None:
            raise
        raise StillOpen(
            "Work can still count or be handed in. The key is opened when that is over for the whole class."
        ) from refusal
    endless = policy is None or (policy.due is None and policy.closes is None)
    if endless and not shown_to_students(session, assignment, now):
        raise StillOpen(
            "This assignment has no end, so its answer keys stay sealed until its solutions are shown."
        )
