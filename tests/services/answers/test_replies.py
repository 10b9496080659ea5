from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from grader.db.models import Reply, Submission
from grader.db.session import transaction
from grader.domain.errors import (
    AttemptsUsedUp,
    Closed,
    CoolingDown,
    GraderError,
    IdempotencyConflict,
    InvalidRequest,
    NotOpen,
    UnreadableAnswer,
)
from grader.domain.grading import Verdict
from grader.domain.policy import policy_of
from grader.services.answers.arriving import Arrival, Refused, Submitted
from grader.services.answers.submitting import submit_within
from grader.services.regrades import regrading
from tests.support.classroom import (
    NOW,
    add_key,
    add_policy,
    add_student,
    answer,
    arrive,
    count,
    make_key,
    open_course,
    refuse,
)
from tests.support.courses import COURSE, PROBLEMS, SET
from tests.support.signers import SIGNER
from tests.support.values import DUE

A, B = "set/sum/a", "set/sum/b"
LATER = NOW + timedelta(hours=5)


@pytest.fixture
def ada(session: Session) -> int:
    open_course(session)
    return add_student(session)


def set_policy(session: Session, **changes: Any) -> None:
    add_policy(session, replace(policy_of(COURSE, SET), **changes))


def told(outcome: Submitted | Refused) -> tuple[object, ...]:
    """All that a refusal tells, so that two can be compared."""
    assert isinstance(outcome, Refused)
    error = outcome.error
    details = [getattr(error, name, None) for name in ("reason", "retry_at")]
    return (type(error), str(error), *details)


@pytest.mark.parametrize("key", ["x", "!", "~", "A" * 200, "0b5d7d8e-4a4d-4f8b-9f6a-0c1b2d3e4f50"])
def test_printable_ascii_without_spaces_is_an_idempotency_key(
    key: str, session: Session, ada: int
) -> None:
    first = answer(session, ada, A, "1", key=key)
    assert answer(session, ada, A, "1", key=key).id == first.id
    assert count(session, Submission) == 1


@pytest.mark.parametrize("key", ["", " ", "a b", "a\n", "\n", "é", "\x00", "\ud800", "x" * 201])
def test_anything_else_is_none(key: str, session: Session, ada: int) -> None:
    with pytest.raises(InvalidRequest, match="An idempotency key is 1 to 200 printable ASCII"):
        submit_within(session, course=COURSE, signer=SIGNER, arrival=arrive(ada, A, "1", key=key))
    assert (count(session, Submission), count(session, Reply)) == (0, 0)


@pytest.mark.parametrize("text", ["0.5", "9"], ids=["right", "wrong"])
def test_an_accepted_answer_gets_the_same_reply_again(
    text: str, session: Session, ada: int
) -> None:
    first = answer(session, ada, A, text, key="k")
    answer(session, ada, A, "3", key="other")
    again = answer(session, ada, A, text, LATER, key="k")
    assert again == replace(first, created=False)
    assert (count(session, Submission), count(session, Reply)) == (2, 0)


def test_an_accepted_answer_gets_its_reply_even_when_no_answer_would_be_taken_now(
    session: Session, ada: int
) -> None:
    first = answer(session, ada, A, "1", key="k")
    for text in "2345":
        answer(session, ada, A, text)
    assert answer(session, ada, A, "1", key="k").id == first.id
    assert answer(session, ada, A, "1", DUE + timedelta(days=300), key="k").id == first.id
    set_policy(session, attempts=replace(SET.attempts, limit=1))
    assert answer(session, ada, A, "1", key="k").id == first.id


def provoke(session: Session, person: int, kind: type[GraderError], key: str) -> Refused:
    """Get a refusal of this kind."""
    if kind is UnreadableAnswer:
        return refuse(session, person, A, "1/2", key=key)
    if kind is NotOpen:
        return refuse(session, person, A, "1", DUE - timedelta(days=20), key=key)
    if kind is Closed:
        return refuse(session, person, A, "1", DUE + timedelta(days=20), key=key)
    for text in "34567":
        answer(session, person, A, text)
    if kind is AttemptsUsedUp:
        set_policy(session, attempts=replace(SET.attempts, limit=5))
    return refuse(session, person, A, "1", key=key)


KINDS = [UnreadableAnswer, NotOpen, Closed, AttemptsUsedUp, CoolingDown]


@pytest.mark.parametrize("kind", KINDS)
def test_a_refusal_gets_the_same_reply_again_though_the_answer_would_be_taken_now(
    kind: type[GraderError], session: Session, ada: int
) -> None:
    first = provoke(session, ada, kind, "k")
    assert isinstance(first.error, kind)
    set_policy(session)
    before = count(session, Submission)
    session.flush()
    session.expire_all()
    text = "1/2" if kind is UnreadableAnswer else "1"
    assert told(refuse(session, ada, A, text, LATER, key="k")) == told(first)
    assert (count(session, Submission), count(session, Reply)) == (before, 1)
    assert answer(session, ada, A, "0.5", LATER, key="fresh").counted


