"""``grader roster``: who is in the course."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from grader.cli import Verbs
from grader.cli.cells import Cell
from grader.cli.context import actor, looking, migrated_engine, now, writing
from grader.cli.links import link_address
from grader.cli.output import finish, format_option, note, show
from grader.cli.progress import working
from grader.cli.reading import read_file
from grader.cli.records import forget, record
from grader.cli.whole_number import WholeNumber
from grader.config import load_settings
from grader.db.models import Person
from grader.services.people.handed_links import hand_out_link
from grader.services.roster.applying import apply_roster
from grader.services.roster.changes import RosterPlan
from grader.services.roster.columns import ROSTER_LIMITS
from grader.services.roster.planning import plan_roster
from grader.services.roster.rosterfile import read_roster

_COLUMNS = ("change", "login", "name", "details")


@click.group("roster", cls=Verbs, epilog="Example: grader roster import roster.csv")
def command() -> None:
    """Import who is in the course, let them sign in, and hand out or remove who they are."""


command.add_command(record)
command.add_command(forget)


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
    "--hours", type=WholeNumber(1, 168), default=24, show_default=True, help="How long it works."
)
def signin_link(login: str, hours: int) -> None:
    """Print a one-time link that signs LOGIN in. Give it to nobody else; that it was made is recorded."""
    settings = load_settings()
    address = link_address(settings)
    with writing(migrated_engine(settings)) as session:
        token = hand_out_link(
            session,
            login=login,
            lifetime=timedelta(hours=hours),
            actor=actor(),
            now=now(),
            students_only=False,
        )
    click.echo(f"{address}/signin/{token}")


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
    show(layout, _COLUMNS, rows, document=document, summary=[_summary(plan, applied=applied)])


def _summary(plan: RosterPlan, *, applied: bool) -> str:
    if not plan.changes_anything:
        return f"The roster says all of this already ({plan.unchanged} people), so there is nothing to do."
    verbs = ("added", "changed", "dropped") if applied else ("to add", "to change", "to drop")
    counts = (len(plan.adds), len(plan.changes), len(plan.drops))
    said = ", ".join(f"{count} {verb}" for count, verb in zip(counts, verbs, strict=True))
    return f"{said}, {plan.unchanged} unchanged."
