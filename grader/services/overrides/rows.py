"""Decisions about scores as rows: whose turn it is, which one is the newest, and what the ledger says."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from grader.db.models import Override
from grader.db.turns import wait_for_turns
from grader.domain.decisions import DecisionKind
from grader.domain.grammar import canonical
from grader.domain.ledger import Act
from grader.services.ledger.ledger import NewEntry

_ACTS = {
    DecisionKind.POINTS: Act.OVERRIDE,
    DecisionKind.EXCUSED: Act.EXCUSED,
    DecisionKind.WITHDRAWN: Act.OVERRIDE_WITHDRAWN,
}

About = tuple[int, str]
"""Whose score a decision is about: the person, and the part or the assignment."""


@dataclass(frozen=True, slots=True)
class NewDecision:
    """A decision that is to be added, the ``number``-th about the same thing."""

    person_id: int
    about: str
    number: int
    kind: DecisionKind
    points: Decimal | None
    reason: str
    actor: str
    at: datetime

    @property
    def entry(self) -> NewEntry:
        """How it stands in the ledger."""
        return NewEntry(
            act=_ACTS[self.kind],
            actor=self.actor,
            about=self.about,
            reason=self.reason,
            at=self.at,
            person_id=self.person_id,
            detail={} if self.points is None else {"points": canonical(self.points)},
        )


def take_turns(session: Session, about: Collection[About]) -> None:
    """Let nobody else decide about these until the transaction ends.

    Whoever decides takes all their turns before the first row, and that of the ledger behind the last one.
    So one who waits for a turn never holds the ledger, and two never wait for each other.
    """
    wait_for_turns(session, [f"decisions about {what} of {person}" for person, what in about])


def newest_decisions(session: Session, about: Collection[str]) -> Mapping[About, Override]:
    """By person and thing the newest decision, a withdrawal too, about any of these things."""
    newest = (
        select(func.max(Override.id))
        .where(Override.about.in_(about))
        .group_by(Override.person_id, Override.about)
    )
    rows = session.scalars(select(Override).where(Override.id.in_(newest)))
    return {(row.person_id, row.about): row for row in rows}


def store_decisions(session: Session, decisions: Sequence[NewDecision]) -> None:
    """Add these rows; whoever calls has their turns, and records their entries behind."""
    session.execute(
        insert(Override),
        [
            {
                "person_id": each.person_id,
                "about": each.about,
                "number": each.number,
                "kind": each.kind,
                "points": each.points,
                "reason": each.reason,
                "actor": each.actor,
                "created_at": each.at,
            }
            for each in decisions
        ],
    )
