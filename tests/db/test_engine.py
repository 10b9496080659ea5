import sqlite3
from contextlib import ExitStack
from datetime import UTC

import psycopg
import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import OperationalError

from grader.db import engine as subject
from grader.db.engine import SQLITE_PRAGMAS, make_engine, sqlite_file
from grader.db.session import reading

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@on_sqlite
def test_each_pooled_connection_has_the_settings_that_our_promises_rest_on(engine: Engine) -> None:
    for _ in range(2):
        with ExitStack() as stack:
            opened = [stack.enter_context(engine.connect()) for _ in range(12)]
            raw = [one.connection.driver_connection for one in opened]
            assert len(set(map(id, raw))) == 12
            for connection in raw:
                assert isinstance(connection, sqlite3.Connection)
                values = {
                    name: connection.execute(f"PRAGMA {name}").fetchone()[0]
                    for name in SQLITE_PRAGMAS
                }
                assert connection.execute("PRAGMA wal_autocheckpoint").fetchone() == (4000,)
                assert values == {
                    "journal_mode": "wal",
                    "synchronous": 2,
                    "foreign_keys": 1,
                    "busy_timeout": 10000,
                    "recursive_triggers": 1,
                }
        engine.dispose()


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("postgresql://user@host/grader", "postgresql+psycopg"),
        ("postgresql+psycopg://user@host/grader", "postgresql+psycopg"),
        ("sqlite:////tmp/grader.db", "sqlite"),
    ],
)
def test_the_driver_need_not_be_named(url: str, driver: str) -> None:
    assert make_engine(url).url.drivername == driver


@pytest.mark.parametrize(("how", "seconds"), [({"serving": True}, 10), ({}, None)])
def test_pages_do_not_wait_long_for_a_server_that_does_not_answer(
    how: dict[str, bool], seconds: int | None
) -> None:
    engine = make_engine("postgresql://user@host/grader", **how)

    @event.listens_for(engine, "do_connect")
    def look(_dialect: object, _record: object, _given: object, named: dict[str, object]) -> None:
        assert named.get("connect_timeout") == seconds
        raise LookupError

    with pytest.raises(LookupError):
        engine.connect()


@on_postgresql
@pytest.mark.parametrize(("how", "patience"), [({"serving": True}, "10s"), ({}, "0")])
def test_pages_do_not_wait_long_for_a_lock(
    database_url: str, how: dict[str, bool], patience: str
) -> None:
    engine = make_engine(database_url, **how)
    with engine.connect() as connection:
        assert connection.execute(text("SHOW lock_timeout")).scalar_one() == patience
    engine.dispose()


def break_resting_connections(engine: Engine, url: str) -> None:
    """As a restart of the database does it."""
    with reading(engine) as session:
        process = session.scalar(text("SELECT pg_backend_pid()"))
    with psycopg.connect(url.replace("+psycopg", "")) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [process])


@on_postgresql
def test_moments_come_in_utc_whatever_zone_the_server_keeps(engine: Engine) -> None:
    with engine.connect() as connection:
        moment = connection.execute(
            text("SELECT timestamptz '2026-03-14 12:00:00-07'")
        ).scalar_one()
        assert moment.tzinfo is UTC
        assert moment.isoformat() == "2026-03-14T19:00:00+00:00"


@on_postgresql
def test_a_connection_that_broke_while_it_rested_is_replaced(
    engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subject, "REST_SECONDS", 0.0)
    break_resting_connections(engine, database_url)
    with reading(engine) as session:
        assert session.scalar(text("SELECT 1")) == 1


@on_postgresql
def test_a_connection_that_was_just_in_use_is_not_asked_and_is_replaced_after_it_failed(
    engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subject, "REST_SECONDS", 3600.0)
    break_resting_connections(engine, database_url)
    with pytest.raises(OperationalError), reading(engine) as session:
        session.scalar(text("SELECT 1"))
    with reading(engine) as session:
        assert session.scalar(text("SELECT 1")) == 1


def test_a_database_in_memory_has_no_file() -> None:
    engine = make_engine("sqlite://")
    assert sqlite_file(engine) is None
    engine.dispose()
