"""Submitting an answer: one transaction that the form, the API and the import share.

Refusals and repeats are results, not exceptions, so that they can be remembered in the same transaction.
The caller raises ``Refused.error`` once the transaction is committed.
"""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, bindparam, insert, select
from sqlalchemy.orm import Session

from grader.db import queries
from grader.db.models import ActiveKey, GradeRow, Person, Submission, table
from grader.domain.attempts import AttemptState, check_attempt
from grader.domain.deadlines import check_open, late_by
from grader.domain.errors import (
    AttemptsUsedUp,
    Closed,
    CoolingDown,
    NoKey,
    NoPolicy,
    NotFound,
    NotOpen,
    UnreadableAnswer,
)
from grader.domain.grading import Verdict, grade
from grader.domain.number import read_number
from grader.domain.policy import Policy
from grader.domain.problem import Course
from grader.services.answers import Arrival, Refused, Submitted, submitted
from grader.services.documents import load_key, load_policy
from grader.services.replies import check_idempotency_key, remember, replay

# This is the path that a whole class takes in the last hour: its statements are built once, and run on
# the session's connection, which makes rows and no objects.
_TURN = select(Person.id).where(Person.id == bindparam("person_id")).with_for_update(key_share=True)
# Shared: a regrade's switch waits until this answer is graded, and this answer until it switched.
_POINTERS = queries.pointers(bindparam("problem"), bindparam("assignment")).with_for_update(
    read=True, of=ActiveKey
)
_ATTEMPTS = (
    queries.submissions()
    .where(Submission.person_id == bindparam("person_id"), Submission.part == bindparam("part"))
    .order_by(None)
    .order_by(Submission.attempt)
)
_ADD_SUBMISSION = insert(table(Submission)).returning(Submission.id)
_ADD_GRADE = insert(table(GradeRow))


def submit(session: Session, *, course: Course, arrival: Arrival) -> Submitted | Refused:
    """Read, check, grade and store one answer.

    Raises:
        NotFound: there is no such part.
        NoKey, NoPolicy: nothing is published, so that nothing can be graded.
        InvalidRequest: the idempotency key is malformed.
        IdempotencyConflict: the idempotency key was used with another answer.
    """
    if course.part(arrival.part) is None:
        raise NotFound(f"There is no part '{arrival.part[:100]}'.")
    check_idempotency_key(arrival.idempotency_key)
    _wait_for_turn(session, arrival.person_id)
    key_id, policy_id = _pointers(session, arrival)
    earlier = attempts(session, arrival.person_id, arrival.part)
    again = replay(session, arrival, earlier)
    if again is not None:
        return again
    policy = load_policy(session, policy_id)
    outcome = _decide(arrival, policy, earlier)
    if isinstance(outcome, Decimal):
        late_seconds = _late_seconds(late_by(policy, arrival.now))
        return _store(session, arrival, outcome, key_id, len(earlier) + 1, late_seconds)
    remember(session, arrival, outcome)
    return outcome


def attempts(session: Session, person_id: int, part: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """One student's submissions to a part, in order, each with its ``standing`` verdict."""
    found = {"person_id": person_id, "part": part}
    return session.connection().execute(_ATTEMPTS, found).all()


def attempt_state(rows: Sequence[Row[*tuple[Any, ...]]]) -> AttemptState:
    """Fold a part's ``attempts`` into what the attempt rules need."""
    wrong = [row for row in rows if row.standing != Verdict.CORRECT]
    return AttemptState(
        attempts=len(rows),
        wrong=len(wrong),
        solved=len(wrong) < len(rows),
        last_wrong_at=max((row.submitted_at for row in wrong), default=None),
    )


def _wait_for_turn(session: Session, person_id: int) -> None:
    """Let one student's submissions pass one at a time; SQLite's BEGIN IMMEDIATE does it for all."""
    if session.get_bind().dialect.name != "sqlite":
        session.connection().execute(_TURN, {"person_id": person_id})


def _pointers(session: Session, arrival: Arrival) -> tuple[int, int]:
    found = (
        session.connection()
        .execute(_POINTERS, {"problem": arrival.problem, "assignment": arrival.assignment})
        .first()
    )
    if found is None:
        raise NoKey(
            f"No answer key is published for {arrival.problem} yet. Please tell the course staff."
        )
    key_id, policy_id = found
    if policy_id is None:
        raise NoPolicy(
            f"No policy is published for {arrival.assignment} yet. Please tell the course staff."
        )
    return key_id, policy_id


def _decide(
    arrival: Arrival, policy: Policy, earlier: Sequence[Row[*tuple[Any, ...]]]
) -> Decimal | Submitted | Refused:
    """The number to grade, or what stands in the way of a new attempt.

    The order matters to students: an unreadable text or a repeated number costs nothing, even while a
    pause runs.
    """
    reading = read_number(arrival.text)
    if reading.value is None:
        return Refused(UnreadableAnswer(str(reading.message), reason=str(reading.reason)))
    try:
        check_open(policy, arrival.now)
        for row in earlier:
            if row.value == reading.value:
                return submitted(row, row.standing, counted=False)
        check_attempt(policy.attempts, attempt_state(earlier), arrival.now)
    except (NotOpen, Closed, AttemptsUsedUp, CoolingDown) as error:
        return Refused(error)
    return reading.value


def _late_seconds(late: timedelta | None) -> int:
    # Whole seconds, but never 0 for late work: 0 says that it was on time.
    return 0 if late is None else max(int(late.total_seconds()), 1)


def _store(  # noqa: PLR0917 - each is one column of the row.
    session: Session, arrival: Arrival, value: Decimal, key_id: int, attempt: int, late_seconds: int
) -> Submitted:
    key = load_key(session, key_id)
    if arrival.part not in key.parts:
        raise NoKey(
            f"The published answer key does not cover {arrival.part}. Please tell the course staff."
        )
    graded = grade(key, arrival.part, value)
    connection = session.connection()
    submission_id: int = connection.execute(
        _ADD_SUBMISSION,
        {
            "person_id": arrival.person_id,
            "problem": arrival.problem,
            "part": arrival.part,
            "attempt": attempt,
            "text": arrival.text,
            "value": value,
            "key_id": key_id,
            "source": arrival.source,
            "idempotency_key": arrival.idempotency_key,
            "late_seconds": late_seconds,
            "submitted_at": arrival.now,
        },
    ).scalar_one()
    connection.execute(
        _ADD_GRADE,
        {"submission_id": submission_id, "key_id": key_id, "verdict": graded.verdict},
    )
    return Submitted(
        id=submission_id,
        part=arrival.part,
        attempt=attempt,
        reading=value,
        verdict=graded.verdict,
        submitted_at=arrival.now,
        late_seconds=late_seconds,
        counted=True,
        created=True,
    )
