"""``grader export``: files for other tools."""

import sys
from pathlib import Path

import click

from grader.cli import Verbs
from grader.cli.context import actor, looking, migrated_engine, now, open_catalog, writing
from grader.cli.finding import find_assignment
from grader.cli.output import format_option, note, show
from grader.cli.reading import read_file
from grader.domain.errors import InvalidRequest
from grader.services.exports.canvas import learn_canvas
from grader.services.exports.canvas_file import CANVAS_LIMITS
from grader.services.exports.exporting import gradebook_export
from grader.services.exports.grade_files import GradeFile, Kind, grade_file, record_export
from grader.services.scores.gradebook import gradebook as read_gradebook


@click.group("export", cls=Verbs, epilog="Example: grader export gradebook --format csv")
def command() -> None:
    """Write the gradebook for other tools."""


@command.command(
    epilog="Example: grader export gradebook --assignment pset7 --format csv > pset7.csv"
)
@click.option("--assignment", help="Which one; the first of the course.")
@click.option("--section", help="Only this section.")
@format_option
def gradebook(assignment: str | None, section: str | None, layout: str) -> None:
    """Write each active student's points, total and late days; of practice, which parts are correct.

    In CSV a text that a spreadsheet would take for a formula gets a leading apostrophe.
    """
    catalog = open_catalog()
    slug = find_assignment(catalog, assignment or catalog.course.assignments[0].slug).slug
    with looking(migrated_engine()) as session:
        found = read_gradebook(session, course=catalog.course, assignment=slug, section=section)
        export = gradebook_export(found)
    show(layout, export.columns, export.rows)


_ASSIGNMENT = click.argument("assignment")
_OUTPUT = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Write to this file; without it, to standard output.",
)


@command.command(epilog="Example: grader export canvas pset7 --learn canvas.csv -o for-canvas.csv")
@_ASSIGNMENT
@click.option(
    "--learn",
    type=click.Path(path_type=Path),
    help="First take the ids of this gradebook, which Canvas exported; - is standard input.",
)
@_OUTPUT
def canvas(assignment: str, learn: Path | None, output: Path | None) -> None:
    """Write one column for Canvas's gradebook, for the students whom Canvas is known to have.

    Its ids are learned from Canvas's own export, which is kept: hand in a newer one when the class changed.
    """
    _write(Kind.CANVAS, assignment, output, learn=learn)


@command.command(epilog="Example: grader export gradescope pset7 -o gradescope.csv")
@_ASSIGNMENT
@_OUTPUT
def gradescope(assignment: str, output: Path | None) -> None:
    """Write the scores in the columns of Gradescope's own export."""
    _write(Kind.GRADESCOPE, assignment, output)


@command.command("csv", epilog="Example: grader export csv pset7 -o pset7.csv")
@_ASSIGNMENT
@_OUTPUT
def csv_(assignment: str, output: Path | None) -> None:
    """Write the points of each part, the total and the late days."""
    _write(Kind.CSV, assignment, output)


@command.command(epilog="Example: grader export xlsx pset7 -o pset7.xlsx")
@_ASSIGNMENT
@_OUTPUT
def xlsx(assignment: str, output: Path | None) -> None:
    """Write an Excel workbook: the scores, and a sheet that says what they are."""
    _write(Kind.EXCEL, assignment, output)


def _write(kind: Kind, assignment: str, output: Path | None, *, learn: Path | None = None) -> None:
    if kind is Kind.EXCEL and output is None and sys.stdout.isatty():
        raise InvalidRequest("A workbook is no text for a terminal: name a file with -o.")
    catalog = open_catalog()
    slug = find_assignment(catalog, assignment).slug
    raw = None if learn is None else read_file(learn, CANVAS_LIMITS.file)
    engine, who, moment = migrated_engine(), actor(), now()
    if raw is not None:
        with writing(engine) as session:
            learn_canvas(session, raw=raw, about=slug, actor=who, now=moment)
    with looking(engine) as session:
        made = grade_file(
            session, course=catalog.course, assignment=slug, kind=kind, actor=who, now=moment
        )
    with writing(engine) as session:
        record_export(session, made=made, actor=who, now=moment)
        # Before the commit: what could not be written was not exported.
        if output is not None:
            _put(made, output)
    if output is not None:
        note(f"Written: {output}")
        return
    # After it: whoever reads the other end may take their time.
    sys.stdout.buffer.write(made.content)
    sys.stdout.flush()


def _put(made: GradeFile, output: Path) -> None:
    try:
        output.write_bytes(made.content)
    except OSError as error:
        raise InvalidRequest(f"{output} can't be written: {error.strerror}.") from None
