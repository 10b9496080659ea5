"""``grader db``: the database itself."""

from pathlib import Path

import click

from grader.cli.context import make_database, migrated_engine, open_engine, told_plainly
from grader.cli.output import format_option, show
from grader.db.backup import backup
from grader.db.engine import sqlite_file
from grader.db.findings import findings
from grader.db.session import DatabaseFailed
from grader.domain.errors import BadConfiguration


@click.group("db", epilog="Example: grader db upgrade")
def command() -> None:
    """Migrate, check and back up the database."""


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

    SQLite gives a database file, PostgreSQL a dump for pg_restore. FILE must not exist.
    """
    engine = migrated_engine()
    with told_plainly():
        backup(engine, file)
    click.echo(f"The backup is {file}, {file.stat().st_size:,} bytes.")
