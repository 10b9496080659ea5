import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, timedelta, timezone
from itertools import count
from threading import Barrier

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from grader.db.models import Person
from grader.db.session import reading, transaction
from grader.domain.errors import NotFound
from grader.domain.receipt_files import read_receipts, receipts_document
from grader.domain.receipts import stamp
from grader.services.answers.arriving import Submitted
from grader.services.imports.importing import import_submissions
from grader.services.receipts.checks import receipt_faults
from grader.services.receipts.sealing import seal_of
from grader.services.receipts.stored import own_receipt, own_receipts
from tests.support.answering import submit
from tests.support.classroom import (
    NOW,
    RIGHT,
    add_key,
    add_student,
    answer,
    arrive,
    make_key,
    open_course,
    refuse,
)
from tests.support.courses import COURSE
from tests.support.signers import SIGNER
from tests.support.statements import statements
from tests.support.values import DUE

A, B = "set/sum/a", "set/sum/b"
OURS = {SIGNER.public_key}
AT_ONCE = 20


@pytest.fixture
def ada(session: Session) -> int:
    open_course(session)
    return add_student(session)


def test_a_receipt_names_all_that_came_of_an_answer(session: Session, ada: int) -> None:
    key = add_key(session, make_key("set/sum", {A: RIGHT[A], B: RIGHT[B]}), active=True)
    late = DUE + timedelta(seconds=90, microseconds=7)
    answer(session, ada, A, " +.50 ", late.astimezone(timezone(timedelta(hours=-7))))
    (signed,) = own_receipts(session, person_id=ada)
    receipt = signed.receipt
    assert (receipt.course, receipt.student) == (f"{COURSE.title}, {COURSE.term}", "ada")
    assert (receipt.part, receipt.attempt, receipt.text, receipt.value) == (A, 1, " +.50 ", "0.5")
    assert (receipt.verdict, receipt.late_seconds) == ("correct", 90)
    assert receipt.submitted_at == stamp(late.astimezone(UTC))
    assert (receipt.key_version, receipt.commitment) == (2, seal_of(session, key).commitment)
    assert (receipt.ordinal, receipt.previous) == (1, None)
    assert signed.signer == SIGNER.public_key
    assert receipt_faults([signed], trusted=OURS) == []


def test_each_receipt_follows_the_student_s_one_before_over_all_parts(
    session: Session, ada: int
) -> None:
    ben = add_student(session, "ben")
    for person, part, text in ((ada, A, "1"), (ben, A, "1"), (ada, B, "1"), (ada, A, "2")):
        answer(session, person, part, text)
    hers = own_receipts(session, person_id=ada)
    assert [each.receipt.ordinal for each in hers] == [1, 2, 3]
    assert [each.receipt.part for each in hers] == [A, B, A]
    assert receipt_faults(hers, trusted=OURS) == []
    assert [each.receipt.ordinal for each in own_receipts(session, person_id=ben)] == [1]
    assert own_receipt(session, person_id=ada, number="3") == hers[2]
    end = session.execute(select(Person.receipts, Person.last_receipt).where(Person.id == ada))
    assert end.one() == (3, hers[2].sha256)


def test_a_repeat_an_unreadable_text_and_a_refusal_get_no_receipt(
    session: Session, ada: int
) -> None:
    first = answer(session, ada, A, "1", key="k")
    assert answer(session, ada, A, "1.0").id == first.id
    assert answer(session, ada, A, "1", key="k").id == first.id
    refuse(session, ada, A, "one")
    refuse(session, ada, B, "1", NOW + timedelta(days=400))
    assert len(own_receipts(session, person_id=ada)) == 1


def test_the_verdict_is_the_one_that_was_told_whatever_key_is_active_now(
    session: Session, ada: int
) -> None:
    answer(session, ada, A, "1")
    before = own_receipts(session, person_id=ada)
    add_key(session, make_key("set/sum", {A: "1", B: "2"}), active=True)
    assert own_receipts(session, person_id=ada) == before
    assert before[0].receipt.verdict == "incorrect"


