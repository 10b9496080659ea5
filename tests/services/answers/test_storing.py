from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from grader.db.models import ActiveKey, GradeRow, Submission
from grader.db.session import looking_up, reading, transaction, writing_once
from grader.domain.grading import Grade, Verdict
from grader.domain.policy import policy_of
from grader.services.answers.arriving import Accepted, Submitted
from grader.services.answers.looking import look
from grader.services.answers.storing import store
from grader.services.receipts.receipting import receipt_for
from grader.services.receipts.sealing import seal_of
from tests.support.answering import submit
from tests.support.classroom import (
    NOW,
    add_key,
    add_policy,
    add_student,
    answer,
    arrive,
    make_key,
    open_course,
)
from tests.support.courses import COURSE, SET
from tests.support.signers import SIGNER

A, B = "set/sum/a", "set/sum/b"


def accepted(session: Session, person: int, text: str = "7", key: str | None = None) -> Accepted:
    """An answer as it is decided on now."""
    session.flush()
    arrival = arrive(person, A, text, key=key)
    seen = look(session.connection(), arrival)
    receipt = receipt_for(
        COURSE,
        seen.link,
        seal_of(session, seen.key_id),
        part=A,
        attempt=len(seen.earlier) + 1,
        text=text,
        value=Decimal(text),
        verdict=Verdict.INCORRECT,
        submitted_at=NOW,
        late_seconds=3,
    )
    return Accepted(
        arrival,
        key_id=seen.key_id,
        policy_id=seen.policy_id,
        value=Decimal(text),
        graded=Grade(Verdict.INCORRECT, "squared"),
        attempt=len(seen.earlier) + 1,
        late_seconds=3,
        hint=None,
        receipt=SIGNER.sign(receipt),
    )


def grades(session: Session) -> Sequence[tuple[Any, ...]]:
    columns = (GradeRow.submission_id, GradeRow.key_id, GradeRow.verdict, GradeRow.misconception)
    return [tuple(row) for row in session.execute(select(*columns))]


def test_an_answer_and_its_grade_are_stored_as_they_were_decided(session: Session) -> None:
    open_course(session)
    ada = add_student(session)
    decided = accepted(session, ada, key="the-key")
    stored = store(session.connection(), decided)
    row = session.scalars(select(Submission)).one()
    assert (row.id, row.person_id, row.problem, row.part) == (stored, ada, "set/sum", A)
    assert (row.attempt, row.text, row.value, row.key_id) == (1, "7", Decimal(7), decided.key_id)
    assert (row.source, row.idempotency_key, row.late_seconds) == ("api", "the-key", 3)
    assert row.submitted_at == NOW
    assert grades(session) == [(stored, decided.key_id, "incorrect", "squared")]
    assert stored is not None
    assert decided.stored(stored) == Submitted(
        id=stored,
        part=A,
        attempt=1,
        reading=Decimal(7),
        verdict=Verdict.INCORRECT,
        submitted_at=NOW,
        late_seconds=3,
        counted=True,
        created=True,
    )


def switch_the_key(session: Session, _person: int) -> None:
    newer = add_key(session, make_key("set/sum", {A: "0.7", B: "2"}))
    session.merge(ActiveKey(problem="set/sum", key_id=newer))
    session.flush()


def publish_another_policy(session: Session, _person: int) -> None:
    add_policy(session, replace(policy_of(COURSE, SET), closes=NOW + timedelta(days=30)))


def answer_the_same_part(session: Session, person: int) -> None:
    answer(session, person, A, "8")


def answer_another_part(session: Session, person: int) -> None:
    answer(session, person, B, "8")


def use_the_idempotency_key(session: Session, person: int) -> None:
    decided = replace(accepted(session, person, key="the-key"), attempt=5)
    assert store(session.connection(), decided) is not None


