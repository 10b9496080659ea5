"""``grader keys``: what decides verdicts."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import click

from grader.cli import Verbs
from grader.cli.auditing import audit_
from grader.cli.cells import Cell
from grader.cli.context import actor, looking, migrated_engine, now, open_catalog, writing
from grader.cli.deploying import Deployment, deploy_variants
from grader.cli.drafted_keys import discard_, drafts_
from grader.cli.finding import find_problem, find_problems
from grader.cli.output import finish, format_option, note, show
from grader.cli.progress import progress
from grader.cli.whole_number import WholeNumber
from grader.domain.errors import NothingToDo
from grader.domain.grading import AnswerKey
from grader.domain.misconceptions import collisions
from grader.services.keys.documents import key_document
from grader.services.keys.drafting import draft_key, expected_values
from grader.services.keys.published import stored_key
from grader.services.keys.publishing import Published, publish
from grader.services.keys.staleness import KeyStatus, key_status

_PARTS = ("part", "value", "tolerance")
_REMEDIES = {"missing": "keys publish", "stale": "keys publish", "inactive": "regrade plan"}
"""What an operator runs next, by the state of a key."""

_COLLISIONS = ("part", "misconception", "other", "tolerances_apart", "settled")


@click.group(
    "keys", cls=Verbs, epilog="Example: grader keys solve pset7/logistic_regression --format json"
)
def command() -> None:
    """Solve problems, and publish the answer keys."""


command.add_command(audit_)
command.add_command(drafts_)
command.add_command(discard_)


@command.command(epilog="Example: grader keys solve pset7/logistic_regression --format json")
@click.argument("problem", required=False)
@format_option
def solve(problem: str | None, layout: str) -> None:
    """Print the expected values at full precision; needs no database.

    As JSON one problem is {"a": value, ...}; without PROBLEM each problem's slug maps to such an object.
    """
    catalog = open_catalog()
    with progress(find_problems(catalog, problem), "Solving") as bar:
        solved = [(each, expected_values(catalog, each)) for each in bar]
    documents = {each.slug: _values(values) for each, values in solved}
    document = documents if problem is None else documents[problem]
    rows = [
        (part.slug, values[part.slug], part.tolerance)
        for each, values in solved
        for part in each.parts
    ]
    show(layout, _PARTS, rows, document=document)


@command.command("publish", epilog="Example: grader keys publish --variants 20 pset7/ancestry")
@click.argument("problem", required=False)
@click.option(
    "--variants",
    type=WholeNumber(0, 500),
    metavar="N",
    help="Deploy practice variants as well, until each problem with a generator has N of them.",
)
@format_option
def publish_(problem: str | None, variants: int | None, layout: str) -> None:
    """Solve, and store the next version of each key that changed.

    A key is active at once while its problem has no submissions; otherwise after a regrade. Practice
    variants belong to a version: each is reviewed beside it, and students draw them while it is active.
    """
    catalog, engine = open_catalog(), migrated_engine()
    problems = find_problems(catalog, problem)
    if variants is not None and problem is not None and problems[0].generator is None:
        raise NothingToDo(
            f"{problem} names no generator in its problem.toml, so it has no variants."
        )
    done = []
    with progress(problems, "Publishing") as bar:
        for each in bar:
            draft = draft_key(catalog, each)
            with writing(engine) as session:
                done.append(publish(session, draft=draft, actor=actor(), now=now()))
    columns: tuple[str, ...] = ("problem", "version", "created", "active")
    rows: list[tuple[Cell, ...]] = [(p.problem, p.version, p.created, p.active) for p in done]
    made = {}
    if variants is not None:
        generated = [each for each in problems if each.generator is not None]
        made = {each.slug: deploy_variants(engine, each, variants) for each in generated}
        columns = (*columns, "variants", "new")
        rows = [(*row, *_counts(made.get(str(row[0])))) for row in rows]
    show(layout, columns, rows)
    for published in done:
        _tell(published)
    for deployment in made.values():
        note(str(deployment))
    for published in done:
        if published.problem in made and not published.active:
            note(
                f"They belong to version {published.version} of {published.problem}, which waits for a "
                "regrade: students draw them once it is active."
            )


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
    reasons = [_reasons(each) for each in found]
    show(
        layout,
        columns,
        [(*row, "; ".join(why)) for row, why in zip(values, reasons, strict=True)],
        document=[
            dict(zip(columns, (*row, why), strict=True))
            for row, why in zip(values, reasons, strict=True)
        ],
    )
    for each in found:
        if each.state in _REMEDIES:
            note(f"{each.problem}: run: grader {_REMEDIES[each.state]} {each.problem}")
    finish(pending=any(s.state != "current" for s in found))


def _reasons(status: KeyStatus) -> tuple[str, ...]:
    """Why a key is not current; one that waits has no fault, and grades nothing all the same."""
    if status.state != "inactive":
        return status.reasons
    by = "nothing" if status.active_version is None else f"version {status.active_version}"
    return (f"{by} grades until a regrade to version {status.version} is applied",)


@command.command("check", epilog="Example: grader keys check pset7/ancestry")
@click.argument("problem", required=False)
@format_option
def check_(problem: str | None, layout: str) -> None:
    """Prove that every misconception can be told apart, or list those that can't; needs no database.

    Two numbers are told apart when they lie more than two tolerances apart, from each other and from the
    expected value. Of a collision students are told nothing, unless one of the two is declared the
    likelier (settled). A misconception that fails or gives no finite number is an error.
    """
    catalog = open_catalog()
    with progress(find_problems(catalog, problem), "Checking") as bar:
        keys = [draft_key(catalog, each).key for each in bar]
    rows = [row for key in keys for row in _collisions(key)]
    known = [each for key in keys for part in key.parts.values() for each in part.misconceptions]
    told = sum(each.told for each in known)
    if layout == "table":
        rows = [(*row[:2], row[2] or "the expected value", *row[3:]) for row in rows]
    counts = (
        f"{len(known)} numbers of misconceptions: {told} can be told, {len(known) - told} can't."
    )
    why = ["These lie too close to the expected value or to each other:"] if rows else []
    show(layout, _COLLISIONS, rows, summary=[counts, *why])


@command.command(
    "show", epilog="Example: grader keys show pset7/ancestry --version 1 --format json"
)
@click.argument("problem")
@click.option("--version", type=WholeNumber(min=1), help="Which version; the active one.")
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
    rows = [(slug, part.expected, part.tolerance) for slug, part in stored.key.parts.items()]
    show(layout, _PARTS, rows, document=document, summary=summary)


def _counts(deployment: Deployment | None) -> tuple[Cell, ...]:
    return (deployment.variants, deployment.made) if deployment else (None, None)


def _values(expected: Mapping[str, Decimal]) -> dict[str, float]:
    # The decimal is the shortest text of the float, so this is the very float that was computed.
    return {slug.rpartition("/")[2]: float(value) for slug, value in expected.items()}


def _collisions(key: AnswerKey) -> list[tuple[Cell, ...]]:
    """One row for each two that can't be told apart, the distance in tolerances of the part."""
    return [
        (slug, each.tag, each.other, round(each.distance / part.tolerance, 2), each.settled)
        for slug, part in key.parts.items()
        for each in collisions(part.misconceptions, truths=part.truths, tolerance=part.tolerance)
    ]


def _tell(published: Published) -> None:
    for dropped in published.dropped:
        note(f"{published.problem}: dropped {dropped}.")
    for edit in published.carried:
        note(f"{published.problem}: carries version {edit.version}, by {edit.actor}: {edit.words}")
    if not published.active:
        note(
            f"{published.problem}: version {published.version} is stored but grades nothing yet, since "
            f"students have answered. Look at: grader regrade plan {published.problem}"
        )
