"""``grader regrade plan``: what a move to another answer key would change."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from grader.cli.context import looking, migrated_engine, now, open_catalog, writing
from grader.cli.finding import find_problem
from grader.cli.output import finish, format_option, note, show
from grader.cli.whole_number import WholeNumber
from grader.content.catalog import Catalog
from grader.domain.errors import InvalidRequest, NothingToDo
from grader.domain.problem import Problem
from grader.domain.regrade_scope import Rule, Scope
from grader.services.files.row_problems import RowError
from grader.services.files.stated_times import read_moment
from grader.services.regrades import regrading
from grader.services.regrades.history import PlanRecord, plan_record

LARGEST_ID = 2**31

plan_number = WholeNumber(min=1, max=LARGEST_ID)


@click.command(
    epilog="Example: grader regrade plan pset7/ancestry --never-lower --section 'Mon 1:30'"
)
@click.argument("target")
@click.option("--version", type=plan_number, help="To which version of the key; the newest.")
@click.option(
    "--section", "sections", multiple=True, help="Only students of this section; repeatable."
)
@click.option("--student", "students", multiple=True, help="Only this login; repeatable.")
@click.option("--since", help="Only answers from this time on, in the course's zone.")
@click.option("--until", help="Only answers before this time.")
@click.option(
    "--never-lower", is_flag=True, help="Keep right answers whose loss would lower a score."
)
@click.option("--held", is_flag=True, help="Move also what earlier regrades kept.")
@format_option
def plan(  # noqa: PLR0913, PLR0917 - click's options.
    target: str,
    version: int | None,
    sections: tuple[str, ...],
    students: tuple[str, ...],
    since: str | None,
    until: str | None,
    never_lower: bool,  # noqa: FBT001 - a click flag.
    held: bool,  # noqa: FBT001 - a click flag.
    layout: str,
) -> None:
    """Show what a move to another key would change, and store that plan; no grade changes.

    TARGET is a problem (pset7/ancestry), one of its parts (pset7/ancestry/a), or an assignment (pset7): then
    there is one plan for each problem whose newest key does not grade yet. Answers that are left out keep
    their grade. Exit code 3 if it would change verdicts.
    """
    catalog = open_catalog()
    problems, parts = _targets(catalog, target)
    zone = ZoneInfo(catalog.course.timezone)
    scope = Scope(
        parts=parts,
        sections=sections,
        students=students,
        since=_moment("--since", since, zone),
        until=_moment("--until", until, zone),
        held=held,
    )
    rule = Rule.NEVER_LOWER if never_lower else Rule.ANY_CHANGE
    engine, alone = migrated_engine(), len(problems) == 1
    made = []
    # All are worked out before one is stored. Students answer meanwhile: it takes its time, storing none.
    with looking(engine) as session:
        for problem in problems:
            try:
                made.append(
                    regrading.work_out(
                        session,
                        course=catalog.course,
                        problem=problem,
                        version=version,
                        scope=scope,
                        rule=rule,
                    )
                )
            except NothingToDo:
                if alone:
                    raise
    with writing(engine) as session:
        records = [
            plan_record(session, regrading.store_plan(session, made=each, now=now()).id)
            for each in made
        ]
    if not records:
        raise NothingToDo(f"Every problem of {target} is graded by its newest key.")
    show_plans(layout, records, alone=alone)
    numbers = " ".join(str(each.plan) for each in records)
    note(f"Nothing was changed. To do it: grader regrade apply {numbers} --reason '...'")
    finish(pending=any(each.changed for each in records))


def _targets(catalog: Catalog, target: str) -> tuple[tuple[Problem, ...], tuple[str, ...]]:
    """The problems that are named, and the part if it is one."""
    assignment = catalog.course.assignment(target)
    if assignment is not None:
        return assignment.problems, ()
    problem, _, part = target.rpartition("/")
    if "/" in problem and part:
        return (find_problem(catalog, problem),), (target,)
    return (find_problem(catalog, target),), ()


def _moment(option: str, text: str | None, zone: ZoneInfo) -> datetime | None:
    if text is None:
        return None
    try:
        return read_moment(text, zone=zone)[0]
    except RowError as error:
        raise InvalidRequest(f"For {option}, {error}.") from error


def show_plans(layout: str, records: Sequence[PlanRecord], *, alone: bool) -> None:
    """Write plans: what they are about, how many verdicts change, and whose."""
    columns = ("student", "name", "before", "after", "moves")
    rows = [
        (s["student"], s["name"], s["before"], s["after"], _moves(s["moves"]))
        for record in records
        for s in record.students
    ]
    documents = [asdict(record) for record in records]
    summary = [line for record in records for line in _summary(record)]
    show(layout, columns, rows, document=documents[0] if alone else documents, summary=summary)


def _summary(record: PlanRecord) -> list[str]:
    about = f" ({record.scope})" if record.scope else ""
    versions = f"key version {record.from_version} to {record.to_version}"
    return [
        f"Plan {record.plan}: {record.problem}{about}, {versions}",
        f"{record.changed} of {record.submissions} verdicts would change.",
        f"{len(record.students)} students are concerned.",
        *_staying(record),
        *_conflicts(record),
        *(f"  {move}: {count}" for move, count in record.matrix.items()),
    ]


def _staying(record: PlanRecord) -> list[str]:
    """What keeps its grade, and why."""
    told = []
    if record.outside:
        told.append(
            f"{record.outside} answers are left out and keep their grade; new answers are all graded by "
            f"version {record.to_version}."
        )
    if record.held:
        told.append(f"{record.held} answers are kept by an earlier regrade; --held moves them too.")
    if record.kept:
        told.append("So that no score is lowered, these keep a right answer:")
        told += [f"  {each['student']}: {', '.join(each['parts'])}" for each in record.kept]
    return told


def _conflicts(record: PlanRecord) -> list[str]:
    about = [f"  {each['student']}, {each['about']}: {each['kind']}" for each in record.overrides]
    return ["These overrides stay as they are; look at them:", *about] if about else []


def _moves(moves: dict[str, int]) -> str:
    return "; ".join(f"{move} ({count})" for move, count in moves.items())