@pytest.mark.parametrize("kind", KINDS)
def test_without_an_idempotency_key_a_refusal_is_not_remembered(
    kind: type[GraderError], session: Session, ada: int
) -> None:
    provoke(session, ada, kind, "k")
    before = count(session, Reply)
    refuse(session, ada, A, "1/2")
    assert count(session, Reply) == before == 1


def test_a_repeat_gets_the_same_reply_again(session: Session, ada: int) -> None:
    first = answer(session, ada, A, "0.4", key="k")
    repeat = answer(session, ada, A, ".40", LATER, key="again")
    assert repeat == replace(first, counted=False, created=False)
    assert answer(session, ada, A, ".40", LATER, key="again") == repeat
    long_after = DUE + timedelta(days=300)
    assert answer(session, ada, A, ".40", long_after, key="again") == repeat
    assert (count(session, Submission), count(session, Reply)) == (1, 1)


def test_after_a_regrade_each_reply_still_tells_the_verdict_of_then(
    session: Session, ada: int
) -> None:
    first = answer(session, ada, A, "0.7", key="k")
    repeat = answer(session, ada, A, ".70", key="again")
    assert (first.verdict, repeat.verdict) == (Verdict.INCORRECT, Verdict.INCORRECT)
    add_key(session, make_key("set/sum", {A: "0.7", B: "2"}))
    plan = regrading.plan(session, course=COURSE, problem=PROBLEMS[0], now=NOW)
    regrading.apply(session, plan_id=plan.id, reason="typo", actor="me", now=NOW)
    session.expire_all()
    assert answer(session, ada, A, "0.7", LATER, key="k") == replace(first, created=False)
    assert answer(session, ada, A, ".70", LATER, key="again") == repeat
    assert answer(session, ada, A, "0.70", LATER, key="new").verdict is Verdict.CORRECT


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("0.5", "0.6"),
        ("0.5", ".5"),
        ("0.5", "0.5 "),
        ("1/2", "1/3"),
        ("1/2", "0.5"),
        ("0.5", "\ud800"),
        ("\ud800", "\ud801"),
        ("\ud800", "?"),
        ("1\x00", "1"),
    ],
)
def test_another_answer_with_the_same_idempotency_key_is_a_conflict(
    text: str, other: str, session: Session, ada: int
) -> None:
    submit_within(session, course=COURSE, signer=SIGNER, arrival=arrive(ada, A, text, key="k"))
    session.flush()
    with pytest.raises(IdempotencyConflict, match="used before with another answer"):
        submit_within(
            session, course=COURSE, signer=SIGNER, arrival=arrive(ada, A, other, LATER, "k")
        )


def test_another_answer_with_the_idempotency_key_of_a_repeat_is_a_conflict(
    session: Session, ada: int
) -> None:
    answer(session, ada, A, "0.4")
    answer(session, ada, A, ".4", key="k")
    with pytest.raises(IdempotencyConflict):
        submit_within(
            session, course=COURSE, signer=SIGNER, arrival=arrive(ada, A, "0.4", LATER, "k")
        )


def test_an_idempotency_key_belongs_to_one_student_and_one_part(session: Session, ada: int) -> None:
    ben = add_student(session, "ben")
    ids = [answer(session, who, part, "1", key="k").id for who in (ada, ben) for part in (A, B)]
    assert len(set(ids)) == 4
    refuse(session, ada, "set/last/a", "x", key="k")
    assert count(session, Reply) == 1


@pytest.mark.parametrize("text", ["\ud800", "0.5\udfff", "1\x00", "\x00"], ids=ascii)
def test_a_text_that_no_database_takes_is_remembered_with_its_refusal(
    text: str, engine: Engine
) -> None:
    with transaction(engine) as session:
        open_course(session)
        ada = add_student(session)
    replies = []
    for now in (NOW, LATER):
        with transaction(engine) as session:
            outcome = submit_within(
                session, course=COURSE, signer=SIGNER, arrival=arrive(ada, A, text, now, "k")
            )
            replies.append(told(outcome))
    assert replies[0] == replies[1]
    assert replies[0][0] is UnreadableAnswer
    with transaction(engine) as session:
        (reply,) = session.scalars(select(Reply))
        assert (reply.person_id, reply.part, reply.idempotency_key) == (ada, A, "k")
        assert reply.created_at == NOW
        assert len(reply.answer_sha256) == 64
        assert "submission" not in reply.content


def test_a_reply_keeps_no_answer_only_its_digest(session: Session, ada: int) -> None:
    refuse(session, ada, A, "my secret", key="k")
    session.flush()
    (reply,) = session.scalars(select(Reply))
    assert "secret" not in str([reply.content, reply.answer_sha256])


def test_an_arrival_knows_its_problem_and_assignment() -> None:
    arrival = Arrival(
        person_id=1, part="set/sum/a", text="1", source="api", idempotency_key=None, now=NOW
    )
    assert (arrival.problem, arrival.assignment) == ("set/sum", "set")
