from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from grader.services.proofs.receipt_audit import Fault, audit_receipts
from tests.support.classroom import add_student, answer, open_course
from tests.support.signers import OTHER_SIGNER, SIGNER

A, B = "set/sum/a", "set/sum/b"
OURS = {SIGNER.public_key}


@pytest.fixture
def school(session: Session) -> Session:
    """Two students with three receipts each, one without, and no trigger that keeps facts as they are."""
    open_course(session)
    for login in ("ada", "ben"):
        person = add_student(session, login)
        for part, given in ((A, "1"), (B, "3"), (A, "2")):
            answer(session, person, part, given)
    add_student(session, "carl")
    session.flush()
    _let_anybody_write(session)
    return session


def _let_anybody_write(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL session_replication_role = replica"))
        return
    session.execute(text("PRAGMA defer_foreign_keys = ON"))
    found = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    for name in session.scalars(text(found)).all():
        session.execute(text(f"DROP TRIGGER {name}"))


OF_ADA = "person_id = (SELECT id FROM people WHERE login = 'ada')"
NUMBER = f"{OF_ADA} AND receipt_number"
ADAS_GRADES = f"submission_id IN (SELECT id FROM submissions WHERE {NUMBER} = %s)"


def test_what_was_stored_by_the_service_is_sound(school: Session) -> None:
    audited = audit_receipts(school, trusted=OURS)
    assert (audited.students, audited.receipts, audited.faults) == (2, 6, ())


def sql(*statements: str) -> Callable[[Session], None]:
    def run(session: Session) -> None:
        for statement in statements:
            assert getattr(session.execute(text(statement)), "rowcount", 1) >= 1, statement

    return run


GONE_GRADE = f"DELETE FROM grades WHERE {ADAS_GRADES}"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (sql(f"UPDATE submissions SET text = '9' WHERE {NUMBER} = 2"), "Receipt 2 (set/sum/b"),
        (sql(f"UPDATE submissions SET value = '9' WHERE {NUMBER} = 2"), "altered after"),
        (sql(f"UPDATE submissions SET attempt = 9 WHERE {NUMBER} = 3"), "altered after"),
        (sql(f"UPDATE submissions SET late_seconds = 9 WHERE {NUMBER} = 1"), "altered after"),
        (sql(f"UPDATE submissions SET receipt_course = 'x' WHERE {NUMBER} = 1"), "altered after"),
        (sql(f"UPDATE submissions SET receipt_sha256 = 'x' WHERE {NUMBER} = 3"), "another hash"),
        (sql(f"UPDATE submissions SET receipt_signature = '' WHERE {NUMBER} = 1"), "not its own"),
        (sql(f"UPDATE submissions SET receipt_signer = '' WHERE {NUMBER} = 1"), "not its own"),
        (sql(f"UPDATE submissions SET key_id = key_id + 1 WHERE {NUMBER} = 1"), "altered after"),
        (
            sql(f"UPDATE grades SET verdict = 'correct' WHERE {ADAS_GRADES % 2}"),
            "altered after",
        ),
        (sql(GONE_GRADE % 1), "altered after"),
        (
            sql(GONE_GRADE % 2, f"DELETE FROM submissions WHERE {NUMBER} = 2"),
            "Receipt 2 is missing.",
        ),
        (
            sql(GONE_GRADE % 1, f"DELETE FROM submissions WHERE {NUMBER} = 1"),
            "Receipt 1 is missing.",
        ),
        (
            sql(GONE_GRADE % 3, f"DELETE FROM submissions WHERE {NUMBER} = 3"),
            "Receipt 3 is missing.",
        ),
        (
            sql(
                f"DELETE FROM grades WHERE submission_id IN (SELECT id FROM submissions WHERE {OF_ADA})",
                f"DELETE FROM submissions WHERE {OF_ADA}",
            ),
            "Receipts 1 to 3 are missing.",
        ),
        (
            sql(
                f"UPDATE submissions SET receipt_number = 9 WHERE {NUMBER} = 2",
                f"UPDATE submissions SET receipt_number = 2 WHERE {NUMBER} = 3",
                f"UPDATE submissions SET receipt_number = 3 WHERE {NUMBER} = 9",
            ),
            "altered after",
        ),
        (sql("UPDATE people SET receipts = 2 WHERE login = 'ada'"), "does not name receipt 3"),
        (
            sql("UPDATE people SET last_receipt = 'x' WHERE login = 'ada'"),
            "does not name receipt 3",
        ),
        (sql("UPDATE people SET login = 'ida' WHERE login = 'ada'"), "altered after"),
    ],
)
def test_whatever_is_changed_behind_the_service_s_back_is_found(
    school: Session, change: Callable[[Session], None], told: str
) -> None:
    change(school)
    faults = audit_receipts(school, trusted=OURS).faults
    assert {fault.student for fault in faults} <= {"ada", "ida"}
    assert any(told in fault.what for fault in faults), faults


def test_a_key_that_was_made_up_afterwards_is_found(school: Session) -> None:
    # seal_of has read the key already, as the process that graded has; another one has not.
    other = "x'00'" if school.get_bind().dialect.name == "sqlite" else "'\\x00'"
    sql(f"UPDATE answer_keys SET nonce = {other} WHERE problem = 'set/sum'")(school)
    school.execute(text("UPDATE submissions SET key_id = key_id + 100"))
    school.execute(text("UPDATE grades SET key_id = key_id + 100"))
    school.execute(text("UPDATE answer_keys SET id = id + 100"))
    faults = audit_receipts(school, trusted=OURS).faults
    assert sum("altered after" in fault.what for fault in faults) == 6


def test_receipts_that_another_key_signed_are_found(school: Session) -> None:
    faults = audit_receipts(school, trusted={OTHER_SIGNER.public_key}).faults
    assert len(faults) == 6
    assert isinstance(faults[0], Fault)
    assert "another key than the course's" in faults[0].what
    both = {OTHER_SIGNER.public_key, SIGNER.public_key}
    assert audit_receipts(school, trusted=both).faults == ()