@pytest.mark.parametrize(
    "move",
    [
        switch_the_key,
        publish_another_policy,
        answer_the_same_part,
        answer_another_part,
        use_the_idempotency_key,
    ],
)
def test_nothing_is_stored_once_what_was_decided_on_has_moved(
    move: Callable[[Session, int], None], session: Session
) -> None:
    open_course(session)
    ada = add_student(session)
    decided = accepted(session, ada, key="the-key")
    move(session, ada)
    session.flush()
    before = (session.scalars(select(Submission.id)).all(), grades(session))
    assert store(session.connection(), decided) is None
    assert (session.scalars(select(Submission.id)).all(), grades(session)) == before


def answer_as_another_student(session: Session, _person: int) -> None:
    answer(session, add_student(session, "ben"), A, "8", key="the-key")


def test_what_others_do_meanwhile_is_no_obstacle(session: Session) -> None:
    open_course(session)
    ada = add_student(session)
    decided = accepted(session, ada, key="the-key")
    answer_as_another_student(session, ada)
    assert store(session.connection(), decided) is not None


def test_of_two_parts_each_answer_is_told_by_its_own_number(session: Session) -> None:
    open_course(session)
    ada = add_student(session)
    answer(session, ada, "set/last/a", "2")
    stored = store(session.connection(), accepted(session, ada))
    found = session.scalars(select(Submission.id).where(Submission.part == A)).one()
    assert (stored, session.scalar(select(func.count()).select_from(Submission))) == (found, 2)


def test_an_answer_is_committed_when_it_is_told(engine: Engine) -> None:
    with transaction(engine) as session:
        open_course(session)
        ada = add_student(session)
    told = submit(engine, course=COURSE, signer=SIGNER, arrival=arrive(ada, A, "7"))
    assert isinstance(told, Submitted)
    with reading(engine) as session:
        assert [row[0] for row in grades(session)] == [told.id]


def test_an_answer_that_can_t_be_graded_is_not_stored_either(
    engine: Engine,
) -> None:
    with transaction(engine) as session:
        open_course(session)
        decided = accepted(session, add_student(session))
    ungraded: Any = None
    half = replace(decided, graded=Grade(ungraded, None))
    with (
        looking_up(engine) as connection,
        pytest.raises(IntegrityError, match=r"(?i)not.null"),
        writing_once(connection) as writer,
    ):
        store(writer, half)
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(Submission)) == 0


def test_an_answer_that_meets_a_regrade_s_switch_waits_and_is_graded_under_the_new_key(
    engine: Engine,
) -> None:
    with transaction(engine) as session:
        open_course(session)
        ada = add_student(session)
        newer = add_key(session, make_key("set/sum", {A: "0.7", B: "2"}))
    with ThreadPoolExecutor(1) as pool:
        with transaction(engine) as session:
            pointer = session.get(ActiveKey, "set/sum", with_for_update=True)
            assert pointer is not None
            answering = pool.submit(
                submit, engine, course=COURSE, signer=SIGNER, arrival=arrive(ada, A, "0.7")
            )
            with pytest.raises(TimeoutError):
                answering.result(0.3)
            pointer.key_id = newer
        told = answering.result()
    assert isinstance(told, Submitted)
    assert told.verdict is Verdict.CORRECT
    with reading(engine) as session:
        assert grades(session) == [(told.id, newer, "correct", None)]


def test_a_transaction_that_was_rolled_back_is_no_obstacle_to_the_next_answer(
    engine: Engine,
) -> None:
    with transaction(engine) as session:
        open_course(session)
        ada = add_student(session)
    for _ in range(2):
        with suppress(ValueError), transaction(engine) as session:
            assert store(session.connection(), accepted(session, ada)) is not None
            raise ValueError
    told = submit(engine, course=COURSE, signer=SIGNER, arrival=arrive(ada, A, "7"))
    assert isinstance(told, Submitted)
    with reading(engine) as session:
        assert [row[0] for row in grades(session)] == [told.id]
