"""``grader problems new``: a problem to begin with."""

from pathlib import Path

import click

from grader.cli.context import open_catalog
from grader.cli.output import format_option, note, show
from grader.config import load_settings
from grader.content.sources import reference_dir
from grader.services.problems.new_problem import start_course, start_problem


@click.command("new", epilog='Example: grader problems new pset7/urns --title "Two urns"')
@click.argument("problem", metavar="ASSIGNMENT/NAME")
@click.option("--title", help="The problem's title; made of its name.")
@format_option
def command(problem: str, title: str | None, layout: str) -> None:
    """Write the files of a new problem, to begin with: a small worked example that passes all tests.

    The public ones go to the problems' folder, the solution to reference/ beside the code. The problem is
    named in its assignment, which is made if it is new and then named in the course; in a folder without a
    course that is begun, too. Nothing is written over; if anything stands in the way, nothing is written.
    """
    settings, secret = load_settings(), reference_dir()
    root, instance = settings.problems_dir, settings.instance_dir
    if root.is_dir() and not (root / "course.toml").exists():
        started = start_course(root, instance, secret=secret, slug=problem, title=title)
    else:
        started = start_problem(open_catalog(settings), secret=secret, slug=problem, title=title)
    done = [("written", path) for path in started.created]
    done += [("changed", path) for path in started.changed]
    document = {
        "problem": started.problem,
        "written": [str(path) for path in started.created],
        "changed": [str(path) for path in started.changed],
    }
    rows = [(what, _shown(path)) for what, path in done]
    show(layout, ("done", "file"), rows, document=document)
    note(f"Make it yours, and see it: grader problems test {started.problem} --watch")


def _shown(path: Path) -> str:
    """A path as short as it can be from where the author stands."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
