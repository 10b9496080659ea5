"""``grader regrade apply``, ``undo`` and ``work``: plans are carried out, by one process or by several."""

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from typing import Any

import click
from sqlalchemy import Engine

from grader.cli.context import actor, looking, migrated_engine, now, open_catalog, writing
from grader.cli.output import format_option, note, show
from grader.cli.progress import counting
from grader.cli.regrade_planning import plan_number
from grader.cli.whole_number import WholeNumber
from grader.config import load_settings
from grader.db.engine import make_engine
from grader.db.models import RegradeJob, RegradeRun
from grader.db.session import transaction
from grader.domain.errors import InvalidRequest, NothingToDo, RegradeStopped
from grader.garbage import settle
from grader.services.regrades import regrading
from grader.services.regrades.history import PlanRecord, plan_record
from grader.services.regrades.jobs import start_apply, start_undo
from grader.services.regrades.progress import jobs_under_way
from grader.services.regrades.running import begin_job, help_with, run_job

MOST_WORKERS = 64

_reason = click.option(
    "--reason", required=True, help="Why; staff find it in: grader regrade list."
)
_workers = click.option(
    "--workers",
    type=WholeNumber(min=1, max=MOST_WORKERS),
    default=1,
    show_default=True,
    help="How many processes grade; more than one on PostgreSQL.",
)


@click.command(epilog="Example: grader regrade apply 1 --reason 'the data file was corrected'")
@click.argument("plans", type=plan_number, nargs=-1, required=True, metavar="PLAN...")
@_reason
@_workers
@format_option
def apply(plans: tuple[int, ...], reason: str, workers: int, layout: str) -> None:
    """Grade every submission under the plan's key, and make that key the active one.

    It is refused if keys, policies or what staff decided moved since the plan was made. Answers that came
    since, or come meanwhile, are graded too, and counted. Broken off, it changes nothing: start it again.
    Of several plans each is a switch of its own; one whose points another of them moved is made anew.
    """
    engine, by, done = migrated_engine(), actor(), list[dict[str, Any]]()
    try:
        for each in plans:
            plan_id = _with_points_of_now(engine, each) if done else each
            start = partial(start_apply, plan_id=plan_id, reason=reason, actor=by)
            done.append(_run(engine, start, workers))
    finally:
        # Should one of them be refused, those before it are applied all the same, and told.
        if done:
            _show_runs(layout, done, alone=len(plans) == 1)
            for record in done:
                note(f"To take it back: grader regrade undo {record['run']} --reason '...'")


@click.command(epilog="Example: grader regrade undo 1 --reason 'the correction was wrong'")
@click.argument("run", type=plan_number)
@_reason
@_workers
@format_option
def undo(run: int, reason: str, workers: int, layout: str) -> None:
    """Take a regrade back: the earlier key grades again, what came in between included."""
    engine = migrated_engine()
    start = partial(start_undo, run_id=run, reason=reason, actor=actor())
    _show_runs(layout, [_run(engine, start, workers)], alone=True)


@click.command(epilog="Example: grader regrade work")
def work() -> None:
    """Take part in the regrades that are under way, from this process or another machine.

    Several processes grade at once on PostgreSQL, each what no other has taken. It ends when nothing is left
    to take; whoever started the regrade ends it.
    """
    engine = migrated_engine()
    _check_workers(engine, 2)
    with looking(engine) as session:
        jobs = [job for job in jobs_under_way(session, now=now()) if job.running]
    if not jobs:
        raise NothingToDo("No regrade is under way.")
    for job in jobs:
        with counting(job.total, f"Grading {job.problem}") as told:
            help_with(lambda: writing(engine), job_id=job.id, clock=now, told=told)
        click.echo(f"Nothing is left to take of the regrade of {job.problem}.")


def _with_points_of_now(engine: Engine, plan_id: int) -> int:
    """The plan, made anew if the ones applied before it moved the points that it states."""
    with looking(engine) as session:
        made = regrading.renewed(session, course=open_catalog().course, plan_id=plan_id)
    if made is None:
        return plan_id
    with writing(engine) as session:
        anew = regrading.store_plan(session, made=made, now=now()).id
    note(f"Plan {plan_id} is applied as plan {anew}: the same verdicts, from the points of now.")
    return anew


def _run(engine: Engine, start: Callable[..., RegradeJob], workers: int) -> dict[str, Any]:
    """Start a job, drive it to its end, and tell what came of it."""
    _check_workers(engine, workers)
    at = now()
    job_id, total = begin_job(lambda: writing(engine), start=partial(start, now=at), now=at)
    with counting(total, "Grading") as told, _helped(job_id, workers - 1):
        run_id = run_job(lambda: writing(engine), job_id=job_id, clock=now, told=told)
    with looking(engine) as session:
        said = session.get_one(RegradeJob, job_id).message
        if said:
            note(said)
        run = session.get_one(RegradeRun, run_id)
        return _run_document(run, plan_record(session, run.plan_id))


def _check_workers(engine: Engine, workers: int) -> None:
    if workers > 1 and engine.dialect.name != "postgresql":
        raise InvalidRequest("SQLite has one place to write: several processes need PostgreSQL.")


@contextmanager
def _helped(job_id: int, helpers: int) -> Generator[None]:
    """Let other processes work on the job as well; whatever becomes of them, this one does what is left."""
    if not helpers:
        yield
        return
    with ProcessPoolExecutor(helpers, mp_context=get_context("spawn")) as pool:
        for _helper in range(helpers):
            pool.submit(_help, job_id)
        yield


def _help(job_id: int) -> None:
    settle()
    engine = make_engine(load_settings().url)
    try:
        help_with(lambda: transaction(engine), job_id=job_id, clock=now)
    except RegradeStopped:
        pass  # The one that started it tells why.
    finally:
        engine.dispose()


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


def _show_runs(layout: str, records: Sequence[dict[str, Any]], *, alone: bool) -> None:
    said = [
        f"Run {each['run']}: plan {each['plan']} {'undone' if each['undoes'] else 'applied'}. "
        f"{each['problem']} is graded by key version {each['to_version']}; "
        f"{each['graded']} grades were added."
        for each in records
    ]
    rows = [tuple(each.values()) for each in records] if layout == "csv" else []
    show(
        layout,
        tuple(records[0]),
        rows,
        document=records[0] if alone else list(records),
        summary=said,
    )
