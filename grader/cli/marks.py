"""``grader marks``: how far explanations are marked, and whether students see it."""

import click

from grader.cli import Verbs
from grader.cli.context import actor, looking, migrated_engine, now, open_catalog, writing
from grader.cli.finding import find_assignment
from grader.cli.output import format_option, show
from grader.domain.problem import Assignment
from grader.services.explanations.queue import queues
from grader.services.explanations.releases import marks_released, release_marks

COLUMNS = ("problem", "written", "marked", "left", "changed_since", "released")


@click.group("marks", cls=Verbs, epilog="Example: grader marks list pset7")
def command() -> None:
    """Say how far explanations are marked, and show the marks to students."""


@command.command("list", epilog="Example: grader marks list pset7 --format json")
@click.argument("assignment")
@format_option
def list_(assignment: str, layout: str) -> None:
    """Say for each problem how many explanations are written, marked, and saved again since."""
    found = _find(assignment)
    with looking(migrated_engine()) as session:
        # No place is shown, so that it does not matter how they are made.
        by_problem = queues(session, problems=[each.slug for each in found.problems], secret="")
        released = marks_released(session, assignment=found.slug)
    rows = [
        (slug, each.written, each.marked, each.left, len(each.changed), released)
        for slug, each in by_problem.items()
    ]
    show(layout, COLUMNS, rows)


@command.command(epilog="Example: grader marks release pset7")
@click.argument("assignment")
def release(assignment: str) -> None:
    """Show students the marks of their explanations in ASSIGNMENT; the points count from then on."""
    _decide(_find(assignment), released=True)
    click.echo(f"Students see the marks of {assignment}.")


@command.command(epilog="Example: grader marks withdraw pset7")
@click.argument("assignment")
def withdraw(assignment: str) -> None:
    """Hide the marks of ASSIGNMENT from students again."""
    _decide(_find(assignment), released=False)
    click.echo(f"Only staff see the marks of {assignment}.")


def _find(assignment: str) -> Assignment:
    return find_assignment(open_catalog(), assignment)


def _decide(assignment: Assignment, *, released: bool) -> None:
    with writing(migrated_engine()) as session:
        release_marks(
            session, assignment=assignment, released=released, seen=None, actor=actor(), now=now()
        )
