from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

from grader.db.copying import copy_rows
from grader.db.engine import make_engine
from grader.db.models import Person
from grader.db.session import DatabaseFailed, reading, transaction
from grader.services.ledger.ledger import list_entries, verify
from grader.services.proofs import restoring
from grader.services.proofs.restoring import restore
from tests.support.classroom import NOW, count
from tests.support.databases import KINDS, Databases
from tests.support.ledgers import act
from tests.support.odd_rows import ROWS, fill


@pytest.fixture(params=KINDS)
def source(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    """A backup as it is opened: a database with something in every table."""
    url = databases.migrated(request.param)
    made = make_engine(url)
    fill(made)
    yield made
    made.dispose()
    databases.give_back(url)


def go(engine: Engine, source: Engine, told: list[int]) -> int:
    with reading(source) as original, transaction(engine) as session:
        return restore(
            session, source=original, name="copy.db", actor="cli:op", now=NOW, told=told.append
        )


def test_all_rows_are_there_and_the_ledger_says_where_they_came_from(
    engine: Engine, source: Engine
) -> None:
    told: list[int] = []
    assert go(engine, source, told) == ROWS
    assert told[-1] == ROWS
    with reading(engine) as session:
        newest, _first = list_entries(session)
    assert (newest.act, newest.actor, newest.about) == ("backup restored", "cli:op", "database")
    assert newest.detail == {"file": "copy.db", "rows": ROWS, "last entry": 1}


def test_a_ledger_that_was_sound_is_sound_afterwards(
    session: Session, databases: Databases
) -> None:
    url = databases.migrated("sqlite")
    source = make_engine(url)
    with transaction(source) as original:
        act(original)
        act(original)
    with reading(source) as original:
        restore(session, source=original, name="copy.db", actor="cli:op", now=NOW)
    source.dispose()
    databases.give_back(url)
    found = verify(session)
    assert (found.entries, found.faults) == (3, ())


def test_if_a_row_is_lost_on_the_way_nothing_is_restored(
    engine: Engine, source: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgetful(original: Connection, target: Connection, **options: Any) -> int:
        copied = copy_rows(original, target, **options)
        target.execute(text("DELETE FROM sessions"))
        return copied

    monkeypatch.setattr(restoring, "copy_rows", forgetful)
    with pytest.raises(DatabaseFailed, match="holds, in sessions; nothing was restored"):
        go(engine, source, [])
    with reading(engine) as session:
        assert count(session, Person) == 0
