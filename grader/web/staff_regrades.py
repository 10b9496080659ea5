"""Regrades: what waits, runs and was done; a plan, its application, and the way back."""

from http import HTTPStatus
from zoneinfo import ZoneInfo

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from grader.db.session import reading, transaction
from grader.domain.errors import GraderError, NotFound, RegradeRunning
from grader.domain.powers import Power
from grader.services.keys.drafts import discard
from grader.services.keys.waiting import waiting_keys
from grader.services.regrades.history import list_runs
from grader.services.regrades.jobs import cancel, start_apply, start_undo
from grader.services.regrades.looks import look_at_plan, look_at_run
from grader.services.regrades.progress import find_job, jobs_under_way
from grader.services.regrades.scoping import all_sections
from grader.services.rescores.looks import look_around
from grader.services.telling.run_changes import Kind
from grader.web import regrade_views as views
from grader.web.access import check_sender, me, staff_only, staff_who
from grader.web.addresses import row_number
from grader.web.errors import status_of
from grader.web.regrade_jobs import begin, carried_out, leads_to, pressed_before
from grader.web.regrade_planning import planned
from grader.web.regrade_scope_form import read_rule, read_scope
from grader.web.regrade_scope_form import typed as typed_scope
from grader.web.staff_telling import look_telling
from grader.web.state import now, state

MOST_SHOWN = 50

pages = Blueprint("staff_regrades", __name__, url_prefix="/staff/regrades")


@pages.get("")
@staff_only
def page() -> str:
    """What runs, what waits for a regrade, and what was done."""
    return _overview()


@pages.post("/discard")
@staff_who(Power.DRAFT)
def put_aside() -> Response:
    """Put the newest draft of a problem aside."""
    check_sender()
    problem = request.form.get("problem", "")
    version = row_number(request.form.get("version", ""))
    if state().course.problem(problem) is None or version is None:
        raise NotFound("There is no such draft.")
    try:
        with transaction(state().engine) as session:
            discard(
                session,
                problem=problem,
                version=version,
                reason=_reason(),
                actor=me().login,
                now=now(),
            )
    except GraderError as error:
        return make_response(_overview(error=error), status_of(error))
    return redirect(url_for(".page", _anchor="waiting"), HTTPStatus.SEE_OTHER)


@pages.post("/plans")
@staff_who(Power.REGRADE)
def make_plan() -> Response:
    """Plan the move of a problem to a version of its key."""
    check_sender()
    problem = state().course.problem(request.form.get("problem", ""))
    if problem is None:
        raise NotFound("There is no such problem.")
    version = row_number(request.form.get("version", ""))
    if version is None:
        raise NotFound("There is no such version.")
    zone = ZoneInfo(state().course.timezone)
    try:
        scope, rule = read_scope(problem, zone), read_rule()
        return leads_to("plan_page", planned(problem, version, scope, rule))
    except GraderError as error:
        return make_response(_overview(unplanned=error), status_of(error))


@pages.get("/plans/<string:number>")
@staff_only
def plan_page(number: str) -> str:
    """What a move would change, for whom."""
    return _plan(_number(number))


@pages.post("/plans/<string:number>")
@staff_who(Power.REGRADE)
def apply(number: str) -> Response:
    """Apply a plan, once however often the button is pressed."""
    check_sender()
    plan_id = _number(number)
    with reading(state().engine) as session:
        look = look_at_plan(session, plan_id=plan_id, now=now())
    pressed = pressed_before(look)
    if pressed is not None:
        return pressed
    try:
        job_id, total = begin(start_apply, plan_id=plan_id, reason=_reason(), actor=me().login)
    except GraderError as error:
        return make_response(_plan(plan_id, error=error), status_of(error))
    return carried_out(job_id, total)


@pages.get("/runs/<string:number>")
@staff_only
def run_page(number: str) -> str:
    """What a regrade did, and the way back."""
    return _run(_number(number))


