"""What was changed behind the ledger is told: each kind of it in words, with the entry where there is one."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import Engine, make_url, text
from sqlalchemy.orm import Session

from grader.db.engine import make_engine
from grader.db.erasing import writable_facts
from grader.db.models import INSERT_ONLY
from grader.domain.ledger import Act
from grader.services.ledger.ledger import list_entries, record
from grader.services.proofs.ledger_audit import audit
from tests.security.tampering import prepare, verified
from tests.support.classroom import NOW, add_key, add_policy, make_key
from tests.support.databases import KINDS, Databases
from tests.support.signers import OTHER_SIGNER, SIGNER
from tests.support.values import POLICY

ROW = "(person_id, about, number, kind, points, reason, actor, created_at)"
SELECTED = (
    "SELECT person_id, 'set/last/a', number, kind, points, reason, actor, created_at FROM overrides "
    "WHERE id = 1"
)


@pytest.fixture(scope="module", params=KINDS)
def filled(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    """A database in which everything was done; what a test changes is rolled back."""
    url = databases.migrated(request.param)
    engine = make_engine(url)
    prepare(engine)
    yield engine
    engine.dispose()
    databases.give_back(url)


@pytest.fixture
def done(filled: Engine) -> Iterator[Session]:
    with Session(filled) as session:
        yield session


def faults(session: Session) -> list[tuple[int, str]]:
    return list(audit(session, trusted={SIGNER.public_key}).faults)


def change(session: Session, statement: str) -> None:
    with writable_facts(session, INSERT_ONLY):
        session.execute(text(statement))
    session.expire_all()


def test_what_was_done_through_the_service_fits(done: Session) -> None:
    assert faults(done) == []
    acts = {each.act for each in list_entries(done)}
    assert len(acts) > 15


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            "UPDATE overrides SET reason = 'other' WHERE id = 1",
            "another thing than its row of over",
        ),
        (
            "UPDATE overrides SET points = '9' WHERE id = 1",
            "another thing than its row of overrides",
        ),
        ("DELETE FROM overrides WHERE id = 1", "says what no row of overrides says any more"),
        (
            f"INSERT INTO overrides {ROW} {SELECTED}",
            "A row of overrides about set/last/a of person 2 stands in no entry of the ledger.",
        ),
        ("UPDATE extensions SET until = NULL WHERE id = 1", "than its row of extensions"),
        (
            "UPDATE late_day_corrections SET days = 3 WHERE id = 1",
            "its row of late_day_corrections",
        ),
        ("UPDATE explanation_marks SET number = 7", "than its row of explanation_marks"),
        ("UPDATE request_replies SET decision = 'changed'", "than its row of request_replies"),
        ("UPDATE rubric_items SET words = 'other' WHERE id = 1", "than its row of rubric_items"),
        ("UPDATE mark_releases SET actor = 'eve'", "than its row of mark_releases"),
        ("DELETE FROM solution_releases", "no row of solution_releases says any more"),
        ("UPDATE key_discards SET reason = 'other'", "than its row of key_discards"),
        ("UPDATE regrade_runs SET graded = 99 WHERE id = 1", "than its row of regrade_runs"),
        ("UPDATE rescore_runs SET actor = 'eve'", "than its row of rescore_runs"),
        ("UPDATE holds SET key_id = 1", "of which what it keeps was changed"),
        (
            "UPDATE answer_keys SET version = 70 WHERE id = 1",
            "is about version 1 of the key of set/sum",
        ),
        (
            "UPDATE policies SET version = 70 WHERE id = 1",
            "is about version 1 of the policy of set",
        ),
        ("UPDATE active_keys SET key_id = 1", "Another key of later/only is in force than"),
        ("UPDATE active_policies SET policy_id = 1", "Another policy of later is in force than"),
        ("DELETE FROM active_policies WHERE assignment = 'later'", "Another policy of later is in"),
        ("UPDATE submissions SET text = '1' WHERE id = 1", "ada: Receipt 1 (set/sum/a, attempt 1)"),
        (
            "UPDATE submissions SET problem = 'set/last' WHERE id = 1",
            "Answer 1 is filed under another problem than its part's.",
        ),
        (
            "UPDATE grades SET misconception = 'squared' WHERE submission_id = 1 AND key_id = 1",
            "The grade of answer 1 under version 1 of set/sum's key is not what that key says.",
        ),
        ("DELETE FROM grades WHERE key_id = 4", "answers lack the grade that should stand."),
        (
            "UPDATE explanation_marks SET items = '{}'",
            "Of what staff decided something can't even be read: KeyError.",
        ),
    ],
)
def test_each_kind_of_change_is_told(done: Session, statement: str, words: str) -> None:
    change(done, statement)
    assert any(words in told for _, told in faults(done)), faults(done)


def test_what_an_entry_is_about_is_told_with_its_number(done: Session) -> None:
    change(done, "UPDATE overrides SET points = '9' WHERE id = 1")
    ((number, _),) = faults(done)
    (entry,) = (each for each in list_entries(done) if each.number == number)
    assert (entry.act, entry.login, entry.detail) == (Act.OVERRIDE, "ada", {"points": "1.5"})


def test_two_decisions_in_another_order_are_found(done: Session) -> None:
    for old, new in ((1, 901), (2, 1), (901, 2)):
        change(done, f"UPDATE overrides SET id = {new} WHERE id = {old}")
    assert len(faults(done)) == 2


def test_keys_and_policies_that_no_entry_tells_of_are_found(done: Session) -> None:
    add_key(done, make_key("set/sum", {"set/sum/a": "1"}))
    add_policy(done, POLICY)
    told = [words for _, words in faults(done)]
    assert "Version 4 of the key of set/sum stands in no entry of the ledger." in told
    assert "Version 3 of the policy of set stands in no entry of the ledger." in told


def test_entries_of_earlier_versions_which_pin_no_content_are_taken(done: Session) -> None:
    add_key(done, make_key("set/sum", {"set/sum/a": "1"}))
    record(
        done,
        act=Act.KEY_DRAFTED,
        actor="tia",
        about="set/sum",
        reason="",
        now=NOW,
        detail={"version": 4},
    )
    assert faults(done) == []


def test_receipts_that_others_signed_are_found(done: Session) -> None:
    found = audit(done, trusted={OTHER_SIGNER.public_key}).faults
    assert all("is signed by another key than the course's" in told for _, told in found)
    assert len(found) == 18


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE ledger SET at = 'no date' WHERE number = 3", "Of the ledger something can't even"),
        ("INSERT INTO grades VALUES (999, 1, 'correct', NULL)", "answer 999, which does not exist"),
        (
            "UPDATE ledger_bodies SET number = 999 WHERE number = 3",
            "stands beside the chain: there",
        ),
        ("UPDATE submissions SET key_id = 999 WHERE id = 1", "Of receipts something can't even be"),
    ],
)
def test_what_the_database_itself_would_refuse_is_found(
    engine: Engine, database_url: str, statement: str, words: str
) -> None:
    prepare(engine)
    file = str(make_url(database_url).database)
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)
    assert any(words in told for _, told in verified(engine).faults), verified(engine).faults
