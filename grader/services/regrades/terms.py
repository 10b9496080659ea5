"""What a regrade is to do: from which key to which, with which answers, and by which rule."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, and_, select, true
from sqlalchemy.orm import Session

from grader.db import queries
from grader.db.models import Hold, Person, RegradePlan, Submission
from grader.domain.regrade_scope import EVERYTHING, Rule, Scope, scope_from
from grader.services.keys.documents import read_once

PEOPLE = "who is in its scope"
"""What the world of a plan calls those whom its scope names."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a regrade of one problem.

    ``people`` are the ids of those whom the scope names, as they were when it was planned; None before, or
    where it names nobody.
    """

    problem: str
    from_key_id: int
    to_key_id: int
    scope: Scope = EVERYTHING
    rule: Rule = Rule.ANY_CHANGE
    people: tuple[int, ...] | None = None


def terms_of(session: Session, plan: RegradePlan) -> Terms:
    """The terms of a stored plan; they are read once a process, since each range asks for them."""

    def read(_connection: Connection) -> Terms:
        scope = scope_from(plan.scope)
        named = bool(scope.sections or scope.students)
        return Terms(
            plan.problem,
            plan.from_key_id,
            plan.to_key_id,
            scope,
            Rule(plan.rule),
            tuple(plan.content["world"][PEOPLE]) if named else None,
        )

    return read_once(session, ("terms", plan.id), read)


def in_scope(terms: Terms) -> ColumnElement[bool]:
    """Whether a submission is among those that a scope names, kept by an earlier regrade or not."""
    scope = terms.scope
    named: list[ColumnElement[bool]] = [true()]
    if scope.parts:
        named.append(Submission.part.in_(scope.parts))
    if scope.sections or scope.students:
        # What a plan showed, it does, wherever people go meanwhile.
        who = people_in(scope) if terms.people is None else terms.people
        named.append(Submission.person_id.in_(who))
    if scope.since is not None:
        named.append(Submission.submitted_at >= scope.since)
    if scope.until is not None:
        named.append(Submission.submitted_at < scope.until)
    return and_(*named)


def people_in(scope: Scope) -> Select[int]:
    """The ids of the people that a scope names, by section, by login or by both."""
    query = select(Person.id)
    if scope.sections:
        query = query.where(Person.section.in_(scope.sections))
    if scope.students:
        query = query.where(Person.login.in_(scope.students))
    return query


def moves(terms: Terms) -> ColumnElement[bool]:
    """Whether a submission is to be graded by the new key, but for what a rule keeps.

    An earlier regrade keeps what has a hold at another key than the active one.
    """
    held = queries.held_key()
    free = held.is_(None) | (held == terms.from_key_id)
    return in_scope(terms) if terms.scope.held else and_(in_scope(terms), free)


def kept_before(session: Session, terms: Terms) -> dict[int, int]:
    """The submissions that earlier regrades keep, each with the key whose grade stands."""
    held = queries.held_key()
    theirs = (Submission.problem == terms.problem) & Submission.id.in_(select(Hold.submission_id))
    rows = session.execute(select(Submission.id, held).where(theirs, held != terms.from_key_id))
    return {submission: key for submission, key in rows}  # noqa: C416 - rows are not typed as pairs.
