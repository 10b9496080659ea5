"""Transactions. The edge opens one and commits before it replies; services never commit."""

import os
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from fcntl import LOCK_EX, flock
from functools import partial
from time import monotonic

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from grader.db.engine import PATIENCE_SECONDS, not_waiting
from grader.db.prepared import tell
from grader.domain.errors import GraderError

# Both databases then show one state of affairs from the first statement to the last.
_READING = {"sqlite": "BEGIN", "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"}


_waits: ContextVar[list[float] | None] = ContextVar("waits", default=None)


class DatabaseFailed(GraderError):
    """The database can't be reached, or can't do what was asked of it."""

    code = "database_failed"


def note_waits() -> list[float]:
    """Note from now on in this thread how many seconds each turn to write was queued for; gives the list."""
    made: list[float] = []
    _waits.set(made)
    return made


@contextmanager
def transaction(engine: Engine) -> Generator[Session]:
    """A writing transaction: commits at the end, rolls back on any exception.

    On SQLite it begins IMMEDIATE, so that what is read can't change before it is acted on.
    """
    with (
        _writers_turn(engine) as options,
        Session(engine.execution_options(**options) if options else engine) as session,
        session.begin(),
    ):
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


def sees_one_state(connection: Connection) -> bool:
    """Whether each statement sees what the first did, since this is a reading transaction."""
    begun = connection.get_execution_options().get("grader_begin")
    return begun == _READING[connection.dialect.name]


@contextmanager
def looking_up(engine: Engine) -> Generator[Connection]:
    """For single statements: each is by itself, without a transaction around it, and makes no objects."""
    with for_looking(engine).connect() as connection:
        yield connection


def copy_back(engine: Engine) -> None:
    """Copy what was written from SQLite's log into its file, beside whoever writes.

    For those who write thousands of rows. Else whoever next commits does it, and all others wait meanwhile.
    """
    if engine.dialect.name == "sqlite":
        with looking_up(engine) as connection:
            tell(connection, "PRAGMA wal_checkpoint(PASSIVE)")


def for_looking(engine: Engine) -> Engine:
    """The same engine, whose connections are what ``looking_up`` gives; whoever takes one closes it."""
    return engine.execution_options(grader_begin=None)


@contextmanager
def writing_once(connection: Connection) -> Generator[Connection]:
    """For what is written by one statement, while ``looking_up``: it commits by itself.

    Of several each would, and one that fails would leave those before it.
    """
    with ExitStack() as turn:
        options = turn.enter_context(_writers_turn(connection.engine))
        if not options.get("grader_waits", True):
            turn.enter_context(not_waiting(partial(tell, connection)))
        yield connection


@contextmanager
def _writers_turn(engine: Engine) -> Generator[dict[str, bool]]:
    """Queue for SQLite's single place to write.

    SQLite itself waits by sleeping and looking again, up to 100 ms at a time; a lock on a file beside the
    database wakes the next writer at once, in whichever process. Correctness does not rest on it: the
    database's own lock decides.

    Gives execution options: whoever has waited here as long as anybody should does not wait for the database
    as well. Where another program locks it, each of a long queue would else wait for all those before it.
    """
    if engine.dialect.name != "sqlite" or engine.url.database in {None, "", ":memory:"}:
        yield {}
        return
    came = monotonic()
    queue = os.open(f"{engine.url.database}-writers", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        flock(queue, LOCK_EX)
        waited = monotonic() - came
        waits = _waits.get()
        if waits is not None:
            waits.append(waited)
        yield {"grader_waits": False} if waited >= PATIENCE_SECONDS else {}
    finally:
        os.close(queue)  # This lets the next one in.
