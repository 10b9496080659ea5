"""Practising: a student draws variants of a problem. What is answered there is checked, and stored nowhere.

Students practise on the variants of the key that grades now. When another key becomes the active one, the
earlier variants may be wrong in the same way as the earlier key was, and are no longer shown.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from grader.db.models import ActiveKey, Draw, Variant
from grader.db.turns import wait_for_turn
from grader.domain.errors import NotFound
from grader.domain.grading import AnswerKey
from grader.services.keys.documents import variant_key
from grader.services.keys.provenance import lineage
from grader.services.people.identity import Principal

_ABSENT = (
    "There is no such practice variant, or it went out of use when the answer key changed. Draw another "
    "one on the page of the problem."
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A variant that a student drew, and when."""

    number: int
    drawn_at: datetime


@dataclass(frozen=True, slots=True)
class Practice:
    """What a student has drawn of a problem's variants, the newest first, and how many are left to draw."""

    drawn: tuple[Drawn, ...]
    left: int


def practice_of(session: Session, *, problem: str, person_id: int) -> Practice | None:
    """Where a student stands with a problem's variants, or None while it has none."""
    rows = _variants(session, problem, person_id)
    drawn = [Drawn(row.number, row.drawn_at) for row in rows if row.drawn_at is not None]
    drawn.sort(key=lambda each: each.drawn_at, reverse=True)
    return Practice(tuple(drawn), len(rows) - len(drawn)) if rows else None


def draw_variant(session: Session, *, problem: str, person_id: int, now: datetime) -> int:
    """Draw one that this person has not drawn yet, each as likely; gives its number.

    When none is left it is the one that was drawn first, to begin again.

    Raises:
        NotFound: the problem has no variants.
    """
    wait_for_turn(session, f"drawing by {person_id}")
    rows = _variants(session, problem, person_id)
    if not rows:
        raise NotFound(_ABSENT)
    left = [row for row in rows if row.drawn_at is None]
    if not left:
        first: int = min(rows, key=lambda row: row.drawn_at).number
        return first
    chosen = secrets.choice(left)
    session.add(Draw(person_id=person_id, variant_id=chosen.id, drawn_at=now))
    session.flush()
    number: int = chosen.number
    return number


def open_variant(session: Session, *, problem: str, number: str, person: Principal) -> AnswerKey:
    """The key of a variant that this person drew; staff may open any.

    Raises:
        NotFound: there is none, or the person has not drawn it: the two can't be told apart.
    """
    for row in _variants(session, problem, person.person_id):
        if str(row.number) == number and (person.role.is_staff or row.drawn_at is not None):
            return variant_key(session, row.id)
    raise NotFound(_ABSENT)


def _variants(session: Session, problem: str, person_id: int) -> list[Row[*tuple[Any, ...]]]:
    """The variants of the active key by number, each with the time at which the person drew it.

    A key that staff drafted asks the same as the one it builds on, so it has that one's variants.
    """
    key_id = session.scalar(select(ActiveKey.key_id).where(ActiveKey.problem == problem))
    if key_id is None:
        return []
    mine = (Draw.variant_id == Variant.id) & (Draw.person_id == person_id)
    query = (
        select(Variant.id, Variant.number, Draw.drawn_at)
        .outerjoin(Draw, mine)
        .where(Variant.key_id.in_(lineage(session, key_id)))
        .order_by(Variant.number)
    )
    return list(session.execute(query))
