"""``grader regrade``: the move of a problem's submissions to another answer key."""

from collections.abc import Callable
from dataclasses import asdict, astuple, fields
from functools import partial
from typing import Any

import click
from sqlalchemy import Engine

from grader.cli.context import actor, looking, migrated_engine, now, open_catalog, writing
from grader.cli.finding import find_problem
from grader.cli.output import finish, format_option, note, show
from grader.cli.progress import counting
from grader.db.models import RegradeJob, RegradeRun
from grader.services import regrading
from grader.services.regrade_history import PlanRecord, RunRecord, list_runs, plan_record
from grader.services.regrade_jobs import start_apply, start_undo
from grader.services.regrade_running import begin_job, run_job

LARGEST_ID = 2**31

_id = click.IntRange(min=1, max=LARGEST_ID)
_reason = click.option(
    "--reason", required=True, help="Why; staff find it in: grader regrade list."
)


@click.group("regrade", epilog="Example: grader regrade plan pset7/ancestry")
def command() -> None:
    """Plan, apply and undo a move to another answer key."""


@command.command(epilog="Example: grader regrade plan pset7/ancestry --format json")
@click.argument("problem")
@click.option("--version", type=_id, help="To which version of the key; the newest.")
@format_option
def plan(problem: str, version: int | None, layout: str) -> None:
    """Show what a move to another key would change, and store that plan; no grade changes.

    Exit code 3 if it would change verdicts.
    """
    catalog = open_catalog()
    found = find_problem(catalog, problem)
    engine = migrated_engine()
    with looking(engine) as session:
        # Students answer meanwhile: working it out takes its time, storing it none.
        made = regrading.work_out(session, course=catalog.course, problem=found, version=version)
    with writing(engine) as session:
        record = plan_record(session, regrading.store_plan(session, made=made, now=now()).id)
    _show_plan(layout, record)
    note(f"Nothing was changed. To do it: grader regrade apply {record.plan} --reason '...'")
    finish(pending=record.changed > 0)


@command.command(epilog="Example: grader regrade apply 1 --reason 'the data file was corrected'")
@click.argument("plan", type=_id)
@_reason
@format_option
def apply(plan: int, reason: str, layout: str) -> None:
    """Grade every submission under the plan's key, and make that key the active one.

    It is refused if keys, policies or what staff decided moved since the plan was made. Answers that came
    since, or come meanwhile, are graded too, and counted. Broken off, it changes nothing: start it again.
    """
    engine = migrated_engine()
    record = _run(engine, partial(start_apply, plan_id=plan, reason=reason, actor=actor()))
    _show_run(layout, record)
    note(f"To take it back: grader regrade undo {record['run']} --reason '...'")


@command.command(epilog="Example: grader regrade undo 1 --reason 'the correction was wrong'")
@click.argument("run", type=_id)
@_reason
@format_option
def undo(run: int, reason: str, layout: str) -> None:
    """Take a regrade back: the earlier key grades again, what came in between included."""
    engine = migrated_engine()
    start = partial(start_undo, run_id=run, reason=reason, actor=actor())
    _show_run(layout, _run(engine, start))


@command.command("list", epilog="Example: grader regrade list")
@format_option
def list_(layout: str) -> None:
    """List plans and runs, the newest plan first."""
    with looking(migrated_engine()) as session:
        runs = list_runs(session)
    columns = tuple(field.name for field in fields(RunRecord))
    show(layout, columns, [astuple(run) for run in runs])


@command.command("show", epilog="Example: grader regrade show 1 --format json")
@click.argument("plan", type=_id)
@format_option
def show_(plan: int, layout: str) -> None:
    """Show a stored plan again, as it was when it was made."""
    with looking(migrated_engine()) as session:
        record = plan_record(session, plan)
    _show_plan(layout, record)


def _run(engine: Engine, start: Callable[..., RegradeJob]) -> dict[str, Any]:
    """Start a job, drive it to its end, and tell what came of it."""
    at = now()
    job_id, total = begin_job(lambda: writing(engine), start=partial(start, now=at), now=at)
    with counting(total, "Grading") as told:
        run_id = run_job(lambda: writing(engine), job_id=job_id, clock=now, told=told)
    with looking(engine) as session:
        said = session.get_one(RegradeJob, job_id).message
        if said:
            note(said)
        run = session.get_one(RegradeRun, run_id)
        return _run_document(run, plan_record(session, run.plan_id))


def _show_plan(layout: str, record: PlanRecord) -> None:
    summary = [
        f"Plan {record.plan}: {record.problem}, key version {record.from_version} to {record.to_version}",
        f"{record.changed} of {record.submissions} verdicts would change.",
        f"{len(record.students)} students are concerned.",
        *_conflicts(record),
        *(f"  {move}: {count}" for move, count in record.matrix.items()),
    ]
    columns = ("student", "name", "before", "after", "moves")
    rows = [
        (s["student"], s["name"], s["before"], s["after"], _moves(s["moves"]))
        for s in record.students
    ]
    show(layout, columns, rows, document=asdict(record), summary=summary)


def _conflicts(record: PlanRecord) -> list[str]:
    about = [f"  {each['student']}, {each['about']}: {each['kind']}" for each in record.overrides]
    return ["These overrides stay as they are; look at them:", *about] if about else []


def _moves(moves: dict[str, int]) -> str:
    return "; ".join(f"{move} ({count})" for move, count in moves.items())


def _run_document(run: RegradeRun, moved: PlanRecord) -> dict[str, Any]:
    back = run.undoes_id is not None
    return {
        "run": run.id,
        "plan": run.plan_id,
        "problem": moved.problem,
        "from_version": moved.to_version if back else moved.from_version,
        "to_version": moved.from_version if back else moved.to_version,
        "undoes": run.undoes_id,
        "graded": run.graded,
        "reason": run.reason,
        "actor": run.actor,
        "created_at": run.created_at,
    }


def _show_run(layout: str, record: dict[str, Any]) -> None:
    done = "undone" if record["undoes"] else "applied"
    said = (
        f"Run {record['run']}: plan {record['plan']} {done}. {record['problem']} is graded by key version "
        f"{record['to_version']}; {record['graded']} grades were added."
    )
    rows = [tuple(record.values())] if layout == "csv" else []
    show(layout, tuple(record), rows, document=record, summary=[said])
