"""What staff decided about students, as it stands: scores in place of the automatic ones, and late days."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader.db.models import Extension, LateDayCorrection, Override
from grader.domain.decisions import Decision, DecisionKind
from grader.domain.extensions import extended
from grader.domain.policy import Policy
from grader.domain.scoring import UNDECIDED, Decisions


@dataclass(frozen=True, slots=True)
class OwnRules:
    """How each student's rules differ from the class's: more time, other late days, decided scores.

    ``extensions`` is by person and assignment.
    """

    extensions: Mapping[tuple[int, str], datetime]
    late_days: Mapping[int, int]
    decisions: Mapping[int, Decisions]

    def policy(self, policy: Policy, person_id: int) -> Policy:
        """The class's policy as it holds for this student."""
        own = extended(policy, self.extensions.get((person_id, policy.assignment)))
        days = self.late_days.get(person_id)
        return own if not days else replace(own, late_days=max(own.late_days + days, 0))

    def decided(self, person_id: int) -> Decisions:
        """What was decided about this student's scores, of all assignments."""
        return self.decisions.get(person_id, UNDECIDED)


def own_rules(session: Session, *, person_id: int | None = None) -> OwnRules:
    """What differs from the class's rules, for everybody or one person; in three queries."""
    newest = select(func.max(Extension.id)).group_by(Extension.person_id, Extension.assignment)
    extensions = select(Extension.person_id, Extension.assignment, Extension.until).where(
        Extension.id.in_(
            newest if person_id is None else newest.where(Extension.person_id == person_id)
        ),
        Extension.until.is_not(None),
    )
    return OwnRules(
        extensions={
            (person, assignment): until
            for person, assignment, until in session.execute(extensions)
            if until is not None
        },
        late_days=late_day_corrections(session, person_id=person_id),
        decisions=standing_decisions(session, person_id=person_id),
    )


def late_day_corrections(session: Session, *, person_id: int | None = None) -> Mapping[int, int]:
    """How many late days more (or, below zero, fewer) than the class each person has for the term."""
    query = select(LateDayCorrection.person_id, func.sum(LateDayCorrection.days)).group_by(
        LateDayCorrection.person_id
    )
    if person_id is not None:
        query = query.where(LateDayCorrection.person_id == person_id)
    return {person: int(days) for person, days in session.execute(query)}


def standing_decisions(
    session: Session, *, person_id: int | None = None
) -> Mapping[int, Decisions]:
    """By person and what it is about the decision that holds; what was withdrawn is not among them."""
    query = select(Override).order_by(Override.number)
    if person_id is not None:
        query = query.where(Override.person_id == person_id)
    found: dict[int, dict[str, Decision]] = defaultdict(dict)
    for row in session.scalars(query):
        found[row.person_id][row.about] = as_decision(row)
    return {
        person: {
            about: each
            for about, each in decisions.items()
            if each.kind is not DecisionKind.WITHDRAWN
        }
        for person, decisions in found.items()
    }


def as_decision(row: Override) -> Decision:
    """A stored decision as the domain reads it."""
    return Decision(
        about=row.about,
        number=row.number,
        kind=DecisionKind(row.kind),
        points=row.points,
        reason=row.reason,
        actor=row.actor,
        at=row.created_at,
    )
