"""``grader db verify`` and ``grader db restore``: what a backup is worth, and bringing it back."""

from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click
from sqlalchemy import Engine

from grader.cli.cells import text_of
from grader.cli.context import (
    actor,
    looking,
    make_database,
    now,
    open_engine,
    open_signer,
    writing,
)
from grader.cli.output import format_option, note, show
from grader.cli.progress import counting, working
from grader.cli.verifying import public_key_option
from grader.config import Settings, load_settings
from grader.db.backup_file import OpenedBackup, opened_backup
from grader.db.emptiness import filled_tables
from grader.db.engine import sqlite_file
from grader.db.findings import findings
from grader.db.session import DatabaseFailed
from grader.domain.errors import InvalidRequest
from grader.services.proofs.backup_checks import CheckedBackup, check_backup
from grader.services.proofs.restoring import restore as restore_rows

_FILE = click.Path(dir_okay=False, path_type=Path)
_COLUMNS = ("table", "rows")


@click.command(epilog="Example: grader db verify backups/2026-03-11.db")
@click.argument("file", type=_FILE)
@public_key_option
@format_option
def verify(file: Path, public_keys: tuple[bytes, ...], layout: str) -> None:
    """Check a backup in FILE, of SQLite or PostgreSQL, without a change to it.

    It is whole, its tables are those of its version, and its ledger and receipts are sound. Tells how many
    rows it has and from when its newest answer is. Receipts have to be signed by the course's key, or by one
    that --public-key names. Exit code 1 if anything is wrong.
    """
    settings = load_settings()
    with _opened(file, settings) as backup:
        checked, faults = _check(backup, settings, public_keys)
    document = {
        "kind": backup.kind,
        "revision": backup.revision,
        "rows": checked.rows,
        "newest_answer": checked.newest_answer,
        "ledger": {"entries": checked.ledger.entries, "head": checked.ledger.head},
        "receipts": checked.receipts.receipts,
        "faults": faults,
    }
    rows = list(checked.rows.items())
    show(layout, _COLUMNS, rows, document=document, summary=_summary(backup, checked, faults))
    if faults:
        click.get_current_context().exit(1)


@click.command(epilog="Example: grader db restore backups/2026-03-11.db")
@click.argument("file", type=_FILE)
@public_key_option
@click.option(
    "--despite-faults", is_flag=True, help="Also if its ledger or receipts are not sound."
)
def restore(file: Path, public_keys: tuple[bytes, ...], despite_faults: bool) -> None:  # noqa: FBT001 - click's.
    """Bring the backup in FILE into the database of the settings, which has to be empty.

    The kinds may differ: a copy of SQLite goes into PostgreSQL, and a dump into SQLite. The file is checked
    first and an older one is migrated; all rows are restored or none, and compared with the backup's.
    """
    settings = load_settings()
    engine = open_engine(settings)
    _refuse_filled(engine)
    with _opened(file, settings) as backup:
        checked, faults = _check(backup, settings, public_keys)
        for fault in faults:
            note(fault)
        if faults and not despite_faults:
            raise DatabaseFailed(
                "The backup is not sound, so nothing was restored. Take another one, or --despite-faults."
            )
        make_database(engine)
        copied = _copy(backup.engine, engine, file, sum(checked.rows.values()))
    click.echo(f"Restored {copied:,} rows of {file}, the same as in the backup.")
    click.echo(_newest(checked))


def _copy(source: Engine, target: Engine, file: Path, total: int) -> int:
    with (
        counting(total, "Restoring rows") as told,
        looking(source) as original,
        writing(target) as session,
    ):
        return restore_rows(
            session, source=original, name=file.name, actor=actor(), now=now(), told=told
        )


@contextmanager
def _opened(file: Path, settings: Settings) -> Generator[OpenedBackup]:
    """A backup, unpacked where there is room for databases: the folder for temporary files may be small."""
    settings.instance_dir.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        with working("Reading the backup"):
            backup = stack.enter_context(opened_backup(file, folder=settings.instance_dir))
        yield backup


def _check(
    backup: OpenedBackup, settings: Settings, public_keys: Sequence[bytes]
) -> tuple[CheckedBackup, list[str]]:
    trusted = {open_signer(settings).public_key, *public_keys}
    with working("Checking the backup"), looking(backup.engine) as session:
        checked = check_backup(session, trusted=trusted)
    return checked, [*findings(backup.engine), *checked.faults]


def _refuse_filled(engine: Engine) -> None:
    file = sqlite_file(engine)
    # Connecting would make an empty file, readable by others.
    if file is not None and not file.exists():
        return
    with looking(engine) as session:
        filled = filled_tables(session.connection())
    if filled:
        named = f"{', '.join(filled[:3])}{' ...' if filled[3:] else ''}"
        verb = "has" if len(filled) == 1 else "have"
        raise InvalidRequest(
            f"The database is not empty: {named} {verb} rows. A "
            "restore never overwrites. Stop the service, back the database up, then move it away "
            "(SQLite: grader.db with -wal and -shm beside it; PostgreSQL: make another database) and restore "
            "again."
        )


def _summary(backup: OpenedBackup, checked: CheckedBackup, faults: Sequence[str]) -> list[str]:
    if faults:
        return [f"The backup is not sound: {faults[0]}", *faults[1:]]
    head = (
        f", its head {checked.ledger.entries}:{checked.ledger.head}" if checked.ledger.head else ""
    )
    return [
        f"The backup is whole: made of {backup.kind} at revision {backup.revision}.",
        f"The ledger is sound: {checked.ledger.entries} entries{head}.",
        f"{checked.receipts.receipts} receipts of {checked.receipts.students} students are sound.",
        _newest(checked),
    ]


def _newest(checked: CheckedBackup) -> str:
    if checked.newest_answer is None:
        return "It holds no answers."
    return f"The newest answer is from {text_of(checked.newest_answer)}."
