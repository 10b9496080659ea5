"""Keys, policies and students of the tiny course, straight into the tables; answers through the service."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from grader.db.models import ActiveKey, ActivePolicy, AnswerKeyRow, Base, PolicyRow, table
from grader.domain.grading import AnswerKey, PartKey
from grader.domain.misconceptions import Hint, Misconception
from grader.domain.policy import Policy, policy_of
from grader.domain.problem import Assignment, Course
from grader.domain.scoring import AssignmentScore
from grader.services.answers.arriving import Arrival, Refused, Submitted
from grader.services.answers.submitting import submit_within
from grader.services.keys.documents import key_document, policy_document
from grader.services.regrades.simulating import simulate
from grader.services.regrades.terms import Terms
from grader.services.scores.gradebook import student_standing
from tests.support.courses import COURSE
from tests.support.people import add_person
from tests.support.signers import SIGNER
from tests.support.values import DUE

NOW = DUE - timedelta(days=2)
RIGHT = {
    "set/sum/a": "0.5",
    "set/sum/b": "2",
    "set/last/a": "-1.25",
    "set/last/b2": "10",
    "later/only/a": "7",
}
"""The right answer to each part."""


def make_key(
    problem: str, values: Mapping[str, str], accepted: Mapping[str, str] = {}
) -> AnswerKey:
    """A key with these expected values by part, perhaps one more accepted value each, and a misconception."""
    return AnswerKey(
        problem=problem,
        parts={
            part: PartKey(
                expected=Decimal(value),
                tolerance=Decimal("0.00001"),
                accepted=(Decimal(accepted[part]),) if part in accepted else (),
                misconceptions=(Misconception("squared", Decimal(value) ** 2),),
            )
            for part, value in values.items()
        },
        parameters={},
        data={},
        hints={"squared": Hint("You squared.", "sums")},
    )


def add_key(session: Session, key: AnswerKey, *, active: bool = False) -> int:
    """Store the next version of a problem's key, as publishing does; gives its id."""
    versions = select(func.count()).select_from(AnswerKeyRow)
    row = AnswerKeyRow(
        problem=key.problem,
        version=session.scalars(versions.where(AnswerKeyRow.problem == key.problem)).one() + 1,
        content=key_document(key),
        provenance={},
        created_at=NOW,
    )
    session.add(row)
    session.flush()
    if active:
        session.merge(ActiveKey(problem=key.problem, key_id=row.id))
        session.flush()
    return row.id


def add_policy(session: Session, policy: Policy) -> int:
    """Store the next version of an assignment's policy and make it the active one."""
    versions = select(func.count()).select_from(PolicyRow)
    count = session.scalars(versions.where(PolicyRow.assignment == policy.assignment)).one()
    row = PolicyRow(
        assignment=policy.assignment,
        version=count + 1,
        content=policy_document(policy),
        created_at=NOW,
    )
    session.add(row)
    session.flush()
    session.merge(ActivePolicy(assignment=policy.assignment, policy_id=row.id))
    session.flush()
    return row.id


def open_course(session: Session, course: Course = COURSE, **changes: Any) -> None:
    """Publish a key for each problem and a policy for each assignment, with some of its fields changed."""
    for problem in course.problems:
        values = {part.slug: RIGHT[part.slug] for part in problem.parts}
        add_key(session, make_key(problem.slug, values), active=True)
    for assignment in course.assignments:
        add_policy(session, replace(policy_of(course, assignment), **changes))


def add_student(session: Session, login: str = "ada", **columns: Any) -> int:
    """A student on the roster; gives the id."""
    return add_person(session, login, **columns)


def arrive(  # noqa: PLR0917 - a test reads as the sentence "Ada answers this part with that".
    person: int,
    part: str,
    text: str,
    now: datetime = NOW,
    key: str | None = None,
    source: str = "api",
) -> Arrival:
    """An answer on its way in."""
    return Arrival(
        person_id=person, part=part, text=text, source=source, idempotency_key=key, now=now
    )


def answer(  # noqa: PLR0917 - as above.
    session: Session,
    person: int,
    part: str,
    text: str,
    now: datetime = NOW,
    key: str | None = None,
) -> Submitted:
    """Submit an answer that has to be taken."""
    outcome = submit_within(
        session, course=COURSE, signer=SIGNER, arrival=arrive(person, part, text, now, key)
    )
    assert isinstance(outcome, Submitted), outcome
    return outcome


def refuse(  # noqa: PLR0917 - as above.
    session: Session,
    person: int,
    part: str,
    text: str,
    now: datetime = NOW,
    key: str | None = None,
) -> Refused:
    """Submit an answer that has to be refused."""
    outcome = submit_within(
        session, course=COURSE, signer=SIGNER, arrival=arrive(person, part, text, now, key)
    )
    assert isinstance(outcome, Refused), outcome
    return outcome


def count(session: Session, model: type[Base]) -> int:
    """How many rows a table has."""
    return session.scalars(select(func.count()).select_from(table(model))).one()


def add_rows(session: Session, model: type[Base], rows: list[dict[str, Any]]) -> None:
    """Insert many rows at once."""
    session.execute(insert(table(model)), rows)


def student_score(
    session: Session, *, course: Course, assignment: Assignment, person_id: int
) -> AssignmentScore:
    """One person's score on an assignment, as every page of theirs folds it."""
    return student_standing(
        session, course=course, assignment=assignment, person_id=person_id
    ).score


def dry_run_to(session: Session, key: AnswerKey, *, course: Course = COURSE) -> dict[str, Any]:
    """What a regrade to this key, which is stored for it, would change."""
    active = session.get_one(ActiveKey, key.problem).key_id
    terms = Terms(key.problem, active, add_key(session, key))
    return simulate(session, course=course, terms=terms)
