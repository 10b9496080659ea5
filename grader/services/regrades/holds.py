"""Writes the holds of a plan: which grades stay, or stand again, once it is applied.

A hold has no effect before the plan's run, nor after that is undone. So they can be written in pieces, and
are found there when a plan is applied again.
"""

from bisect import bisect_left, bisect_right
from datetime import timedelta

from sqlalchemy import ColumnElement, Select, exists, insert, literal, not_, select
from sqlalchemy.orm import Session

from grader.db import queries
from grader.db.models import Hold, RegradePlan, Submission
from grader.domain.regrade_scope import Rule
from grader.services.keys.documents import load_key, read_once
from grader.services.regrades.kept import kept_answers
from grader.services.regrades.terms import in_scope, terms_of

MADE_WITHIN = timedelta(hours=1)
"""No plan takes longer to be worked out."""


def hold_range(session: Session, *, plan: RegradePlan, first: int, last: int | None = None) -> None:
    """Write the holds of submissions from one to another, both included; without ``last`` to the end."""
    terms, kept = terms_of(session, plan), _kept(session, plan, first, last)
    keeps = terms.from_key_id != terms.to_key_id and not (terms.scope.whole and not kept)
    lifts = session.execute(select(exists(select(Hold.plan_id)))).scalar()
    if not (keeps or lifts):
        return  # So it is most often, and to write none would take as long as to grade a few hundred.
    theirs = Submission.id >= first
    if last is not None:
        theirs &= Submission.id <= last
    named, held, stays = in_scope(terms), queries.held_key(), Submission.id.in_(kept)
    if keeps:
        # Where an earlier regrade keeps a grade, it stays by that one's hold.
        _hold(session, plan, terms.from_key_id, theirs & (not_(named) | stays) & held.is_(None))
    if lifts:
        moves = held != terms.to_key_id
        if not terms.scope.held:
            moves &= held == terms.from_key_id
        _hold(session, plan, terms.to_key_id, theirs & named & not_(stays) & moves)


def hold_arrivals(session: Session, *, plan: RegradePlan) -> None:
    """Write the holds that answers make necessary that the plan did not see, when no score may be lowered.

    An answer that was on its way while the plan was made may have a smaller id than the last one that it
    saw. So all are looked at that came since an hour before it was stored; to look at one twice does no harm.
    """
    terms = terms_of(session, plan)
    if terms.rule is not Rule.NEVER_LOWER:
        return
    parts = list(load_key(session, terms.from_key_id).parts)
    unseen = (
        (Submission.problem == plan.problem) & (Submission.id > plan.content["last"]),
        Submission.part.in_(parts) & (Submission.submitted_at >= plan.created_at - MADE_WITHIN),
    )
    place = select(Submission.person_id, Submission.part).distinct()
    places = {
        (person, part) for which in unseen for person, part in session.execute(place.where(which))
    }
    kept = [each.submission for each in kept_answers(session, terms=terms, places=places)]
    _hold(session, plan, terms.from_key_id, Submission.id.in_(kept) & queries.held_key().is_(None))


def _kept(session: Session, plan: RegradePlan, first: int, last: int | None) -> list[int]:
    """Those of a range that the plan keeps; all are read once a process, since each range asks for them."""
    every = read_once(
        session, ("kept", plan.id), lambda _connection: sorted(plan.content.get("kept", ()))
    )
    return every[bisect_left(every, first) : last and bisect_right(every, last)]


def _hold(session: Session, plan: RegradePlan, key_id: int, which: ColumnElement[bool]) -> None:
    there = exists().where(Hold.submission_id == Submission.id, Hold.plan_id == plan.id)
    rows: Select[int, int, int] = select(
        Submission.id, literal(plan.id, Hold.plan_id.type), literal(key_id, Hold.key_id.type)
    ).where(Submission.problem == plan.problem, which, ~there)
    session.execute(insert(Hold).from_select(["submission_id", "plan_id", "key_id"], rows))
