"""``grader check``: one value against the reference solution."""

from typing import Any

import click

from grader.cli.context import looking, migrated_engine_if_any, open_catalog
from grader.cli.output import format_option, show
from grader.content.catalog import Catalog
from grader.domain.checking import check_text
from grader.domain.errors import NoKey, NotFound
from grader.domain.grading import AnswerKey
from grader.domain.grammar import canonical
from grader.domain.problem import Problem
from grader.services.keys.drafting import draft_key
from grader.services.keys.published import published_key


# A negative value is no option.
@click.command(
    "check",
    context_settings={"ignore_unknown_options": True},
    epilog="Example: grader check pset7/decision_tree_entropy/b 0.91175 --format json",
)
@click.argument("part")
@click.argument("value")
@format_option
def command(part: str, value: str, layout: str) -> None:
    """Check one value against the reference solution.

    VALUE is read and graded for PART as if a student had typed it, and nothing is stored. The verdict is
    correct, incorrect or unreadable (then with a reason and a message). The difference is absolute, to
    the nearest value that counts as correct; the misconception is the tag of the mistake that gives this
    very number, if one is known. The active key decides; without a database, or while no key
    is published, the problem is solved on the spot and key_version is null.
    """
    catalog = open_catalog()
    problem = catalog.course.problem(part.rpartition("/")[0])
    if problem is None or problem.part(part) is None:
        raise NotFound(f"There is no part {part[:100]!r}; list them with: grader problems list")
    version, key = _key(catalog, problem)
    if part not in key.parts:
        raise NoKey(f"Version {version}, the active key of {problem.slug}, does not cover {part}.")
    checked = check_text(key, part, value)
    reading, difference = checked.reading, checked.difference
    document: dict[str, Any] = {
        "part": part,
        "reading": None if reading.value is None else canonical(reading.value),
        "verdict": checked.verdict or "unreadable",
        "misconception": checked.misconception,
        "difference": None if difference is None else canonical(difference),
        "tolerance": canonical(checked.tolerance),
        "key_version": version,
    }
    if checked.verdict is None:
        document |= {"reason": reading.reason, "message": reading.message}
    summary = [
        f"{name}: {'none' if each is None else each}".replace("_", " ")
        for name, each in document.items()
        if name != "part"
    ]
    rows = [tuple(document.values())] if layout == "csv" else []
    show(layout, tuple(document), rows, document=document, summary=[part, *summary])


def _key(catalog: Catalog, problem: Problem) -> tuple[int | None, AnswerKey]:
    engine = migrated_engine_if_any()
    if engine is not None:
        with looking(engine) as session:
            published = published_key(session, problem.slug)
        if published is not None:
            return published
    return None, draft_key(catalog, problem).key
