from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from grader.db.session import transaction
from grader.domain.ledger import Act
from grader.services.ledger.ledger import head, links, list_entries, record, verify
from tests.support.classroom import add_student

AT = datetime(2026, 3, 11, 12, tzinfo=UTC)


def note(session: Session, about: str, person: int | None = None, minutes: int = 0) -> int:
    return record(
        session,
        act=Act.OVERRIDE,
        actor="tia",
        about=about,
        reason="A typing slip.",
        now=AT + timedelta(minutes=minutes),
        person_id=person,
        detail={"points": "3.5", "attempts": 2},
    )


def test_an_empty_ledger_is_sound_and_has_no_head(session: Session) -> None:
    assert head(session) == (0, None)
    found = verify(session)
    assert (found.entries, found.head, found.faults) == (0, None, ())
    assert list_entries(session) == []


def test_acts_are_numbered_chained_and_read_newest_first(session: Session) -> None:
    ada = add_student(session)
    assert [note(session, "a"), note(session, "b", ada, minutes=1)] == [1, 2]
    newest, oldest = list_entries(session)
    assert (newest.number, newest.login, oldest.login) == (2, "ada", None)
    assert (newest.act, newest.actor, newest.about) == ("override", "tia", "b")
    assert (newest.reason, newest.at) == ("A typing slip.", AT + timedelta(minutes=1))
    assert newest.detail == {"points": "3.5", "attempts": 2}
    assert head(session) == (2, newest.sha256)
    found = verify(session)
    assert (found.entries, found.head, found.faults) == (2, newest.sha256, ())


def test_the_links_up_to_one_are_read_from_the_first_on(session: Session) -> None:
    for about in "abc":
        note(session, about)
    assert links(session, last=0) == []
    first, second = links(session, last=2)
    assert (first.number, second.number, second.previous) == (1, 2, first.sha256)
    assert (second.sha256, second.digest) == (list_entries(session)[1].sha256, second.sha256)
    assert len(links(session, last=9)) == 3


def test_acts_can_be_read_of_one_person_and_page_by_page(session: Session) -> None:
    ada = add_student(session)
    for number in range(5):
        note(session, str(number), ada if number % 2 else None)
    assert [each.number for each in list_entries(session, person_id=ada)] == [4, 2]
    assert [each.number for each in list_entries(session, limit=2)] == [5, 4]
    assert [each.number for each in list_entries(session, before=4, limit=2)] == [3, 2]


def test_two_equal_acts_have_different_commitments(engine: Engine) -> None:
    with transaction(engine) as session:
        note(session, "a")
        note(session, "a")
        found = session.execute(text("SELECT commitment FROM ledger")).scalars().all()
    assert len(set(found)) == 2


@pytest.mark.parametrize(
    ("tampering", "number", "fault"),
    [
        ("UPDATE ledger_bodies SET reason = 'other' WHERE number = 2", 2, "its commitment"),
        ("UPDATE ledger_bodies SET actor = 'other' WHERE number = 2", 2, "its commitment"),
        ("UPDATE ledger_bodies SET person_id = NULL WHERE number = 2", 2, "its commitment"),
        ("UPDATE ledger SET act = 'mark' WHERE number = 2", 2, "does not fit its own hash"),
        ("DELETE FROM ledger_bodies WHERE number = 2", 2, "has lost what it stands for"),
    ],
)
def test_what_was_changed_behind_our_back_is_found(
    engine: Engine, tampering: str, number: int, fault: str
) -> None:
    with transaction(engine) as session:
        ada = add_student(session)
        for about in "abc":
            note(session, about, ada)
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            for table in ("ledger", "ledger_bodies"):
                for verb in ("update", "delete"):
                    connection.execute(text(f"DROP TRIGGER {table}_no_{verb}"))
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(tampering))
    with transaction(engine) as session:
        ((found, words),) = verify(session).faults
    assert found == number
    assert fault in words


def test_acts_at_the_same_instant_follow_one_another(engine: Engine) -> None:
    ready = Barrier(8)

    def act(about: str) -> None:
        ready.wait()
        with transaction(engine) as session:
            note(session, about)

    threads = [Thread(target=act, args=(str(number),)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with transaction(engine) as session:
        found = verify(session)
        assert (found.entries, found.faults) == (8, ())
        assert {each.about for each in list_entries(session)} == set("01234567")


def test_an_act_that_is_rolled_back_leaves_no_gap(engine: Engine) -> None:
    with pytest.raises(RuntimeError), transaction(engine) as session:
        note(session, "a")
        raise RuntimeError
    with transaction(engine) as session:
        assert note(session, "b") == 1
        assert verify(session).faults == ()
