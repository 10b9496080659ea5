"""``grader submissions``: students' answers."""

from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from grader.cli import Verbs
from grader.cli.context import (
    actor,
    looking,
    migrated_engine,
    now,
    open_catalog,
    open_signer,
    writing,
)
from grader.cli.output import finish, format_option, note, show
from grader.cli.progress import working
from grader.cli.reading import read_file
from grader.cli.whole_number import WholeNumber
from grader.db.models import Person
from grader.domain.errors import NotFound
from grader.domain.logins import fold
from grader.services.answers.progress import list_submissions
from grader.services.imports.columns import SUBMISSIONS_LIMITS
from grader.services.imports.importing import Imported, import_submissions

_COLUMNS = ("part", "added", "correct", "incorrect", "late", "repeats")


@click.group("submissions", cls=Verbs, epilog="Example: grader submissions import answers.csv")
def command() -> None:
    """Import and list submissions."""


@command.command("import", epilog="Example: grader submissions import answers.csv --apply")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--apply", is_flag=True, help="Do it; without it the outcome is only shown.")
@format_option
def import_(file: Path, apply: bool, layout: str) -> None:  # noqa: FBT001 - a click flag.
    """Show what a FILE of answers would add; with --apply store it, all rows or none. - is standard input.

    \b
    It is CSV with the columns student,part,answer,submitted_at in any order:
        ada,pset7/ancestry/a,1.23456,2026-03-09T20:15:00-07:00

    The student is a login. A time without an offset is read in the course's zone, which is said. Attempt
    limits, pauses and opening times are not asked. A number that the student gave before is a repeat and
    is skipped, so that the same file a second time adds nothing. Exit code 3 while there is something to
    add.
    """  # noqa: D301 - click's mark for a block that is not wrapped.
    raw = read_file(file, SUBMISSIONS_LIMITS.file)
    course, engine, signer = open_catalog().course, migrated_engine(), open_signer()
    doing = working("Importing answers" if apply else "Comparing answers")
    with doing, writing(engine) if apply else looking(engine) as session:
        done = import_submissions(
            session,
            course=course,
            signer=signer,
            raw=raw,
            actor=actor(),
            now=now(),
            apply=apply,
        )
    _show_import(layout, done, applied=apply)
    pending = not apply and done.added > 0
    if pending:
        note("Nothing was stored; add --apply to do it.")
    finish(pending=pending)


@command.command("list", epilog="Example: grader submissions list --student ada")
@click.option("--student", "login", required=True, help="The login.")
@click.option("--part", help="Only this part, such as pset7/ancestry/a.")
@click.option(
    "--limit", type=WholeNumber(1, 100_000), default=1_000, show_default=True, help="At most."
)
@format_option
def list_(login: str, part: str | None, limit: int, layout: str) -> None:
    """List one student's answers, newest first, with the verdict that stands."""
    with looking(migrated_engine()) as session:
        person_id = session.scalar(select(Person.id).where(Person.login == fold(login)))
        if person_id is None:
            raise NotFound(f"Nobody on the roster has the login {login[:100]!r}.")
        found = list_submissions(session, person_id=person_id, limit=limit, part=part)
    columns = ("id", "part", "attempt", "text", "value", "standing", "late_seconds", "source")
    show(
        layout,
        (*columns, "submitted_at"),
        [(*(getattr(row, name) for name in columns), row.submitted_at) for row in found],
    )


def _show_import(layout: str, done: Imported, *, applied: bool) -> None:
    rows = [tuple(getattr(part, name) for name in _COLUMNS) for part in done.parts]
    document: dict[str, Any] = {
        "applied": applied,
        "rows": done.rows,
        "added": done.added,
        "repeats": done.repeats,
        "local_times": done.local_times,
        "zone": done.zone,
        "parts": [dict(zip(_COLUMNS, row, strict=True)) for row in rows],
    }
    summary = [
        f"{done.rows} rows: {done.added} {'added' if applied else 'to add'}, {done.repeats} repeats."
    ]
    if done.local_times:
        summary.append(f"Times without an offset, read in {done.zone}: {done.local_times}.")
    show(layout, _COLUMNS, rows, document=document, summary=summary)
