"""Looks a database over: is it as our promises need it?"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.pool import QueuePool

from grader.db.engine import SQLITE_PRAGMAS, sqlite_file
from grader.db.migrating import current_revision, newest_revision
from grader.db.models import INSERT_ONLY
from grader.db.session import looking_up, reading

_FOR_OTHERS = 0o077
_MUST_BE_ON = ("fsync", "full_page_writes")
_SQLITE_TRIGGERS = ("no_update", "no_delete")
_POSTGRESQL_TRIGGERS = ("insert_only", "no_truncate")


def findings(engine: Engine, *, thorough: bool = True) -> list[str]:
    """What is wrong with a database, each in a sentence; ``thorough`` reads every page of an SQLite file."""
    revision, newest = current_revision(engine), newest_revision()
    if revision != newest:
        at = f"at revision {revision}" if revision else "empty"
        return [f"A migration is pending: the database is {at}, this version needs {newest}."]
    # Reading, so that nobody has to wait while every page is looked at.
    with reading(engine) as session:
        connection = session.connection()
        if engine.dialect.name == "sqlite":
            rest = [*_sqlite(connection, thorough=thorough), *_file_mode(sqlite_file(engine))]
        else:
            rest = [*_postgresql(connection)]
        return [*not_durable(connection), *rest]


def not_durable_anywhere(engine: Engine) -> list[str]:
    """The same of every connection that rests in the pool: each has settings of its own."""
    pool = engine.pool
    resting = pool.checkedin() if isinstance(pool, QueuePool) else 0
    with ExitStack() as all_at_once:
        connections = [
            all_at_once.enter_context(looking_up(engine)) for _ in range(max(resting, 1))
        ]
        return [fault for connection in connections for fault in not_durable(connection)]


def not_durable(connection: Connection) -> Iterator[str]:
    """Each setting under which a commit that was acknowledged can be lost, or a promise be broken."""
    if connection.dialect.name == "sqlite":
        for name, wanted in SQLITE_PRAGMAS.items():
            value = connection.execute(text(f"PRAGMA {name}")).scalar()
            if value != wanted:
                yield f"PRAGMA {name} is {value} and has to be {wanted}, or commits are not durable."
    else:
        for name in _MUST_BE_ON:
            if connection.execute(text(f"SHOW {name}")).scalar() != "on":
                yield f"{name} is off, so commits are not durable."
        # Of a database or a user as well as of the server; any other value waits for this server's disk.
        if connection.execute(text("SHOW synchronous_commit")).scalar() == "off":
            yield "synchronous_commit is off, so commits are not durable."


def not_unicode(connection: Connection) -> Iterator[str]:
    """An encoding that can't hold every name and answer. Only a new database can have another one."""
    if connection.dialect.name == "postgresql":
        encoding = connection.execute(text("SHOW server_encoding")).scalar()
        if encoding != "UTF8":
            yield (
                f"The database's encoding is {encoding}, and has to be UTF8; make another one, and restore "
                "there what this one holds: createdb --encoding=UTF8 --template=template0 NAME"
            )


def _sqlite(connection: Connection, *, thorough: bool) -> Iterator[str]:
    known = set(connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")))
    yield from _missing(known, _SQLITE_TRIGGERS)
    if thorough:
        for line in connection.scalars(text("PRAGMA integrity_check")):
            if line != "ok":
                yield f"The file is damaged: {line}."
        for table, row, parent, _ in connection.execute(text("PRAGMA foreign_key_check")):
            yield f"Row {row} of {table} points to a row of {parent} that is not there."


def _postgresql(connection: Connection) -> Iterator[str]:
    enabled = text(
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
    )
    yield from _missing(set(connection.scalars(enabled)), _POSTGRESQL_TRIGGERS)
    yield from not_unicode(connection)


def _missing(known: set[str], kinds: tuple[str, ...]) -> Iterator[str]:
    for table in INSERT_ONLY:
        for kind in kinds:
            if f"{table}_{kind}" not in known:
                yield f"The trigger {table}_{kind}, which keeps {table} insert-only, is missing."


def _file_mode(file: Path | None) -> Iterator[str]:
    mode = file.stat().st_mode & 0o777 if file else 0
    if mode & _FOR_OTHERS:
        yield (f"Others may read the database file (its mode is {mode:03o}); run: chmod 600 {file}")
