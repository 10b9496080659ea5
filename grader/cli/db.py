"""``grader db``: the database itself."""

from pathlib import Path

import click

from grader.cli import Verbs
from grader.cli.context import make_database, migrated_engine, now, open_engine, told_plainly
from grader.cli.output import format_option, note, show
from grader.cli.restoring import restore, verify
from grader.config import load_settings
from grader.db.backup import backup
from grader.db.engine import sqlite_file
from grader.db.findings import findings
from grader.db.session import DatabaseFailed
from grader.domain.errors import BadConfiguration, InvalidRequest
from grader.services.proofs.backup_notes import NAME, note_backup


@click.group("db", cls=Verbs, epilog="Example: grader db upgrade")
def command() -> None:
    """Migrate, check, back up and restore the database."""


command.add_command(verify)
command.add_command(restore)


@command.command(epilog="Example: grader db upgrade")
def upgrade() -> None:
    """Make the database, or bring its tables up to this version."""
    before, after = make_database(open_engine())
    if before == after:
        click.echo(f"The database is up to date, at revision {after}.")
    else:
        click.echo(f"The database was {before or 'empty'} and is now at revision {after}.")


@command.command(epilog="Example: grader db check")
@format_option
def check(layout: str) -> None:
    """Check that nothing that is confirmed can get lost or be changed.

    The tables are this version's, commits are durable, the insert-only triggers stand, the file is whole.
    """
    engine = open_engine()
    file = sqlite_file(engine)
    if file is not None and not file.exists():
        raise BadConfiguration(f"There is no database at {file}; make it with: grader db upgrade")
    with told_plainly():
        found = findings(engine)
    if found:
        raise DatabaseFailed("\n".join(found))
    document = {"database": engine.dialect.name, "state": "ok"}
    show(
        layout,
        tuple(document),
        [tuple(document.values())] if layout == "csv" else [],
        document=document,
        summary=["The database is in order."],
    )


@command.command("backup", epilog="Example: grader db backup backups/2026-03-11.db")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup_(file: Path) -> None:
    """Copy the database to a new FILE, while the service runs.

    SQLite gives a database file, PostgreSQL a dump for pg_restore. FILE must not exist. The staff's page of
    health says when the last backup was made.
    """
    settings = load_settings()
    engine = migrated_engine(settings)
    with told_plainly():
        backup(engine, file)
    try:
        note_backup(settings.instance_dir, now=now())
    except OSError as error:
        # The backup itself is there, and that is what was asked for.
        note(
            f"The staff's page of health won't show it: {settings.instance_dir}: {error.strerror}."
        )
    click.echo(f"The backup is {file}, {file.stat().st_size:,} bytes.")


@command.command("backed-up", epilog="Example: grader db backed-up")
def backed_up() -> None:
    """Note that another program has just made a backup; the staff's page of health says when that was."""
    folder = load_settings().instance_dir
    try:
        note_backup(folder, now=now())
    except OSError as error:
        raise InvalidRequest(f"{folder / NAME} can't be written: {error.strerror}.") from None
    click.echo("It is noted that a backup was made now.")
