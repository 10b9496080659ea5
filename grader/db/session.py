"""Engine and transactions. The edge opens one and commits before it replies; services never commit."""

from collections.abc import Generator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

SQLITE_PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: an acknowledged commit survives a power cut.
    "foreign_keys": 1,
    "busy_timeout": 10000,
    "recursive_triggers": 1,  # Else INSERT OR REPLACE deletes a row and fires no trigger.
}

_READING = {"grader_reading": True}


def make_engine(url: str) -> Engine:
    """An engine for SQLite or PostgreSQL, with the settings that our promises rest on.

    Its errors do not quote parameters: those hold what students typed, and errors are logged.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed, hide_parameters=True)
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    return create_engine(
        parsed, hide_parameters=True, pool_pre_ping=True, pool_size=16, max_overflow=16
    )


@contextmanager
def transaction(engine: Engine) -> Generator[Session]:
    """A writing transaction: commits at the end, rolls back on any exception.

    On SQLite it begins IMMEDIATE, so that what is read can't change before it is acted on.
    """
    with _writers_turn(engine), Session(engine) as session, session.begin():
        yield session


@contextmanager
def reading(engine: Engine) -> Generator[Session]:
    """A reading transaction: never waits for a writer on SQLite, and leaves nothing behind."""
    with (
        engine.connect().execution_options(**_READING) as connection,
        Session(connection) as session,
    ):
        yield session


@contextmanager
def _writers_turn(engine: Engine) -> Generator[None]:
    """Queue for SQLite's single place to write.

    SQLite itself waits by sleeping and looking again, up to 100 ms at a time; a lock on a file beside the
    database wakes the next writer at once, in whichever process. Correctness does not rest on it: BEGIN
    IMMEDIATE decides.
    """
    if engine.dialect.name != "sqlite" or engine.url.database in {None, "", ":memory:"}:
        yield
        return
    with Path(f"{engine.url.database}-writers").open("w") as queue:
        flock(queue, LOCK_EX)  # Closing the file lets the next one in.
        yield


def _configure_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own type.
    # The driver must not open transactions of its own: they begin deferred, and break savepoints.
    connection.isolation_level = None
    for name, value in SQLITE_PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {value}")


def _begin_sqlite(connection: Connection) -> None:
    deferred = connection.get_execution_options().get("grader_reading")
    connection.exec_driver_sql("BEGIN" if deferred else "BEGIN IMMEDIATE")
