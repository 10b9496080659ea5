"""``grader overrides``: scores that staff decided."""

from pathlib import Path
from typing import Any

import click

from grader.cli import Verbs
from grader.cli.cells import Cell
from grader.cli.context import actor, looking, migrated_engine, now, open_catalog, writing
from grader.cli.finding import find_assignment
from grader.cli.output import finish, format_option, note, show
from grader.cli.reading import read_file
from grader.domain.part_names import part_names
from grader.services.overrides.importing import import_overrides
from grader.services.overrides.overrides_file import OVERRIDES_LIMITS
from grader.services.overrides.planning import Change, OverridePlan, plan_overrides

_COLUMNS = (
    "change",
    "row",
    "login",
    "part",
    "counts",
    "points",
    "possible",
    "instead_of",
    "reason",
)


@click.group("overrides", cls=Verbs, epilog="Example: grader overrides import overrides.csv")
def command() -> None:
    """Import scores that staff decided."""


@command.command("import", epilog="Example: grader overrides import overrides.csv --apply")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--assignment", help="Which one; the first of the course.")
@click.option("--apply", is_flag=True, help="Do it; without it the changes are only shown.")
@format_option
def import_(file: Path, assignment: str | None, apply: bool, layout: str) -> None:  # noqa: FBT001 - a click flag.
    """Show which scores a FILE would decide; with --apply do it, all rows or none. - is standard input.

    It is CSV with the columns login, part, points and reason; a part is written as in the gradebook, such
    as 2a, or in full. What is decided so already is skipped; what a row would replace is named, points or an
    excuse. Exit code 3 while changes are pending.
    """
    raw = read_file(file, OVERRIDES_LIMITS.file)
    catalog = open_catalog()
    found = find_assignment(catalog, assignment or catalog.course.assignments[0].slug)
    engine = migrated_engine()
    if apply:
        with writing(engine) as session:
            plan = import_overrides(
                session,
                course=catalog.course,
                assignment=found.slug,
                raw=raw,
                digest=None,
                actor=actor(),
                actor_id=None,
                now=now(),
            )
    else:
        with looking(engine) as session:
            plan = plan_overrides(
                session, course=catalog.course, assignment=found.slug, raw=raw, actor_id=None
            )
    pending = bool(plan.pending) and not apply
    _show(layout, plan, applied=apply)
    if pending:
        note("Nothing was changed; add --apply to do it.")
    finish(pending=pending)


def _show(layout: str, plan: OverridePlan, *, applied: bool) -> None:
    names = part_names(plan.assignment)
    rows: list[tuple[Cell, ...]] = [
        (
            row.change.value,
            row.stated.row,
            row.stated.login,
            names[row.stated.part],
            row.counts,
            row.stated.points,
            row.possible,
            "excuse" if row.excused else row.old,
            row.stated.reason,
        )
        for row in plan.pending
    ]
    counts = {change: plan.count(change) for change in Change}
    document: dict[str, Any] = {
        "applied": applied,
        "assignment": plan.assignment.slug,
        "adds": counts[Change.ADD],
        "changes": counts[Change.CHANGE],
        "unchanged": counts[Change.SAME],
        "rows": [dict(zip(_COLUMNS, row, strict=True)) for row in rows],
    }
    show(layout, _COLUMNS, rows, document=document, summary=[_summary(counts, applied=applied)])


def _summary(counts: dict[Change, int], *, applied: bool) -> str:
    adds, changes, same = (counts[each] for each in (Change.ADD, Change.CHANGE, Change.SAME))
    if not adds and not changes:
        return f"Every score of the file ({same}) is decided so already, so there is nothing to do."
    if applied:
        return f"{adds} added, {changes} changed, {same} unchanged."
    return f"{adds} to add, {changes} to change, {same} unchanged."
