"""Looks a running course over: database, keys, policies and the newest of what is stored."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from grader.db import queries
from grader.db.condition import Condition, condition
from grader.db.findings import findings
from grader.db.migrating import current_revision, newest_revision
from grader.db.models import (
    ActiveKey,
    AnswerKeyRow,
    Explanation,
    KeyCheck,
    LedgerLink,
    Person,
    Submission,
)
from grader.domain.health import KeyFacts, Line, Sign, key_line, policy_line
from grader.domain.problem import Course
from grader.services.policies.publishing import policy_status

_COUNTED = {
    "people": Person.id,
    "answers": Submission.id,
    "versions of explanations": Explanation.id,
    "entries in the ledger": LedgerLink.number,
}


@dataclass(frozen=True, slots=True)
class Stored:
    """What kind of database it is, how many rows of what it holds, and when the newest one came."""

    condition: Condition
    counts: dict[str, int]
    newest: datetime | None


def database_lines(engine: Engine) -> list[Line]:
    """Whether the tables are this version's, and commits durable."""
    revision, wanted = current_revision(engine), newest_revision()
    if revision != wanted:
        words = (
            f"A migration is pending: the database is at {revision or 'none'}, {wanted} is needed."
        )
        return [Line("Tables", Sign.BAD, words, "grader db upgrade")]
    lines = [Line("Tables", Sign.OK, f"At revision {revision}, which this version needs.")]
    found = findings(engine, thorough=False)
    if not found:
        words = "Commits are durable, and what is stored can’t be changed."
        return [*lines, Line("Storage", Sign.OK, words)]
    return [*lines, *(Line("Storage", Sign.BAD, each, "grader db check") for each in found)]


def stored(session: Session) -> Stored:
    """How much there is, in few statements."""
    counts = session.execute(
        select(*(select(func.count(each)).scalar_subquery() for each in _COUNTED.values()))
    ).one()
    newest = session.execute(
        select(
            select(func.max(Submission.submitted_at)).scalar_subquery(),
            select(func.max(LedgerLink.at)).scalar_subquery(),
        )
    ).one()
    return Stored(
        condition(session.connection()),
        dict(zip(_COUNTED, counts, strict=True)),
        max((each for each in newest if each), default=None),
    )


def key_lines(session: Session, *, course: Course, now: datetime) -> list[Line]:
    """Each problem's key, by what the last comparison with the files found."""
    made = select(AnswerKeyRow.problem, AnswerKeyRow.version, AnswerKeyRow.created_at)
    in_order = made.where(~queries.discarded()).order_by(AnswerKeyRow.version)
    newest = {problem: (version, at) for problem, version, at in session.execute(in_order)}
    active = dict(
        session.execute(
            select(ActiveKey.problem, AnswerKeyRow.version).join(
                AnswerKeyRow, AnswerKeyRow.id == ActiveKey.key_id
            )
        ).all()
    )
    checks = {each.problem: each for each in session.scalars(select(KeyCheck))}
    lines = []
    for problem in course.problems:
        slug, check = problem.slug, checks.get(problem.slug)
        version, made_at = newest.get(slug, (None, None))
        facts = KeyFacts(
            problem=slug,
            active=active.get(slug),
            newest=version,
            made_at=made_at,
            state=check.state if check else None,
            reasons=check.reasons["reasons"] if check else (),
            checked_at=check.checked_at if check else None,
        )
        lines.append(key_line(facts, now))
    return lines


def policy_lines(session: Session, *, course: Course) -> list[Line]:
    """Each assignment's policy beside the files that the service read when it began."""
    found = [policy_status(session, course=course, assignment=each) for each in course.assignments]
    return [
        policy_line(
            each.assignment,
            state=each.state,
            active=each.active_version,
            newest=each.version,
            changes=each.changes,
        )
        for each in found
    ]
