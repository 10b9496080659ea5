from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from grader.services.proofs.backup_checks import check_backup
from tests.support.classroom import NOW, add_student, answer, open_course
from tests.support.ledgers import act
from tests.support.signers import SIGNER

TRUSTED = {SIGNER.public_key}


def test_an_empty_database_is_sound_and_has_no_answer(session: Session) -> None:
    checked = check_backup(session, trusted=TRUSTED)
    assert checked.faults == []
    assert checked.newest_answer is None
    assert set(checked.rows.values()) == {0}


def test_it_tells_how_much_there_is_and_how_new_it_is(session: Session) -> None:
    open_course(session)
    ada = add_student(session)
    answer(session, ada, "set/sum/a", "0.5", NOW)
    answer(session, ada, "set/sum/b", "3", NOW + timedelta(minutes=5))
    act(session)
    checked = check_backup(session, trusted=TRUSTED)
    assert checked.faults == []
    assert checked.newest_answer == NOW + timedelta(minutes=5)
    assert (checked.rows["submissions"], checked.rows["people"]) == (2, 1)
    assert (checked.ledger.entries, checked.receipts.receipts) == (1, 2)


def test_what_is_wrong_with_ledger_and_receipts_is_told(session: Session) -> None:
    open_course(session)
    answer(session, add_student(session), "set/sum/a", "0.5")
    act(session)
    act(session)
    if session.get_bind().dialect.name == "sqlite":
        for trigger in ("ledger_bodies_no_update", "submissions_no_update"):
            session.execute(text(f"DROP TRIGGER {trigger}"))
    else:
        session.execute(text("SET LOCAL session_replication_role = replica"))
    session.execute(text("UPDATE ledger_bodies SET reason = 'another' WHERE number = 2"))
    session.execute(text("UPDATE submissions SET text = '0.50'"))
    entry, receipt = check_backup(session, trusted=TRUSTED).faults
    assert entry.startswith("Ledger entry 2 was changed")
    assert receipt.startswith("Receipts of ada: Receipt 1")


def test_receipts_of_another_signer_are_a_fault(session: Session) -> None:
    open_course(session)
    answer(session, add_student(session), "set/sum/a", "0.5")
    (fault,) = check_backup(session, trusted={bytes(32)}).faults
    assert "signed by another key" in fault
