import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import Engine, text

from grader.db import findings as subject
from grader.db.engine import make_engine, sqlite_file
from grader.db.findings import findings
from grader.db.migrating import upgrade
from grader.db.models import INSERT_ONLY
from grader.db.session import looking_up, transaction
from tests.support.databases import Databases
from tests.support.people import add_person

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
postgresql_only = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def private(engine: Engine) -> Engine:
    """The engine, on a database that only its owner may read."""
    file = sqlite_file(engine)
    if file is not None:
        file.chmod(0o600)
    return engine


def test_a_fresh_database_is_in_order(private: Engine) -> None:
    assert findings(private) == []
    assert findings(private, thorough=False) == []


def test_an_empty_database_has_a_migration_pending(empty_database_url: str) -> None:
    engine = make_engine(empty_database_url)
    assert [f.partition(",")[0] for f in findings(engine)] == [
        "A migration is pending: the database is empty"
    ]
    engine.dispose()


def test_an_earlier_revision_is_named(private: Engine) -> None:
    with private.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    assert "the database is at revision 0000" in findings(private)[0]


@pytest.mark.parametrize("table", INSERT_ONLY)
@sqlite_only
def test_each_missing_trigger_is_found_on_sqlite(private: Engine, table: str) -> None:
    with private.begin() as connection:
        connection.execute(text(f"DROP TRIGGER {table}_no_delete"))
    assert findings(private) == [
        f"The trigger {table}_no_delete, which keeps {table} insert-only, is missing."
    ]


@postgresql_only
def test_a_dropped_and_a_disabled_trigger_are_found_on_postgresql(private: Engine) -> None:
    with private.begin() as connection:
        connection.execute(text("DROP TRIGGER grades_no_truncate ON grades"))
        connection.execute(text("ALTER TABLE submissions DISABLE TRIGGER submissions_insert_only"))
    found = " ".join(findings(private))
    assert "grades_no_truncate" in found
    assert "submissions_insert_only" in found


@postgresql_only
def test_a_server_that_forgets_commits_is_found(
    private: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A running server's fsync can't be turned off, so another setting that is off stands for it.
    monkeypatch.setattr(subject, "_MUST_BE_ON", ("fsync", "jit_debugging_support"))
    assert findings(private) == ["jit_debugging_support is off, so commits are not durable."]


@sqlite_only
def test_an_unsafe_pragma_is_found(private: Engine) -> None:
    with private.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA synchronous = OFF")
    assert findings(private) == [
        "PRAGMA synchronous is 0 and has to be 2, or commits are not durable."
    ]


@sqlite_only
def test_a_check_waits_for_no_writer(private: Engine) -> None:
    with transaction(private) as session:
        add_person(session, "ada")
        assert findings(private) == []


@sqlite_only
def test_a_row_that_points_to_nothing_is_found(private: Engine) -> None:
    file = sqlite_file(private)
    assert file is not None
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("INSERT INTO active_keys VALUES ('set/sum', 77)")
        connection.commit()
    assert findings(private) == [
        "Row 1 of active_keys points to a row of answer_keys that is not there."
    ]
    assert findings(private, thorough=False) == []


@sqlite_only
def test_a_damaged_file_is_found(private: Engine) -> None:
    file = sqlite_file(private)
    assert file is not None
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET rootpage = 2 WHERE name = 'people'")
        connection.commit()
    private.dispose()
    assert any(finding.startswith("The file is damaged") for finding in findings(private))


@sqlite_only
@pytest.mark.parametrize(("mode", "safe"), [(0o600, True), (0o640, False), (0o604, False)])
def test_only_the_owner_may_read_the_file(engine: Engine, mode: int, *, safe: bool) -> None:
    file = sqlite_file(engine)
    assert file is not None
    file.chmod(mode)
    assert (findings(engine) == []) is safe


@postgresql_only
def test_a_database_that_does_not_wait_for_the_disk_is_found(private: Engine) -> None:
    with looking_up(private) as connection:
        connection.exec_driver_sql("SET synchronous_commit = off")
    assert findings(private) == ["synchronous_commit is off, so commits are not durable."]


@postgresql_only
def test_a_database_that_cant_hold_every_name_is_found(
    private: Engine, databases: Databases
) -> None:
    assert findings(private) == []
    with databases.cluster.connect() as connection:
        how = "TEMPLATE template0 ENCODING 'LATIN9' LC_COLLATE 'C' LC_CTYPE 'C'"
        connection.execute(f"CREATE DATABASE latin9 {how}".encode())
    other = make_engine(databases.cluster.url("latin9"))
    upgrade(other)
    (found,) = findings(other)
    assert found.startswith("The database's encoding is LATIN9, and has to be UTF8; make another")
    other.dispose()
