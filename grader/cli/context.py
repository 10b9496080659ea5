"""What a command works with: the settings, the problem files, the database and the clock.

A command owns its transaction: it opens ``writing()`` or ``looking()`` and the services never commit.
"""

from collections.abc import Collection, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from getpass import getuser

import click
from sqlalchemy import Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    IntegrityError,
    InterfaceError,
    OperationalError,
)
from sqlalchemy.orm import Session

from grader.config import Settings, load_settings, receipt_seed
from grader.content.catalog import Catalog
from grader.content.loading import load_catalog
from grader.db.collisions import ChangedMeanwhile, is_collision
from grader.db.engine import make_engine, sqlite_file
from grader.db.findings import not_unicode
from grader.db.migrating import current_revision, newest_revision, upgrade
from grader.db.session import DatabaseFailed, looking_up, reading, transaction
from grader.domain.errors import BadConfiguration
from grader.services.receipts.signing import Signer


def now() -> datetime:
    """The command line's only clock."""
    return datetime.now(UTC)


def actor() -> str:
    """Who runs the command, as it is recorded with a regrade."""
    try:
        return f"cli:{getuser()}"
    except (KeyError, OSError):
        return "cli:unknown"  # A container may run under a number that has no name.


def open_catalog(settings: Settings | None = None, *, only: Collection[str] = ()) -> Catalog:
    """The problem files, or those of ``only`` these problems.

    Raises:
        ContentError: one of them is broken.
    """
    settings = settings or load_settings()
    return load_catalog(settings.problems_dir, settings.instance_dir, only=only)


def open_named(slugs: Collection[str]) -> Catalog:
    """The problems that are named; all of them if one is not there, to be told with those that are.

    Raises:
        ContentError: one of them is broken.
    """
    catalog = open_catalog(only=slugs)
    found = all(catalog.course.problem(slug) for slug in slugs)
    return catalog if found else open_catalog()


def open_signer(settings: Settings | None = None) -> Signer:
    """Who signs receipts.

    Raises:
        BadConfiguration: the key that is kept in the instance folder is none.
    """
    return Signer(receipt_seed(settings or load_settings()))


def open_engine(settings: Settings | None = None) -> Engine:
    """The database, whatever its state; it is closed when the command ends.

    Raises:
        BadConfiguration: its address is not one of SQLite or PostgreSQL.
    """
    settings = settings or load_settings()
    try:
        backend = make_url(settings.url).get_backend_name()
    except ArgumentError:
        backend = ""
    if backend not in {"sqlite", "postgresql"}:
        raise BadConfiguration(
            "GRADER_DATABASE_URL is no address of a database; write one that begins with "
            "sqlite:/// or postgresql://"
        )
    engine = make_engine(settings.url)
    click.get_current_context().call_on_close(engine.dispose)
    return engine


def migrated_engine(settings: Settings | None = None) -> Engine:
    """The database, with the tables that this version needs.

    Raises:
        BadConfiguration: it is not there yet, or a migration is pending.
        DatabaseFailed: it can't be reached.
    """
    engine = migrated_engine_if_any(settings)
    if engine is None:
        raise BadConfiguration("There is no database yet; make it with: grader db upgrade")
    return engine


def migrated_engine_if_any(settings: Settings | None = None) -> Engine | None:
    """The database, or None while there is none.

    Raises:
        BadConfiguration: a migration is pending.
        DatabaseFailed: it can't be reached.
    """
    engine = open_engine(settings)
    file = sqlite_file(engine)
    # Connecting would make an empty file.
    if file is not None and not file.exists():
        return None
    with told_plainly():
        revision = current_revision(engine)
    if revision is None:
        return None
    if revision != newest_revision():
        raise BadConfiguration(
            f"The database is at revision {revision} and this version needs {newest_revision()}; "
            "back it up, then run: grader db upgrade"
        )
    return engine


def make_database(engine: Engine) -> tuple[str | None, str | None]:
    """Migrate to the newest revision; gives the revisions before and after.

    Raises:
        DatabaseFailed: it is empty and can't hold every text, so that nothing is made in it.
    """
    file = sqlite_file(engine)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        # Made before SQLite does, since only its owner may read what students answered.
        file.touch(mode=0o600)
    with told_plainly():
        before = current_revision(engine)
        if before is None:
            with looking_up(engine) as connection:
                refused = [*not_unicode(connection)]
            if refused:
                raise DatabaseFailed(*refused)
        upgrade(engine)
        return before, current_revision(engine)


@contextmanager
def writing(engine: Engine) -> Generator[Session]:
    """A transaction that commits at the end."""
    with told_plainly(), transaction(engine) as session:
        yield session


@contextmanager
def looking(engine: Engine) -> Generator[Session]:
    """A transaction that leaves nothing behind."""
    with told_plainly(), reading(engine) as session:
        yield session


@contextmanager
def told_plainly() -> Generator[None]:
    """Turn a database that fails into one sentence; its address, which may hold a password, is not told."""
    try:
        yield
    except IntegrityError as error:
        if not is_collision(error):
            raise
        raise ChangedMeanwhile(
            "Somebody else changed this at the same moment, so your change was not stored. Run it again."
        ) from error
    except (DatabaseError, InterfaceError) as error:
        # A file that is none, or is damaged, has no class of its own; of the others these two are meant.
        if type(error) not in {DatabaseError, OperationalError, InterfaceError}:
            raise
        reason = str(error.orig).strip().partition("\n")[0]
        raise DatabaseFailed(f"The database failed, so nothing was changed: {reason}") from error
    except OSError as error:
        # Of files, only that beside an SQLite database where its writers queue is the database's.
        if not str(error.filename).endswith("-writers"):
            raise
        reason = f"{error.filename}: {error.strerror}"
        raise DatabaseFailed(f"The database failed, so nothing was changed: {reason}") from error
