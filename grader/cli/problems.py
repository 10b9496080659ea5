"""``grader problems``: the files under ``problems/``."""

import click

from grader.cli import Verbs
from grader.cli.context import open_catalog
from grader.cli.output import format_option, show
from grader.cli.problem_starting import command as new
from grader.cli.problem_testing import command as test
from grader.cli.progress import progress
from grader.content.checking import check_problem, check_solution
from grader.domain.errors import ContentError


@click.group("problems", cls=Verbs, epilog="Example: grader problems check")
def command() -> None:
    """Begin, test, check and list problems."""


@command.command(epilog="Example: grader problems check")
@format_option
def check(layout: str) -> None:
    """Validate every problem strictly: files, texts, formulas and data, and that it has a solution.

    Exit code 1 names the file and line of what is wrong.
    """
    catalog = open_catalog()
    problems = catalog.course.problems
    with progress(problems, "Checking") as bar:
        wrong = [
            str(each)
            for problem in bar
            for each in (*check_problem(catalog, problem), *check_solution(problem))
        ]
    if wrong:
        raise ContentError("\n".join(wrong))
    parts = sum(len(problem.parts) for problem in problems)
    files = {file.name for problem in problems for file in problem.data}
    document = {"problems": len(problems), "parts": parts, "data_files": len(files)}
    said = f"{len(problems)} problems with {parts} parts and {len(files)} data files are in order."
    show(layout, tuple(document), [tuple(document.values())], document=document, summary=[said])


command.add_command(test)
command.add_command(new)


@command.command("list", epilog="Example: grader problems list --format json")
@format_option
def list_(layout: str) -> None:
    """List the parts of every problem."""
    columns = ("part", "problem", "title", "points", "tolerance")
    show(
        layout,
        columns,
        [
            (part.slug, problem.title, part.title, part.points, part.tolerance)
            for problem in open_catalog().course.problems
            for part in problem.parts
        ],
    )
