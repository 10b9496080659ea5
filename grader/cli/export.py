"""``grader export``: files for other tools."""

import click

from grader.cli.context import looking, migrated_engine, open_catalog
from grader.cli.finding import find_assignment
from grader.cli.output import format_option, show
from grader.services.exporting import gradebook_export
from grader.services.gradebook import gradebook as read_gradebook


@click.group("export", epilog="Example: grader export gradebook --format csv")
def command() -> None:
    """Write the gradebook for other tools."""


@command.command(
    epilog="Example: grader export gradebook --assignment pset7 --format csv > pset7.csv"
)
@click.option("--assignment", help="Which one; the first of the course.")
@click.option("--section", help="Only this section.")
@format_option
def gradebook(assignment: str | None, section: str | None, layout: str) -> None:
    """Write each active student's points, total and late days.

    In CSV a text that a spreadsheet would take for a formula gets a leading apostrophe.
    """
    catalog = open_catalog()
    slug = find_assignment(catalog, assignment or catalog.course.assignments[0].slug).slug
    with looking(migrated_engine()) as session:
        found = read_gradebook(session, course=catalog.course, assignment=slug, section=section)
        export = gradebook_export(found)
    show(layout, export.columns, export.rows)
