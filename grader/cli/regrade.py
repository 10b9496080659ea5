"""``grader regrade``: the move of a problem's submissions to another answer key."""

from dataclasses import astuple, fields

import click

from grader.cli import Verbs
from grader.cli.context import looking, migrated_engine
from grader.cli.output import format_option, show
from grader.cli.regrade_applying import apply, undo, work
from grader.cli.regrade_planning import plan, plan_number, show_plans
from grader.cli.telling import tell_command
from grader.services.regrades.history import RunRecord, list_runs, plan_record
from grader.services.telling.run_changes import Kind


@click.group("regrade", cls=Verbs, epilog="Example: grader regrade plan pset7/ancestry")
def command() -> None:
    """Plan, apply and undo a move to another answer key."""


@command.command("list", epilog="Example: grader regrade list")
@format_option
def list_(layout: str) -> None:
    """List plans and runs, the newest plan first."""
    with looking(migrated_engine()) as session:
        runs = list_runs(session)
    columns = tuple(field.name for field in fields(RunRecord))
    show(layout, columns, [astuple(run) for run in runs])


@command.command("show", epilog="Example: grader regrade show 1 --format json")
@click.argument("plan", type=plan_number)
@format_option
def show_(plan: int, layout: str) -> None:
    """Show a stored plan again, as it was when it was made."""
    with looking(migrated_engine()) as session:
        record = plan_record(session, plan)
    show_plans(layout, [record], alone=True)


for each in (plan, apply, undo, work, tell_command(Kind.REGRADE, "regrade")):
    command.add_command(each)
