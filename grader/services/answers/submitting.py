"""Submitting an answer: the one way in that the form and the API share.

It looks, decides, and stores; nothing is locked while it decides. The storing statement takes effect only
while what was decided on still holds: the same key and policy, and no other answer of this student, whose
receipt this one's would have to follow. Otherwise it looks again. Refusals and repeats are results, not
exceptions, so that they can be remembered; the caller raises ``Refused.error``.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from grader.db.collisions import ChangedMeanwhile
from grader.db.session import writing_once
from grader.domain.attempts import check_attempt
from grader.domain.deadlines import check_open, late_seconds
from grader.domain.errors import (
    AttemptsUsedUp,
    Closed,
    CoolingDown,
    NoKey,
    NotFound,
    NotOpen,
    UnreadableAnswer,
)
from grader.domain.extensions import extended
from grader.domain.grading import Verdict, grade
from grader.domain.hinting import told_hint
from grader.domain.number import read_number
from grader.domain.problem import Course
from grader.services.answers.arriving import Accepted, Arrival, Refused, Submitted, submitted
from grader.services.answers.hinting import told_hints
from grader.services.answers.looking import Rows, Seen, attempt_state, look, seen
from grader.services.answers.replies import check_idempotency_key, remember, replay
from grader.services.answers.storing import store
from grader.services.keys.documents import load_key, load_policy
from grader.services.policies.publishing import not_asked
from grader.services.receipts.receipting import receipt_for
from grader.services.receipts.sealing import seal_of
from grader.services.receipts.signing import Signer

Writing = Callable[[], AbstractContextManager[Connection]]
# Each failure is another answer's success, so this many follow one another only if something is wrong.
TRIES = 200


@dataclass(frozen=True, slots=True)
class Desk:
    """Where answers are taken: for which course, and who signs their receipts."""

    course: Course
    signer: Signer


def submit(
    connection: Connection,
    *,
    course: Course,
    signer: Signer,
    arrival: Arrival,
    looked: Rows | None = None,
) -> Submitted | Refused:
    """Read, check, grade and store one answer while ``looking_up``; what is returned is committed.

    ``looked`` are the rows of a look that somebody has taken already.

    Raises:
        NotFound: there is no such part.
        NoKey, NoPolicy: nothing is published, or nothing that knows the part, so that it can't be graded.
        InvalidRequest: the idempotency key is malformed.
        IdempotencyConflict: the idempotency key was used with another answer.
        ChangedMeanwhile: other answers of this student came first again and again.
    """
    writing = partial(writing_once, connection)
    return _submit(Desk(course, signer), arrival, connection, writing=writing, looked=looked)


def submit_within(
    session: Session, *, course: Course, signer: Signer, arrival: Arrival
) -> Submitted | Refused:
    """The same within a transaction of the caller, who commits."""
    session.flush()
    connection = session.connection()
    return _submit(
        Desk(course, signer), arrival, connection, writing=lambda: nullcontext(connection)
    )


def _submit(
    desk: Desk,
    arrival: Arrival,
    connection: Connection,
    *,
    writing: Writing,
    looked: Rows | None = None,
) -> Submitted | Refused:
    if desk.course.part(arrival.part) is None:
        raise NotFound(f"There is no part '{arrival.part[:100]}'.")
    check_idempotency_key(arrival.idempotency_key)
    for _ in range(TRIES):
        found = seen(looked, arrival) if looked else look(connection, arrival)
        again = replay(connection, arrival, found.earlier)
        if again is not None:
            return _hinted(connection, found, again)
        outcome = _decide(connection, desk, arrival, found)
        kept = _keep(arrival, outcome, writing)
        if kept is not None:
            return kept if isinstance(outcome, Accepted) else _hinted(connection, found, kept)
        looked = None
    raise ChangedMeanwhile(
        "Other answers of yours came in at the same moment. Please send this one again."
    )


def _decide(
    connection: Connection, desk: Desk, arrival: Arrival, seen: Seen
) -> Accepted | Submitted | Refused:
    """The answer to store, with its grade and receipt, or what stands in the way of a new attempt.

    The order matters to students: an unreadable text or a repeated number costs nothing, even while a
    pause runs.
    """
    reading = read_number(arrival.text)
    if reading.value is None:
        return Refused(UnreadableAnswer(str(reading.message), reason=str(reading.reason)))
    policy = extended(load_policy(connection, seen.policy_id), seen.extension)
    try:
        check_open(policy, arrival.now)
        for row in seen.earlier:
            if row.value == reading.value:
                return submitted(row, row.standing, counted=False)
        if arrival.part not in policy.points:
            raise not_asked(arrival.part)
        check_attempt(policy.attempts, attempt_state(seen.earlier), arrival.now)
    except (NotOpen, Closed, AttemptsUsedUp, CoolingDown) as error:
        return Refused(error)
    key = load_key(connection, seen.key_id)
    if arrival.part not in key.parts:
        raise NoKey(
            f"The published answer key does not cover {arrival.part}. Please tell the course staff."
        )
    graded = grade(key, arrival.part, reading.value)
    wrong = attempt_state(seen.earlier).wrong + (not graded.correct)
    late, attempt = late_seconds(policy, arrival.now), len(seen.earlier) + 1
    receipt = receipt_for(
        desk.course,
        seen.link,
        seal_of(connection, seen.key_id),
        part=arrival.part,
        attempt=attempt,
        text=arrival.text,
        value=reading.value,
        verdict=graded.verdict,
        submitted_at=arrival.now,
        late_seconds=late,
    )
    return Accepted(
        arrival,
        key_id=seen.key_id,
        policy_id=seen.policy_id,
        value=reading.value,
        graded=graded,
        attempt=attempt,
        late_seconds=late,
        hint=told_hint(policy, key, arrival.part, graded.misconception, wrong=wrong),
        receipt=desk.signer.sign(receipt),
    )


def _hinted(
    connection: Connection, seen: Seen, outcome: Submitted | Refused
) -> Submitted | Refused:
    """An earlier answer that is told again, with the hint that the student may be told of it now."""
    if isinstance(outcome, Refused) or outcome.verdict is Verdict.CORRECT:
        return outcome
    policy = load_policy(connection, seen.policy_id)
    wrong = attempt_state(seen.earlier).wrong
    hints = told_hints(connection, seen.earlier, policy=policy, wrong=wrong)
    return replace(outcome, hint=hints.get(outcome.id))


def _keep(
    arrival: Arrival, outcome: Accepted | Submitted | Refused, writing: Writing
) -> Submitted | Refused | None:
    """Store what was decided; None if the world has moved since."""
    if isinstance(outcome, Accepted):
        with writing() as connection:
            submission_id = store(connection, outcome)
        return None if submission_id is None else outcome.stored(submission_id)
    if arrival.idempotency_key is not None:
        with writing() as connection:
            if not remember(connection, arrival, outcome):
                return None
    return outcome
