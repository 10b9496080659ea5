"""Transactions. The edge opens one and commits before it replies; services never commit."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from grader.db.engine import BEGIN
from grader.domain.errors import GraderError

# Both databases then show one state of affairs from the first statement to the last.
_READING = {"sqlite": "BEGIN", "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"}


class DatabaseFailed(GraderError):
    """The database can't be reached, or can't do what was asked of it."""

    code = "database_failed"


@contextmanager
def transaction(engine: Engine) -> Generator[Session]:
    """A writing transaction: commits at the end, rolls back on any exception.

    On SQLite it begins IMMEDIATE, so that what is read can't change before it is acted on.
    """
    with _writers_turn(engine), Session(engine) as session, session.begin():
        yield session


@contextmanager
def reading(engine: Engine) -> Generator[Session]:
    """A reading transaction: one state of affairs, never waits for a writer, leaves nothing behind."""
    with (
        engine.connect().execution_options(
            grader_begin=_READING[engine.dialect.name]
        ) as connection,
        connection.begin() as begun,
        Session(connection, autoflush=False) as session,
    ):
        yield session
        if engine.dialect.name == "sqlite":
            # PostgreSQL refuses to write, and after a ROLLBACK its driver forgets what it has prepared.
            begun.rollback()


@contextmanager
def looking_up(engine: Engine) -> Generator[Connection]:
    """For single statements: each is by itself, without a transaction around it, and makes no objects."""
    with engine.connect().execution_options(grader_begin=None) as connection:
        yield connection


@contextmanager
def writing_once(connection: Connection) -> Generator[Connection]:
    """For what PostgreSQL writes by one statement, while ``looking_up``: there it commits by itself.

    On SQLite it is a writing transaction like any other.
    """
    if connection.dialect.name == "postgresql":
        yield connection
        return
    connection.rollback()  # There is nothing to take back, but SQLAlchemy takes each look for a beginning.
    connection.execution_options(grader_begin=BEGIN["sqlite"])
    try:
        with _writers_turn(connection.engine), connection.begin():
            yield connection
    finally:
        connection.execution_options(grader_begin=None)


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
    queue = os.open(f"{engine.url.database}-writers", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        flock(queue, LOCK_EX)
        yield
    finally:
        os.close(queue)  # This lets the next one in.
