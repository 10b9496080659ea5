"""``grader keys``: what decides verdicts."""

from typing import Any

import click

from grader.cli.context import (
    find_problem,
    find_problems,
    looking,
    migrated_engine,
    now,
    open_catalog,
    writing,
)
from grader.cli.output import Cell, finish, format_option, note, progress, show
from grader.domain.grading import AnswerKey
from grader.services.documents import key_document
from grader.services.keys import stored_key
from grader.services.publishing import Published, draft_key, key_status, publish

_PARTS = ("part", "value", "tolerance")


@click.group("keys", epilog="Example: grader keys solve pset7/logistic_regression --format json")
def command() -> None:
    """Solve problems, and publish the answer keys."""


@command.command(epilog="Example: grader keys solve pset7/logistic_regression --format json")
@click.argument("problem", required=False)
@format_option
def solve(problem: str | None, layout: str) -> None:
    """Print the expected values at full precision; needs no database.

    As JSON one problem is {"a": value, ...}; without PROBLEM each problem's slug maps to such an object.
    """
    catalog = open_catalog()
    with progress(find_problems(catalog, problem), "Solving") as bar:
        solved = [draft_key(catalog, each).key for each in bar]
    documents = {key.problem: _values(key) for key in solved}
    document = documents if problem is None else documents[problem]
    rows = [row for key in solved for row in _rows(key)]
    show(layout, _PARTS, rows, document=document)


@command.command("publish", epilog="Example: grader keys publish pset7/ancestry")
@click.argument("problem", required=False)
@format_option
def publish_(problem: str | None, layout: str) -> None:
    """Solve, and store the next version of each key that changed.

    A key is active at once while its problem has no submissions; otherwise after a regrade.
    """
    catalog, engine = open_catalog(), migrated_engine()
    done = []
    with progress(find_problems(catalog, problem), "Publishing") as bar:
        for each in bar:
            with writing(engine) as session:
                done.append(publish(session, catalog=catalog, problem=each, now=now()))
    columns = ("problem", "version", "created", "active")
    show(layout, columns, [(p.problem, p.version, p.created, p.active) for p in done])
    for published in done:
        _tell(published)


@command.command(epilog="Example: grader keys status --format json")
@format_option
def status(layout: str) -> None:
    """Say for each key whether it is current, or stale and why.

    Exit code 3 if one is missing, stale or inactive. What it finds is shown to the staff on the web too.
    """
    catalog, engine = open_catalog(), migrated_engine()
    with writing(engine) as session:
        found = [
            key_status(session, catalog=catalog, problem=problem, now=now())
            for problem in catalog.course.problems
        ]
    columns = ("problem", "version", "active_version", "state", "reasons")
    values = [(s.problem, s.version, s.active_version, s.state) for s in found]
    show(
        layout,
        columns,
        [(*row, "; ".join(s.reasons)) for row, s in zip(values, found, strict=True)],
        document=[
            dict(zip(columns, (*row, s.reasons), strict=True))
            for row, s in zip(values, found, strict=True)
        ],
    )
    finish(pending=any(s.state != "current" for s in found))


@command.command(
    "show", epilog="Example: grader keys show pset7/ancestry --version 1 --format json"
)
@click.argument("problem")
@click.option("--version", type=click.IntRange(min=1), help="Which version; the active one.")
@format_option
def show_(problem: str, version: int | None, layout: str) -> None:
    """Show a published key and what it was computed from."""
    slug = find_problem(open_catalog(), problem).slug
    with looking(migrated_engine()) as session:
        stored = stored_key(session, problem=slug, version=version)
    head: dict[str, Any] = {
        "problem": slug,
        "version": stored.version,
        "active": stored.active,
        "created_at": stored.created_at,
    }
    summary = [f"{name}: {value}" for name, value in head.items()]
    summary += [f"{name}: {value}" for name, value in stored.provenance.items()]
    document = {**head, "key": key_document(stored.key), "provenance": stored.provenance}
    show(layout, _PARTS, _rows(stored.key), document=document, summary=summary)


def _values(key: AnswerKey) -> dict[str, float]:
    # The decimal is the shortest text of the float, so this is the very float that was computed.
    return {slug.rpartition("/")[2]: float(part.expected) for slug, part in key.parts.items()}


def _rows(key: AnswerKey) -> list[tuple[Cell, ...]]:
    return [(slug, part.expected, part.tolerance) for slug, part in key.parts.items()]


def _tell(published: Published) -> None:
    for dropped in published.dropped:
        note(f"{published.problem}: dropped {dropped}.")
    if not published.active:
        note(
            f"{published.problem}: version {published.version} is stored but grades nothing yet, since "
            f"students have answered. Look at: grader regrade plan {published.problem}"
        )
