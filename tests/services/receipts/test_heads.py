"""The ledger's head as files of receipts state it, and whether the ledger still has it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from grader.db.session import reading, transaction
from grader.domain.ledger_heads import Head
from grader.domain.stated_heads import StatedHead
from grader.services.ledger.ledger import head as newest
from grader.services.receipts.heads import is_of, signed_head, stands
from grader.services.receipts.signing import is_signed
from tests.support.courses import COURSE
from tests.support.ledgers import AT, act, tamper
from tests.support.signers import OTHER_SIGNER, SIGNER


def heads(session: Session, count: int = 2) -> list[Head]:
    """So many acts, and the head that there was after each."""
    found = []
    for number in range(count):
        act(session, minutes=number)
        entries, sha256 = newest(session)
        assert sha256 is not None
        found.append(Head(entries, sha256))
    return found


def test_the_head_is_stated_as_it_is_now_and_signed_by_the_course(session: Session) -> None:
    _, last = heads(session)
    signed = signed_head(session, signer=SIGNER, course=COURSE, now=AT + timedelta(hours=1))
    assert signed is not None
    assert signed.stated == StatedHead("T1, Winter 2026", last, "2026-03-11T13:00:00.000000Z")
    body, signature = signed.stated.body, signed.signature
    assert is_signed(body, signature=signature, public_key=signed.signer)
    assert signed.signer == SIGNER.public_key != OTHER_SIGNER.public_key


def test_a_ledger_in_which_nobody_did_anything_has_no_head_to_state(session: Session) -> None:
    assert signed_head(session, signer=SIGNER, course=COURSE, now=AT) is None


def test_a_head_is_of_the_course_and_the_term_that_it_states() -> None:
    stated = StatedHead("T1, Winter 2026", Head(1, "a" * 64), "2026-03-11T13:00:00.000000Z")
    assert is_of(stated, COURSE)
    assert not is_of(stated, replace(COURSE, term="Spring 2026"))
    assert not is_of(stated, replace(COURSE, title="T2"))


def test_each_head_that_there_was_stands_and_no_other(session: Session) -> None:
    first, last = heads(session)
    assert stands(session, first)
    assert stands(session, last)
    assert not stands(session, replace(last, sha256="a" * 64))
    assert not stands(session, replace(last, sha256=first.sha256))
    assert not stands(session, replace(last, number=3)), "there is no such entry"


@pytest.mark.parametrize(
    ("number", "standing"),
    [(1, [False, False, False]), (2, [True, False, False]), (3, [True, True, False])],
)
def test_a_head_falls_with_any_entry_up_to_it_and_with_none_after_it(
    engine: Engine, number: int, standing: list[bool]
) -> None:
    with transaction(engine) as session:
        stated = heads(session, 3)
    tamper(engine, f"UPDATE ledger SET act = 'mark' WHERE number = {number}")
    with reading(engine) as session:
        assert [stands(session, each) for each in stated] == standing
