"""Looks after a database: is it as our promises need it, and a copy that is complete under load."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, text

from grader.db.engine import SQLITE_PRAGMAS
from grader.db.migrating import current_revision, newest_revision
from grader.db.models import INSERT_ONLY
from grader.db.session import reading
from grader.domain.errors import BadConfiguration, GraderError, InvalidRequest

_FOR_OTHERS = 0o077
_MUST_BE_ON = ("fsync", "full_page_writes")
_SQLITE_TRIGGERS = ("no_update", "no_delete")
_POSTGRESQL_TRIGGERS = ("insert_only", "no_truncate")


class DatabaseFailed(GraderError):
    """The database can't be reached, or can't do what was asked of it."""

    code = "database_failed"


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
            return [*_sqlite(connection, thorough=thorough), *_file_mode(sqlite_file(engine))]
        return list(_postgresql(connection))


def sqlite_file(engine: Engine) -> Path | None:
    """The file of an SQLite database; None in memory and on PostgreSQL."""
    name = engine.url.database
    return Path(name) if engine.dialect.name == "sqlite" and name else None


def backup(engine: Engine, target: Path) -> None:
    """Copy a database in use to a new file; it appears whole or not at all.

    Raises:
        InvalidRequest: the file exists, or can't be made.
        BadConfiguration: pg_dump is not installed.
        DatabaseFailed: the copy failed.
    """
    with _new_file(target) as part:
        if engine.dialect.name == "sqlite":
            _copy_sqlite(engine, part)
        else:
            _dump_postgresql(engine, part)


def _sqlite(connection: Connection, *, thorough: bool) -> Iterator[str]:
    for name, wanted in SQLITE_PRAGMAS.items():
        value = connection.execute(text(f"PRAGMA {name}")).scalar()
        if value != wanted:
            yield f"PRAGMA {name} is {value} and has to be {wanted}, or commits are not durable."
    known = set(connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")))
    yield from _missing(known, _SQLITE_TRIGGERS)
    if thorough:
        for line in connection.scalars(text("PRAGMA integrity_check")):
            if line != "ok":
                yield f"The file is damaged: {line}."
        for table, row, parent, _ in connection.execute(text("PRAGMA foreign_key_check")):
            yield f"Row {row} of {table} points to a row of {parent} that is not there."


def _postgresql(connection: Connection) -> Iterator[str]:
    for name in _MUST_BE_ON:
        if connection.execute(text(f"SHOW {name}")).scalar() != "on":
            yield f"{name} is off, so commits are not durable."
    enabled = text(
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
    )
    yield from _missing(set(connection.scalars(enabled)), _POSTGRESQL_TRIGGERS)


def _missing(known: set[str], kinds: tuple[str, ...]) -> Iterator[str]:
    for table in INSERT_ONLY:
        for kind in kinds:
            if f"{table}_{kind}" not in known:
                yield f"The trigger {table}_{kind}, which keeps {table} insert-only, is missing."


def _file_mode(file: Path | None) -> Iterator[str]:
    mode = file.stat().st_mode & 0o777 if file else 0
    if mode & _FOR_OTHERS:
        yield (f"Others may read the database file (its mode is {mode:03o}); run: chmod 600 {file}")


@contextmanager
def _new_file(target: Path) -> Generator[Path]:
    """A private file beside the target that takes its name at the end, if all went well."""
    part = target.with_name(f".{target.name}.part")
    try:
        # The target's name is taken first, so that nothing can ever be overwritten.
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        raise InvalidRequest(f"{target} exists; a backup never overwrites a file.") from None
    except OSError as error:
        raise InvalidRequest(f"{target} can't be made: {error.strerror}.") from None
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        yield part
        _sync(part)
        part.replace(target)
        _sync(target.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        target.unlink()
        raise


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _copy_sqlite(engine: Engine, part: Path) -> None:
    with closing(engine.raw_connection()) as source, closing(sqlite3.connect(part)) as copy:
        original = source.driver_connection
        assert original is not None  # noqa: S101 - an open connection has one; this tells the type checker.
        original.backup(copy)
        # Out of WAL, so that the copy is this one file; whoever opens it as a database turns it on again.
        copy.execute("PRAGMA journal_mode = DELETE")
    verdict = _integrity(part)
    if verdict != "ok":
        raise DatabaseFailed(f"The backup failed, its copy is damaged: {verdict}.")


def _integrity(file: Path) -> str:
    with closing(sqlite3.connect(file)) as connection:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])


def _dump_postgresql(engine: Engine, part: Path) -> None:
    program = shutil.which("pg_dump")
    if program is None:
        raise BadConfiguration(
            "pg_dump is not installed; it comes with the PostgreSQL client (on Debian: "
            "apt-get install postgresql-client), in the server's version or a newer one."
        )
    url = engine.url
    # The password goes by the environment: other users can read a command line.
    address = URL.create(
        "postgresql", url.username, None, url.host, url.port, url.database, url.query
    )
    environment = os.environ | ({"PGPASSWORD": url.password} if url.password else {})
    done = subprocess.run(  # noqa: S603 - a program found by name, no shell, no text of a user.
        [program, "--format=custom", f"--file={part}", f"--dbname={address.render_as_string()}"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise DatabaseFailed(f"The backup failed: {done.stderr.strip().partition(chr(10))[0]}")
