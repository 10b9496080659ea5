"""The commands of ``grader policy`` that move an assignment to another version of its policy, and back."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, astuple, fields
from decimal import Decimal
from typing import Any

import click

from grader.cli.context import actor, looking, migrated_engine, now, open_catalog, writing
from grader.cli.finding import find_assignment
from grader.cli.output import finish, format_option, note, show
from grader.cli.whole_number import WholeNumber
from grader.domain.grammar import canonical
from grader.services.rescores import rescoring
from grader.services.rescores.history import (
    PlanRecord,
    RunRecord,
    effect_record,
    list_runs,
    plan_record,
    run_record,
)
from grader.services.rescores.moves import Move, applying, undoing

LARGEST_ID = 2**31
COLUMNS = (
    *("student", "name", "assignment", "before", "after"),
    *("possible_before", "possible_after", "late_days_before", "late_days_after"),
)

_id = WholeNumber(min=1, max=LARGEST_ID)
_reason = click.option("--reason", required=True, help="Why; staff find it in: grader policy list.")


@click.command(epilog="Example: grader policy plan pset7 --format json")
@click.argument("assignment")
@click.option("--version", type=_id, help="To which version of the policy; the newest.")
@format_option
def plan(assignment: str, version: int | None, layout: str) -> None:
    """Show what a move to another policy would change, and store that plan; no score changes.

    Exit code 3 if it would change rules or scores.
    """
    catalog = open_catalog()
    found = find_assignment(catalog, assignment)
    engine = migrated_engine()
    with looking(engine) as session:
        # Students answer meanwhile: working it out takes its time, storing it none.
        made = rescoring.work_out(session, course=catalog.course, assignment=found, version=version)
    with writing(engine) as session:
        record = plan_record(session, rescoring.store_plan(session, made=made, now=now()).id)
    _show_plan(layout, record)
    note(f"Nothing was changed. To do it: grader policy apply {record.plan} --reason '...'")
    finish(pending=bool(record.rules or record.changed))


@click.command(epilog="Example: grader policy apply 1 --reason 'the room had no network'")
@click.argument("plan", type=_id)
@_reason
@format_option
def apply(plan: int, reason: str, layout: str) -> None:
    """Make the plan's policy the one that scores.

    It is refused if policies, keys or what staff decided moved since the plan was made. Answers that came
    since are scored by the new rules like all others.
    """
    record, effect = _carry_out(applying, rescoring.apply, plan_id=plan, reason=reason)
    _show_run(layout, record, effect)
    note(f"To take it back: grader policy undo {record.run} --reason '...'")


@click.command(epilog="Example: grader policy undo 1 --reason 'the wrong file was published'")
@click.argument("run", type=_id)
@_reason
@format_option
def undo(run: int, reason: str, layout: str) -> None:
    """Take a rescore back: the earlier policy scores again. The last one of an assignment goes first."""
    _show_run(layout, *_carry_out(undoing, rescoring.undo, run_id=run, reason=reason))


@click.command("list", epilog="Example: grader policy list")
@format_option
def list_(layout: str) -> None:
    """List plans and runs, the newest plan first."""
    with looking(migrated_engine()) as session:
        runs = list_runs(session)
    columns = tuple(field.name for field in fields(RunRecord))
    show(layout, columns, [astuple(run) for run in runs])


@click.command("show", epilog="Example: grader policy show 1 --format json")
@click.argument("plan", type=_id)
@format_option
def show_(plan: int, layout: str) -> None:
    """Show a stored plan again, as it was when it was made."""
    with looking(migrated_engine()) as session:
        record = plan_record(session, plan)
    _show_plan(layout, record)


def _carry_out(
    find: Callable[[Any, int], Move],
    carry_out: Callable[..., Any],
    *,
    reason: str,
    **which: int,
) -> tuple[RunRecord, PlanRecord]:
    """Work out what a move changes while others write, and then make it in a moment."""
    course, engine = open_catalog().course, migrated_engine()
    with looking(engine) as session:
        move = find(session, *which.values())
        foreseen = rescoring.foresee(session, course=course, move=move)
    with writing(engine) as session:
        run = carry_out(
            session,
            course=course,
            reason=reason,
            actor=actor(),
            now=now(),
            foreseen=foreseen,
            **which,
        )
        return run_record(session, run.id), effect_record(session, run.id)


def _show_plan(layout: str, record: PlanRecord) -> None:
    versions = f"{record.from_version} to {record.to_version}"
    summary = [
        f"Plan {record.plan}: {record.assignment}, policy version {versions}",
        *(f"  {each.rule}: {each.before} -> {each.after}" for each in record.rules),
        _sentence(record),
        *_conflicts(record),
    ]
    rows = [row for student in record.students for row in _rows(student, record.assignment)]
    show(layout, COLUMNS, rows, document=asdict(record), summary=summary)


def _sentence(record: PlanRecord) -> str:
    if record.total_alone is None:
        return f"The scores of {record.changed} students would change."
    return f"The points of 0 students change; {_totals(record.total_alone)}."


def _totals(totals: tuple[Decimal, Decimal]) -> str:
    old, new = map(canonical, totals)
    return f"the possible points go from {old} to {new}"


def _rows(student: Mapping[str, Any], assignment: str) -> Iterator[tuple[Any, ...]]:
    """A row for each assignment on which the student's score would change."""
    for slug, moved in {assignment: student, **student["others"]}.items():
        before, after = moved["before"], moved["after"]
        if before != after:
            pairs = [
                each[name]
                for name in ("points", "possible", "late_days")
                for each in (before, after)
            ]
            yield student["student"], student["name"], slug, *pairs


def _conflicts(record: PlanRecord) -> list[str]:
    about = [f"  {each['student']}, {each['about']}: {each['kind']}" for each in record.overrides]
    return ["These overrides stay as they are; look at them:", *about] if about else []


def _show_run(layout: str, record: RunRecord, effect: PlanRecord) -> None:
    done = "undone" if record.undoes else "applied"
    changed = f"the scores of {record.changed} students changed"
    if effect.total_alone is not None:
        changed = f"the points of 0 students changed, {_totals(effect.total_alone)}"
    said = (
        f"Run {record.run}: plan {record.plan} {done}. {record.assignment} is scored by policy version "
        f"{record.to_version}; {changed}."
    )
    document = asdict(record)
    rows = [astuple(record)] if layout == "csv" else []
    show(layout, tuple(document), rows, document=document, summary=[said])