@pytest.mark.parametrize("number", ["0", "2", "", "-1", "x", "1.0", "١", "9" * 30, "1" * 10, " 1"])
def test_a_receipt_that_is_not_one_s_own_is_not_there(
    session: Session, ada: int, number: str
) -> None:
    answer(session, ada, A, "1")
    ben = add_student(session, "ben")
    for text in ("1", "2"):
        answer(session, ben, A, text)
    with pytest.raises(NotFound, match=r"^There is no such receipt\.$"):
        own_receipt(session, person_id=ada, number=number)


def test_an_import_gives_receipts_in_order_of_time_that_follow_those_there(
    session: Session, ada: int
) -> None:
    ben = add_student(session, "ben")
    answer(session, ada, A, "1", NOW - timedelta(days=1))
    rows = [
        f"ada,{B},4,2026-03-08T12:00Z",
        f"ben,{A},1,2026-03-08T11:00Z",
        f"ada,{A},2,2026-03-08T10:00Z",
        f"ada,{A},1,2026-03-08T13:00Z",
    ]
    raw = "\n".join(["student,part,answer,submitted_at", *rows]).encode()
    session.flush()
    import_submissions(
        session, course=COURSE, signer=SIGNER, actor="op", raw=raw, now=NOW, apply=True
    )
    hers = own_receipts(session, person_id=ada)
    assert [(each.receipt.part, each.receipt.text) for each in hers] == [
        (A, "1"),
        (A, "2"),
        (B, "4"),
    ]
    assert receipt_faults(hers, trusted=OURS) == []
    answer(session, ada, B, "5")
    answer(session, ben, B, "5")
    for person, length in ((ada, 4), (ben, 2)):
        theirs = own_receipts(session, person_id=person)
        assert [each.receipt.ordinal for each in theirs] == [*range(1, length + 1)]
        assert receipt_faults(theirs, trusted=OURS) == []


def test_what_is_downloaded_is_what_was_signed(session: Session, ada: int) -> None:
    for number in range(3):
        answer(session, ada, A, f"\u2212{number + 1}.0")
    raw = json.dumps(receipts_document(own_receipts(session, person_id=ada))).encode()
    assert receipt_faults(read_receipts(raw).receipts, trusted=OURS) == []


def test_twenty_answers_of_one_student_at_once_are_one_chain(engine: Engine) -> None:
    rules = replace(COURSE.assignments[0].attempts, limit=None, free_wrong=100)
    with transaction(engine) as session:
        open_course(session, attempts=rules)
        ada = add_student(session)
    barrier, numbers = Barrier(AT_ONCE), count(3)
    arrivals = [
        arrive(ada, part, str(next(numbers))) for part in (A, B) for _ in range(AT_ONCE // 2)
    ]

    def one(number: int) -> bool:
        barrier.wait()
        told = submit(engine, course=COURSE, signer=SIGNER, arrival=arrivals[number])
        return isinstance(told, Submitted)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert all(pool.map(one, range(AT_ONCE)))
    with reading(engine) as session:
        signed = own_receipts(session, person_id=ada)
        end = session.scalars(select(Person.receipts).where(Person.id == ada)).one()
    assert [each.receipt.ordinal for each in signed] == [*range(1, AT_ONCE + 1)]
    assert end == AT_ONCE
    assert receipt_faults(signed, trusted=OURS) == []


def test_a_receipt_costs_an_answer_no_statement_of_its_own(
    engine: Engine,
) -> None:
    with transaction(engine) as session:
        open_course(session)
        ada = add_student(session)
    # Connections take turns, and each makes SQLite's view for its first answer.
    for text in "1234":
        with statements(engine) as sent:
            submit(engine, course=COURSE, signer=SIGNER, arrival=arrive(ada, A, text))
    verbs = [one.split()[0] for one in sent]
    on_postgresql = engine.dialect.name == "postgresql"
    assert verbs == (["SELECT", "WITH"] if on_postgresql else ["SELECT", "INSERT", "SELECT"])


def test_a_chain_that_somebody_moved_by_hand_shows_it_from_then_on(
    session: Session, ada: int
) -> None:
    answer(session, ada, A, "1")
    session.execute(update(Person).values(receipts=7, last_receipt="0" * 64))
    answer(session, ada, A, "2")
    two = own_receipts(session, person_id=ada)
    assert receipt_faults(two, trusted=OURS)
