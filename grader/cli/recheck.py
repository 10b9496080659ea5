"""``grader recheck``: is every stored grade what its key says of its answer?"""

import click

from grader.cli.context import looking, migrated_engine, open_catalog
from grader.cli.finding import find_problem
from grader.cli.output import format_option, note, show
from grader.cli.progress import counting
from grader.domain.errors import InvalidRequest
from grader.services.regrades.rechecking import Told, count_grades, differing, without_grade

MOST_SHOWN = 1_000
_COLUMNS = ("submission", "problem", "version", "stored", "computed")


@click.command("recheck", epilog="Example: grader recheck --all")
@click.argument("problem", required=False)
@click.option("--all", "everything", is_flag=True, help="The grades of all problems.")
@format_option
def command(problem: str | None, everything: bool, layout: str) -> None:  # noqa: FBT001 - a click flag.
    """Compute stored grades again, and tell which differ.

    Each is computed from its answer and its key, under every version. Grades are never written over, so none
    should differ; also, no answer may be without the grade that stands. It only reads, and students can
    answer meanwhile. Exit code 1 if anything is found.
    """
    if everything == (problem is not None):
        raise InvalidRequest("Name a problem, or say --all.")
    slug = None if problem is None else find_problem(open_catalog(), problem).slug
    found, shown = 0, []
    with looking(migrated_engine()) as session:
        grades, missing = count_grades(session, slug), without_grade(session, problem=slug)
        with counting(grades, "Checking grades") as told:
            for each in differing(session, problem=slug, told=told):
                found += 1
                if found <= MOST_SHOWN:
                    stored, computed = _words(each.stored), _words(each.computed)
                    shown.append((each.submission, each.problem, each.version, stored, computed))
    show(
        layout,
        _COLUMNS,
        shown,
        document={
            "grades": grades,
            "differing": found,
            "without_grade": missing,
            "shown": [dict(zip(_COLUMNS, row, strict=True)) for row in shown],
        },
        summary=[
            f"{grades:,} grades were computed again; {found:,} differ.",
            f"{missing:,} answers lack the grade that should stand.",
        ],
    )
    if found > MOST_SHOWN:
        note(f"The first {MOST_SHOWN:,} are shown.")
    if found or missing:
        click.get_current_context().exit(1)


def _words(told: Told | None) -> str:
    if told is None:
        return "the key lacks the part"
    verdict, tag = told
    return f"{verdict} ({tag})" if tag else verdict
