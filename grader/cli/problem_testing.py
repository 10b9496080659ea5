"""``grader problems test``: the author's test runner."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from grader.cli.cells import Cell
from grader.cli.context import open_named
from grader.cli.finding import find_problem
from grader.cli.output import format_option, show
from grader.cli.progress import progress
from grader.cli.watching import watch
from grader.cli.whole_number import WholeNumber
from grader.content.catalog import Catalog
from grader.domain.problem import Problem
from grader.services.problems.checks import Result, check_everything

_COLUMNS = ("problem", "check", "result", "what")
_MARKS = {"passed": "✓", "failed": "✗", "not run": "–"}


@dataclass(frozen=True, slots=True)
class Tested:
    """What came of a problem's checks, and how long they took."""

    problem: str
    results: tuple[Result, ...]
    seconds: float

    def count(self, state: str) -> int:
        """How many checks ended so."""
        return sum(result.state == state for result in self.results)


@click.command("test", epilog="Example: grader problems test pset7/ancestry --watch")
@click.argument("problems", nargs=-1, metavar="[PROBLEM]...")
@click.option("--watch", "watching", is_flag=True, help="Test again at each change; show the page.")
@click.option(
    "--port",
    type=WholeNumber(0, 65535),
    default=0,
    help="Where --watch shows the page; any free port.",
)
@format_option
def command(problems: tuple[str, ...], watching: bool, port: int, layout: str) -> None:  # noqa: FBT001 - a flag.
    """Test problems as their author: all of them, or those that are named.

    The texts can be shown and the data read; texts and checker state the same decimals and tolerance; the
    solution gives numbers, and the same in clean processes; the answer is correct as a student types it,
    rounded or cut off; no mistake passes as correct; whatever is typed is read or refused with a reason.
    What fails is named with its file and line, or its part, and what to do. Exit code 1 if anything fails.

    With --watch the tests run again whenever a file of the problem or of its solution changes, and the
    page that students will see is shown at the printed address of this machine. Ctrl-C ends it.
    """
    if watching and layout != "table":
        raise click.UsageError("--watch writes tables; leave --format out.")
    if watching:
        watch(problems, port)
        return
    catalog = open_named(problems)
    chosen = [find_problem(catalog, slug) for slug in problems] or catalog.course.problems
    with progress(chosen, "Testing") as bar:
        tested = [_test(catalog, problem) for problem in bar]
    _show(layout, tested)
    if any(each.count("failed") for each in tested):
        click.get_current_context().exit(1)


def _test(catalog: Catalog, problem: Problem) -> Tested:
    started = time.perf_counter()
    # What a solution prints must not stand in the result.
    with redirect_stdout(sys.stderr):
        results = check_everything(catalog, problem)
    return Tested(problem.slug, results, time.perf_counter() - started)


def _show(layout: str, tested: Sequence[Tested]) -> None:
    """For people a table for each problem, for programs all in one."""
    if layout == "table":
        for each in tested:
            rows = [row[1:] for row in _rows(each)]
            show(layout, _COLUMNS[1:], rows, summary=[_summary(each)])
        return
    rows = [row for each in tested for row in _rows(each)]
    show(layout, _COLUMNS, rows, document=[_document(each) for each in tested])


def _summary(tested: Tested) -> str:
    failed = tested.count("failed")
    said = f"{failed} failed" if failed else "all passed"
    return f"{tested.problem}: {len(tested.results)} checks, {said}, in {tested.seconds:.1f} s."


def _rows(tested: Tested) -> Iterator[tuple[Cell, ...]]:
    """A line for each check, and for one that fails a line for each reason."""
    here = f"{Path.cwd()}/"
    for result in tested.results:
        said = [str(each).replace(here, "") for each in result.findings] or [result.says]
        state = f"{_MARKS[result.state]} {result.state}"
        yield from ((tested.problem, result.check, state, each) for each in said)


def _document(tested: Tested) -> dict[str, Any]:
    return {
        "problem": tested.problem,
        "passed": not tested.count("failed"),
        "seconds": round(tested.seconds, 6),
        "checks": [
            {"check": each.check, "says": each.says, "result": each.state}
            | {"findings": _findings(each)}
            for each in tested.results
        ],
    }


def _findings(result: Result) -> Sequence[dict[str, str]]:
    return [
        {"where": each.where, "what": each.what, "advice": each.advice} for each in result.findings
    ]
