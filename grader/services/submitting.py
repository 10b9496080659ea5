"""Submitting an answer: one transaction that the form, the API and the import share.

Refusals and repeats are results, not exceptions, so that they can be remembered in the same transaction.
The caller raises ``Refused.error`` once the transaction is committed.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert
from sqlalchemy.orm import Session

from grader.db import queries
from grader.db.models import GradeRow, Person, Submission, table
from grader.domain.attempts import AttemptState, check_attempt
from grader.domain.deadlines import check_open, late_seconds
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
from grader.domain.grading import Grade, Verdict, grade
from grader.domain.hinting import told_hint
from grader.domain.number import read_number
from grader.domain.policy import Policy
from grader.domain.problem import Course
from grader.services.answers import Arrival, Refused, Submitted, grade_row, submitted
from grader.services.documents import load_key, load_policy
from grader.services.hinting import told_hints
from grader.services.replies import check_idempotency_key, remember, replay

# This is the path that a whole class takes in the last hour: its statements are built once, and run on
# the session's connection, which makes rows and no objects.
# One student's answers pass one at a time. The key's lock is shared: a regrade's switch waits until this
# answer is graded, and this answer until it switched. On SQLite, BEGIN IMMEDIATE does it all.
_POINTERS = (
    queries.pointers(bindparam("problem"), bindparam("assignment"))
    .join(Person, Person.id == bindparam("person_id"))
    .with_for_update(of=Person, key_share=True)
    .suffix_with("FOR SHARE OF active_keys", dialect="postgresql")
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
    connection = session.connection()
    key_id, policy_id = _wait_for_turn(connection, arrival)
    earlier = attempts(connection, arrival.person_id, arrival.part)
    policy = load_policy(session, policy_id)
    again = replay(session, arrival, earlier)
    if again is not None:
        return _hinted(session, policy, earlier, again)
    outcome = _decide(arrival, policy, earlier)
    if isinstance(outcome, Decimal):
        return _take(session, arrival, outcome, key_id, policy, earlier)
    remember(session, arrival, outcome)
    return _hinted(session, policy, earlier, outcome)


def attempts(connection: Connection, person_id: int, part: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """One student's submissions to a part, in order, each with its ``standing`` verdict."""
    return connection.execute(_ATTEMPTS, {"person_id": person_id, "part": part}).all()


def attempt_state(rows: Sequence[Row[*tuple[Any, ...]]]) -> AttemptState:
    """Fold a part's ``attempts`` into what the attempt rules need."""
    wrong = [row for row in rows if row.standing != Verdict.CORRECT]
    return AttemptState(
        attempts=len(rows),
        wrong=len(wrong),
        solved=len(wrong) < len(rows),
        last_wrong_at=max((row.submitted_at for row in wrong), default=None),
    )


def _wait_for_turn(connection: Connection, arrival: Arrival) -> tuple[int, int]:
    """The active key and policy, once no other answer of this student and no regrade's switch is on."""
    asked = {
        "person_id": arrival.person_id,
        "problem": arrival.problem,
        "assignment": arrival.assignment,
    }
    found = connection.execute(_POINTERS, asked).first()
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


def _hinted(
    session: Session,
    policy: Policy,
    earlier: Sequence[Row[*tuple[Any, ...]]],
    outcome: Submitted | Refused,
) -> Submitted | Refused:
    """An earlier answer that is told again, with the hint that the student may be told of it now."""
    if isinstance(outcome, Refused) or outcome.verdict is Verdict.CORRECT:
        return outcome
    wrong = attempt_state(earlier).wrong
    hints = told_hints(session, earlier, policy=policy, wrong=wrong)
    return replace(outcome, hint=hints.get(outcome.id))


def _take(  # noqa: PLR0917 - one caller, which has them all.
    session: Session,
    arrival: Arrival,
    value: Decimal,
    key_id: int,
    policy: Policy,
    earlier: Sequence[Row[*tuple[Any, ...]]],
) -> Submitted:
    key = load_key(session, key_id)
    if arrival.part not in key.parts:
        raise NoKey(
            f"The published answer key does not cover {arrival.part}. Please tell the course staff."
        )
    graded = grade(key, arrival.part, value)
    stored = _store(
        session.connection(),
        arrival,
        value=value,
        key_id=key_id,
        graded=graded,
        attempt=len(earlier) + 1,
        late_seconds=late_seconds(policy, arrival.now),
    )
    wrong = attempt_state(earlier).wrong + (not graded.correct)
    hint = told_hint(policy, key, arrival.part, graded.misconception, wrong=wrong)
    return replace(stored, hint=hint)


def _store(
    connection: Connection,
    arrival: Arrival,
    *,
    value: Decimal,
    key_id: int,
    graded: Grade,
    attempt: int,
    late_seconds: int,
) -> Submitted:
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
    connection.execute(_ADD_GRADE, grade_row(submission_id, key_id, graded))
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
