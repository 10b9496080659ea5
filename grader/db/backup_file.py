"""Opens a backup of either kind as a database of its own, so that the file itself is only read."""

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError

from grader.db.dumps import ARCHIVE, SCRIPT, DumpedTable, dumped_tables
from grader.db.engine import make_engine
from grader.db.migrating import current_revision, known_revisions, newest_revision, upgrade
from grader.db.session import DatabaseFailed
from grader.domain.errors import InvalidRequest

SQLITE = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class OpenedBackup:
    """What kind of backup it is, at which revision it was made, and its rows, brought up to this version."""

    kind: str
    revision: str
    engine: Engine


@contextmanager
def opened_backup(file: Path, *, folder: Path) -> Generator[OpenedBackup]:
    """Copy a backup into an SQLite database in a folder that goes away again.

    It takes about as much room there as the database has, since nothing is kept in memory.

    Raises:
        InvalidRequest: it can't be read, is no backup of a grader, or is of a newer version.
        BadConfiguration: it is a dump, and pg_restore is not installed.
        DatabaseFailed: it is damaged.
    """
    kind = _kind(file)
    with TemporaryDirectory(prefix=".backup-", dir=folder) as private:
        copy = Path(private) / "copy.db"
        copy.touch(mode=0o600)
        engine = make_engine(f"sqlite:///{copy}")
        try:
            with _damage_told():
                revision = (_copied if kind == "SQLite" else _loaded)(file, copy, engine)
                if revision != newest_revision():
                    upgrade(engine)
            yield OpenedBackup(kind, revision, engine)
        finally:
            engine.dispose()


def _kind(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            start = opened.read(len(SCRIPT))
    except OSError as error:
        raise InvalidRequest(f"{file} can't be read: {error.strerror}.") from None
    if start.startswith(SQLITE):
        return "SQLite"
    if start.startswith((ARCHIVE, SCRIPT)):
        return "PostgreSQL"
    raise InvalidRequest(f"{file} is no backup: neither an SQLite database nor a dump of pg_dump.")


def _copied(file: Path, copy: Path, engine: Engine) -> str:
    address = f"file:{quote(str(file.resolve()))}?mode=ro"
    with (
        closing(sqlite3.connect(address, uri=True)) as source,
        closing(sqlite3.connect(copy)) as to,
    ):
        source.backup(to)
        verdict = to.execute("PRAGMA integrity_check").fetchone()[0]
    if verdict != "ok":
        raise DatabaseFailed(f"The backup is damaged: {verdict}.")
    return _known(current_revision(engine))


def _loaded(file: Path, copy: Path, engine: Engine) -> str:
    revision = _known(_stated_revision(file))
    upgrade(engine, revision)
    # A scratch copy needs neither safety nor, until all rows are there, parents.
    with closing(sqlite3.connect(copy, isolation_level=None)) as to:
        to.execute("PRAGMA synchronous = OFF")
        to.execute("PRAGMA foreign_keys = OFF")
        to.execute("BEGIN")
        for table in dumped_tables(file):
            if table.name != "alembic_version":
                _insert(to, table)
        to.execute("COMMIT")
    return revision


def _insert(to: sqlite3.Connection, table: DumpedTable) -> None:
    names = ", ".join(f'"{name}"' for name in table.columns)
    places = ", ".join("?" * len(table.columns))
    # executemany takes the rows one by one: the dump is never in memory as a whole.
    to.executemany(
        f'INSERT INTO "{table.name}" ({names}) VALUES ({places})',  # noqa: S608 - names of tables of ours.
        table.rows,
    )


def _stated_revision(file: Path) -> str | None:
    with closing(dumped_tables(file)) as tables:
        for table in tables:
            rows = list(table.rows) if table.name == "alembic_version" else _skipped(table)
            if rows:
                return str(rows[0][0])
    return None


def _skipped(table: DumpedTable) -> list[list[str]]:
    for _row in table.rows:
        pass
    return []


def _known(revision: str | None) -> str:
    if revision is None:
        raise InvalidRequest(
            "This is no backup of a grader: it does not say at which revision it was."
        )
    if revision not in known_revisions():
        raise InvalidRequest(
            f"The backup is at revision {revision}, and this version knows none after {newest_revision()}: "
            "take the version that made it, or a newer one."
        )
    return revision


@contextmanager
def _damage_told() -> Generator[None]:
    try:
        yield
    except (sqlite3.Error, DatabaseError) as error:
        raise DatabaseFailed(f"The backup is damaged: {getattr(error, 'orig', error)}.") from error
    except (ValueError, KeyError) as error:
        raise DatabaseFailed(
            "The dump is damaged: a value is none of its column's kind."
        ) from error
