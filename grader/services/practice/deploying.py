"""Deploying practice variants: what they are reviewed beside, and storing one. Only the CLI comes here."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader.db import queries
from grader.db.models import Variant
from grader.db.turns import wait_for_turn
from grader.domain.errors import NoKey
from grader.domain.grading import AnswerKey
from grader.domain.ledger import Act
from grader.services.keys.documents import key_document, load_key
from grader.services.keys.drafting import Draft
from grader.services.keys.stored_data import keep_data
from grader.services.ledger.ledger import record


def newest_graded(session: Session, problem: str) -> tuple[int, AnswerKey]:
    """The id and content of the newest key of a problem: what its variants are reviewed beside.

    Raises:
        NoKey: none is published.
    """
    row = session.execute(queries.newest_key(problem)).scalar_one_or_none()
    if row is None:
        raise NoKey(f"{problem} has no key yet; publish it with: grader keys publish {problem}")
    return row.id, load_key(session, row.id)


def deploy(session: Session, *, draft: Draft, key_id: int, actor: str, now: datetime) -> int:
    """Store a reviewed variant under the next number of its problem; gives the number."""
    problem = draft.key.problem
    wait_for_turn(session, "deploying variants")
    last = session.scalar(select(func.max(Variant.number)).where(Variant.problem == problem))
    keep_data(session, draft.data.values())
    row = Variant(
        problem=problem,
        number=(last or 0) + 1,
        key_id=key_id,
        content=key_document(draft.key),
        provenance=draft.provenance,
        created_at=now,
    )
    session.add(row)
    session.flush()
    record(
        session,
        act=Act.VARIANT,
        actor=actor,
        about=problem,
        reason="Drafted by the generator, and passed the review.",
        now=now,
        detail={"variant": row.number},
    )
    return row.number
