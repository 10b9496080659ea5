"""``grader keys drafts`` and ``discard``: keys that wait for a regrade, and those that staff draft."""

import click

from grader.cli.cells import Cell
from grader.cli.context import actor, looking, migrated_engine, now, open_catalog, writing
from grader.cli.finding import find_problem, find_problems
from grader.cli.output import format_option, note, show
from grader.cli.whole_number import WholeNumber
from grader.services.keys.drafts import discard
from grader.services.keys.waiting import waiting_keys

_COLUMNS = ("problem", "version", "active_version", "edit", "reason", "actor", "at")


@click.command("drafts", epilog="Example: grader keys drafts pset7/ancestry")
@click.argument("problem", required=False)
@format_option
def drafts_(problem: str | None, layout: str) -> None:
    """List the keys that wait for a regrade, with what staff edited in them."""
    slugs = [each.slug for each in find_problems(open_catalog(), problem)]
    with looking(migrated_engine()) as session:
        waiting = waiting_keys(session, problems=slugs)
    rows: list[tuple[Cell, ...]] = []
    for key in waiting:
        if not key.drafted:
            published = ("published", None, None, key.created_at)
            rows.append((key.problem, key.version, key.active_version, *published))
        rows += [
            (key.problem, e.version, key.active_version, e.words, e.reason, e.actor, e.at)
            for e in key.edits
        ]
    show(layout, _COLUMNS, rows)


@click.command("discard", epilog="Example: grader keys discard pset7/ancestry 3 --reason 'a slip'")
@click.argument("problem")
@click.argument("version", type=WholeNumber(min=1, max=2**31))
@click.option("--reason", required=True, help="Why; it is recorded with the key.")
def discard_(problem: str, version: int, reason: str) -> None:
    """Put the newest key of a problem aside, unless it grades: it waits for no regrade any more."""
    slug = find_problem(open_catalog(), problem).slug
    with writing(migrated_engine()) as session:
        discard(session, problem=slug, version=version, reason=reason, actor=actor(), now=now())
    note(f"{slug}: version {version} is put aside. It stays stored, and grades nothing.")
