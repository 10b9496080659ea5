"""``grader keys audit``: are the tolerances above the noise, and below the mistakes?"""

from decimal import Decimal
from typing import Any

import click

from grader.cli.cells import Cell
from grader.cli.context import open_catalog
from grader.cli.finding import find_problems
from grader.cli.output import format_option, note, show
from grader.cli.progress import progress
from grader.services.keys.auditing import Audited, audit

_COLUMNS = ("part", "tolerance", "spread", "by", "nearest_mistake", "distance", "result")


@click.command("audit", epilog="Example: grader keys audit pset7/ancestry")
@click.argument("problem", required=False)
@format_option
def audit_(problem: str | None, layout: str) -> None:
    """Solve each part in several ways, and compare the spread with the tolerance.

    The ways: single precision, rows in other orders, one and two threads, and the plain loops where the
    solution has them. A tolerance has to be at least 5 times the spread, and at most a quarter of the way to
    the nearest misconception, unless the part says in problem.toml why not: accepts_noise = "..." or
    accepts_mistakes = "...". Exit code 1 if it does not.
    """
    catalog = open_catalog()
    with progress(find_problems(catalog, problem), "Auditing") as bar:
        audited = [each for one in bar for each in audit(catalog, one)]
    show(
        layout, _COLUMNS, [_row(each) for each in audited], document=[_document(a) for a in audited]
    )
    for each in audited:
        for finding in each.findings:
            sign = "accepted" if finding.accepted else "failed"
            why = f" ({finding.accepted})" if finding.accepted else ""
            note(f"{sign}: {each.noise.part}: {finding.what}{why}.")
    if not all(each.passed for each in audited):
        click.get_current_context().exit(1)


def _row(audited: Audited) -> tuple[Cell, ...]:
    noise = audited.noise
    tag = noise.nearest[0] if noise.nearest else None
    gap = None if noise.gap is None else _short(noise.gap)
    return (
        noise.part,
        noise.tolerance,
        _short(noise.spread),
        noise.worst,
        tag,
        gap,
        _result(audited),
    )


def _result(audited: Audited) -> str:
    if not audited.passed:
        return "failed"
    return "accepted" if audited.findings else "passed"


def _short(number: Decimal) -> str:
    return f"{number:.1e}" if number else "0"


def _document(audited: Audited) -> dict[str, Any]:
    noise = audited.noise
    return {
        "part": noise.part,
        "tolerance": noise.tolerance,
        "differences": {way: float(value) for way, value in noise.differences.items()},
        "nearest_mistake": noise.nearest[0] if noise.nearest else None,
        "distance": None if noise.gap is None else float(noise.gap),
        "result": _result(audited),
        "findings": [{"what": f.what, "accepted": f.accepted} for f in audited.findings],
    }
