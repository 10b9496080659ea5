"""The deployed practice variants of a problem."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db.models import Variant
from grader.domain.grading import AnswerKey
from grader.services.documents import variant_key


def deployed(session: Session, *, key_id: int) -> Sequence[tuple[int, AnswerKey]]:
    """The number and key of each variant that was reviewed beside this key."""
    rows = session.scalars(
        select(Variant).where(Variant.key_id == key_id).order_by(Variant.number)
    ).all()
    return [(row.number, variant_key(session, row)) for row in rows]
