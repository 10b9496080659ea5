"""The solution page of a problem: the active key's values, and the worked solution stored with that key."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db.models import SolutionPage
from grader.domain.worked import Worked
from grader.services.keys.documents import worked_document, worked_from
from grader.services.keys.published import StoredKey, stored_key


@dataclass(frozen=True, slots=True)
class Solution:
    """What solves a problem: its active key, and how its author tells it, if they do."""

    stored: StoredKey
    worked: Worked | None


def solution(session: Session, *, problem: str) -> Solution:
    """The solution that belongs to the key which grades now.

    Raises:
        NotFound: the problem has no active key.
    """
    stored = stored_key(session, problem=problem)
    told = _newest(session, stored.id)
    return Solution(stored, worked_from(told.content) if told else None)


def tell(session: Session, *, key_id: int, worked: Worked | None, now: datetime) -> bool:
    """Store how a key is told, unless it is told just so already; gives whether that was new.

    Words are no part of a key: mending them adds a page to the same key, and the newest page is shown. A
    solution that tells nothing any more leaves the key its last page.
    """
    if worked is None:
        return False
    document, told = worked_document(worked), _newest(session, key_id)
    if told is not None and told.content == document:
        return False
    session.add(SolutionPage(key_id=key_id, content=document, created_at=now))
    session.flush()
    return True


def tell_likewise(session: Session, *, key_id: int, like: int, now: datetime) -> None:
    """Store for a key how another one is told: what staff edit of a key changes no step to its values."""
    told = _newest(session, like)
    tell(session, key_id=key_id, worked=worked_from(told.content) if told else None, now=now)


def _newest(session: Session, key_id: int) -> SolutionPage | None:
    return session.scalars(
        select(SolutionPage)
        .where(SolutionPage.key_id == key_id)
        .order_by(SolutionPage.id.desc())
        .limit(1)
    ).one_or_none()
