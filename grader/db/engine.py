"""Engines for both databases, with the settings that our promises rest on."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

# How long a writer waits for the place to write, while another program has it.
PATIENCE_SECONDS = 10
SQLITE_PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: an acknowledged commit survives a power cut.
    "foreign_keys": 1,
    "busy_timeout": PATIENCE_SECONDS * 1000,
    "recursive_triggers": 1,  # Else INSERT OR REPLACE deletes a row and fires no trigger.
}

# On SQLite a transaction takes the place to write at once, unless its execution options say otherwise.
BEGIN = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "BEGIN"}
# Pages, for speed alone: one that is written again and again is copied back once.
WAL_AUTOCHECKPOINT = 4000
REST_SECONDS = 1.0


def make_engine(url: str, *, serving: bool = False) -> Engine:
    """An engine for SQLite or PostgreSQL, with the settings that our promises rest on.

    Its errors do not quote parameters: those hold what students typed, and errors are logged. On PostgreSQL
    one for ``serving`` pages gives up after ``PATIENCE_SECONDS`` where nobody answers or a lock is held, as
    every one does on SQLite; an operator's command may wait.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed, hide_parameters=True)
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin)
        return engine
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    # Else the driver gives bytes where a database's own encoding is none, which `findings` tells.
    how: dict[str, Any] = {"client_encoding": "utf8"}
    if serving:
        how["connect_timeout"] = PATIENCE_SECONDS
    engine = create_engine(
        parsed, hide_parameters=True, pool_size=16, max_overflow=16, connect_args=how
    )
    event.listen(engine, "connect", _configure_postgresql)
    if serving:
        event.listen(engine, "connect", _wait_for_no_lock_too_long)
    event.listen(engine, "begin", _begin)
    _ping_after_rest(engine)
    return engine


def sqlite_file(engine: Engine) -> Path | None:
    """The file of an SQLite database; None in memory and on PostgreSQL."""
    name = engine.url.database
    return Path(name) if engine.dialect.name == "sqlite" and name else None


def _configure_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own type.
    # The driver must not open transactions of its own: they begin deferred, and break savepoints.
    connection.isolation_level = None
    for name, value in SQLITE_PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {value}")
    connection.execute(f"PRAGMA wal_autocheckpoint = {WAL_AUTOCHECKPOINT}")


def _configure_postgresql(connection: Any, _record: object) -> None:  # noqa: ANN401 - as above.
    # This driver neither: a look-up is one round trip then, and needs no setting changed and changed back.
    connection.autocommit = True
    # What a course stores fits into memory, where a page costs the same wherever it lies; and no query is so
    # long that compiling it would pay.
    connection.execute("SET random_page_cost = 1.1; SET jit = off")
    # Moments come in the zone of the connection: in UTC thousands of them need not be changed.
    connection.execute("SET timezone = 'UTC'")


def _wait_for_no_lock_too_long(connection: Any, _record: object) -> None:  # noqa: ANN401 - as above.
    connection.execute(f"SET lock_timeout = '{PATIENCE_SECONDS}s'")


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    begin = options.get("grader_begin", BEGIN[connection.dialect.name])
    if begin is None:
        return
    if options.get("grader_waits", True):
        connection.exec_driver_sql(begin)
        return
    with not_waiting(connection.exec_driver_sql):
        connection.exec_driver_sql(begin)


@contextmanager
def not_waiting(send: Callable[[str], Any]) -> Generator[None]:
    """Let SQLite refuse what it would else do once another writer is done."""
    send("PRAGMA busy_timeout = 0")
    try:
        yield
    finally:
        send(f"PRAGMA busy_timeout = {SQLITE_PRAGMAS['busy_timeout']}")


def _ping_after_rest(engine: Engine) -> None:
    """Replace a connection that broke while it rested; one that was just in use is not asked again.

    Asking at each checkout would cost a submission two more round trips.
    """

    @event.listens_for(engine, "checkin")
    def note(_connection: Any, record: ConnectionPoolEntry) -> None:  # noqa: ANN401
        record.info["used"] = monotonic()

    @event.listens_for(engine, "checkout")
    def ping(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:  # noqa: ANN401
        if monotonic() - record.info.get("used", monotonic()) < REST_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError("broke while it rested") from error