@pages.post("/runs/<string:number>")
@staff_who(Power.REGRADE)
def undo(number: str) -> Response:
    """Take a regrade back, once however often the button is pressed."""
    check_sender()
    run_id = _number(number)
    with reading(state().engine) as session:
        look = look_at_run(session, run_id=run_id, now=now())
    if look.record.undone_by is not None:
        return leads_to("run_page", look.record.undone_by)
    try:
        job_id, total = begin(start_undo, run_id=run_id, reason=_reason(), actor=me().login)
    except RegradeRunning as error:
        if look.job is not None and look.job.undoes == run_id:
            return leads_to("job_page", look.job.id)
        return make_response(_run(run_id, error=error), status_of(error))
    except GraderError as error:
        return make_response(_run(run_id, error=error), status_of(error))
    return carried_out(job_id, total)


@pages.get("/jobs/<string:number>")
@staff_only
def job_page(number: str) -> str:
    """How far a regrade has come; a script asks for the middle of this page alone, again and again."""
    with reading(state().engine) as session:
        job = find_job(session, job_id=_number(number), now=now())
    part = (
        "staff/regrade_job.html"
        if "HX-Request" in request.headers
        else "staff/regrade_running.html"
    )
    return render_template(part, job=job, own=me().person_id)


@pages.post("/jobs/<string:number>")
@staff_who(Power.REGRADE)
def stop(number: str) -> Response:
    """Cancel a regrade that is under way."""
    check_sender()
    job_id = _number(number)
    with transaction(state().engine) as session:
        find_job(session, job_id=job_id, now=now())
        cancel(session, job_id=job_id, actor=me().login, now=now())
    return leads_to("job_page", job_id)


def _overview(*, error: GraderError | None = None, unplanned: GraderError | None = None) -> str:
    problems = [each.slug for each in state().course.problems]
    with reading(state().engine) as session:
        jobs = jobs_under_way(session, now=now())
        waiting = waiting_keys(session, problems=problems)
        history = list_runs(session, limit=MOST_SHOWN)
        sections = all_sections(session)
        rescores = look_around(session, course=state().course, limit=MOST_SHOWN)
    return render_template(
        "staff/regrades.html",
        jobs=jobs,
        waiting=waiting,
        history=sorted(history, key=lambda each: (each.at, each.run or 0), reverse=True),
        rescores=rescores,
        most=MOST_SHOWN,
        error=error,
        unplanned=unplanned,
        refused=request.form.get("problem"),
        scoped=typed_scope(),
        sections=sections,
        typed=_reason(),
        own=me().person_id,
    )


def _plan(plan_id: int, *, error: GraderError | None = None) -> str:
    with reading(state().engine) as session:
        look = look_at_plan(session, plan_id=plan_id, now=now())
    students = views.concerned(look.record)
    return render_template(
        "staff/regrade_plan.html",
        look=look,
        plan=look.record,
        problem=state().course.problem(look.record.problem),
        summary=views.summary(students, look.record),
        matrix=views.matrix(look.record),
        listed=views.LISTING.page(
            students,
            kept=request.args.get("show", ""),
            sort=request.args.get("sort", ""),
            number=row_number(request.args.get("page", "")) or 1,
        ),
        sorts=tuple(views.LISTING.sorts),
        error=error,
        typed=request.form.get("reason"),
        own=me().person_id,
    )


def _run(run_id: int, *, error: GraderError | None = None) -> str:
    with reading(state().engine) as session:
        look = look_at_run(session, run_id=run_id, now=now())
        told = look_telling(session, Kind.REGRADE, run_id)
    return render_template(
        "staff/regrade_run.html",
        look=look,
        told=told,
        run=look.record,
        problem=state().course.problem(look.record.problem),
        summary=views.summary(views.concerned(look.plan), look.plan),
        error=error,
        typed=request.form.get("reason", ""),
        own=me().person_id,
    )


def _reason() -> str:
    return request.form.get("reason", "")


def _number(text: str) -> int:
    number = row_number(text)
    if number is None:
        raise NotFound("There is no such regrade.")
    return number
