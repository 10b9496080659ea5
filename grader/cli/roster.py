"""``grader roster``: who is in the course."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from grader.cli.cells import Cell
from grader.cli.context import BASE_URL, actor, looking, migrated_engine, now, writing
from grader.cli.output import finish, format_option, note, show
from grader.cli.progress import working
from grader.cli.reading import read_file
from grader.config import load_settings, public_address
from grader.db.models import Person
from grader.domain.errors import NotFound
from grader.services.roster_applying import apply_roster
from grader.services.roster_changes import RosterPlan
from grader.services.roster_columns import ROSTER_LIMITS
from grader.services.roster_planning import plan_roster
from grader.services.rosterfile import read_roster
from grader.services.signin_links import make_signin_link

_COLUMNS = ("change", "login", "name", "details")


@click.group("roster", epilog="Example: grader roster import roster.csv")
def command() -> None:
    """Import who is in the course, and let them sign in."""


@command.command("import", epilog="Example: grader roster import roster.csv --apply")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--apply", is_flag=True, help="Do it; without it the changes are only shown.")
@click.option(
    "--allow-mass-drop", is_flag=True, help="Allow to drop more than half of the students."
)
@format_option
def import_(file: Path, apply: bool, allow_mass_drop: bool, layout: str) -> None:  # noqa: FBT001 - click flags.
    """Show what a roster FILE would add, change and drop; with --apply do it. - is standard input.

    It is CSV with a header: SUNetID or Login, Name (or First Name and Last Name), and as wanted Email,
    SIS User ID, Section, Role. A drop deactivates a person and deletes nothing. Exit code 3 while changes
    are pending.
    """
    raw = read_file(file, ROSTER_LIMITS.file)
    with working("Importing people" if apply else "Comparing people"):
        entries = read_roster(raw)
        engine = migrated_engine()
        with writing(engine) if apply else looking(engine) as session:
            plan = plan_roster(session, entries)
            if apply:
                apply_roster(
                    session,
                    plan=plan,
                    actor=actor(),
                    now=now(),
                    allow_mass_drop=allow_mass_drop,
                )
    changed = plan.changes_anything
    _show_plan(layout, plan, applied=apply)
    if changed and not apply:
        note(
            "Nothing was changed; add --apply to do it."
            + (" It drops most students: --allow-mass-drop." if plan.mass_drop else "")
        )
    finish(pending=changed and not apply)


@command.command("list", epilog="Example: grader roster list --format csv")
@format_option
def list_(layout: str) -> None:
    """List everybody, those who were dropped included."""
    columns = ("login", "name", "email", "sis_user_id", "section", "role", "active")
    with looking(migrated_engine()) as session:
        query = select(*(getattr(Person, name) for name in columns)).order_by(Person.login)
        rows = [tuple(row) for row in session.execute(query)]
    show(layout, columns, rows)


@command.command(epilog="Example: grader roster signin-link ada")
@click.argument("login")
@click.option(
    "--hours", type=click.IntRange(1, 168), default=24, show_default=True, help="How long it works."
)
def signin_link(login: str, hours: int) -> None:
    """Print a one-time link that signs LOGIN in. Give it to nobody else."""
    settings = load_settings()
    address = public_address(settings) or BASE_URL
    with writing(migrated_engine(settings)) as session:
        made = make_signin_link(
            session,
            login_or_email=login,
            now=now(),
            lifetime=timedelta(hours=hours),
            limited=False,
        )
    if made is None:
        raise NotFound(f"Nobody active on the roster is {login[:100]!r}.")
    click.echo(f"{address}/signin/{made[1]}")


def _show_plan(layout: str, plan: RosterPlan, *, applied: bool) -> None:
    rows: list[tuple[Cell, ...]] = [
        *(("add", e.login, e.name, (e.role or "student").lower()) for e in plan.adds),
        *(
            (
                "change",
                c.login,
                c.name,
                "; ".join(f"{f.field}: {f.old} -> {f.new}" for f in c.fields),
            )
            for c in plan.changes
        ),
        *(("drop", d.login, d.name, d.role.value) for d in plan.drops),
    ]
    document: dict[str, Any] = {
        "applied": applied,
        "adds": len(plan.adds),
        "changes": len(plan.changes),
        "drops": len(plan.drops),
        "unchanged": plan.unchanged,
        "mass_drop": plan.mass_drop,
        "people": [dict(zip(_COLUMNS, row, strict=True)) for row in rows],
    }
    done = "done" if applied else "to do"
    summary = (
        f"{len(plan.adds)} to add, {len(plan.changes)} to change, {len(plan.drops)} to drop, "
        f"{plan.unchanged} unchanged: {done}."
    )
    show(layout, _COLUMNS, rows, document=document, summary=[summary])
