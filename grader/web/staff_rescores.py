"""Rescores: the plan of a move to other rules, its application, and the way back."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from grader.db.session import reading, transaction
from grader.domain.errors import GraderError, NotFound
from grader.domain.powers import Power
from grader.services.rescores import rescoring
from grader.services.rescores.history import PlanRecord
from grader.services.rescores.looks import look_at_plan, look_at_run
from grader.services.rescores.moves import Move, applying, undoing
from grader.services.telling.run_changes import Kind
from grader.web import rescore_views as views
from grader.web.access import check_sender, me, staff_only, staff_who
from grader.web.addresses import row_number
from grader.web.errors import status_of
from grader.web.figures.before_after import draw_before_after
from grader.web.staff_telling import look_telling
from grader.web.state import now, state

pages = Blueprint("staff_rescores", __name__, url_prefix="/staff/rescores")


@pages.post("/plans")
@staff_who(Power.REGRADE)
def make_plan() -> Response:
    """Plan the move of an assignment to a version of its policy."""
    check_sender()
    assignment = state().course.assignment(request.form.get("assignment", ""))
    if assignment is None:
        raise NotFound("There is no such assignment.")
    version = row_number(request.form.get("version", ""))
    with reading(state().engine) as session:
        # Students answer meanwhile: working it out takes its time, storing it none.
        made = rescoring.work_out(
            session, course=state().course, assignment=assignment, version=version
        )
    with transaction(state().engine) as session:
        number = rescoring.store_plan(session, made=made, now=now()).id
    return _to(".plan_page", number)


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
        look = look_at_plan(session, course=state().course, plan_id=plan_id)
    if look.applied is not None:
        return _to(".run_page", look.applied.run or 0)
    try:
        run = _carry_out(applying, rescoring.apply, plan_id=plan_id)
    except GraderError as error:
        return make_response(_plan(plan_id, error=error), status_of(error))
    return _to(".run_page", run)


@pages.get("/runs/<string:number>")
@staff_only
def run_page(number: str) -> str:
    """What a rescore did, and the way back."""
    return _run(_number(number))


@pages.post("/runs/<string:number>")
@staff_who(Power.REGRADE)
def undo(number: str) -> Response:
    """Take a rescore back, once however often the button is pressed."""
    check_sender()
    run_id = _number(number)
    with reading(state().engine) as session:
        look = look_at_run(session, course=state().course, run_id=run_id)
    if look.record.undone_by is not None:
        return _to(".run_page", look.record.undone_by)
    try:
        run = _carry_out(undoing, rescoring.undo, run_id=run_id)
    except GraderError as error:
        return make_response(_run(run_id, error=error), status_of(error))
    return _to(".run_page", run)


def _carry_out(
    find: Callable[[Any, int], Move], carry_out: Callable[..., Any], **which: int
) -> int:
    """Work out what a move changes while others write, and then make it in a moment; gives the run."""
    course = state().course
    with reading(state().engine) as session:
        foreseen = rescoring.foresee(session, course=course, move=find(session, *which.values()))
    with transaction(state().engine) as session:
        run = carry_out(
            session,
            course=course,
            reason=request.form.get("reason", ""),
            actor=me().login,
            now=now(),
            foreseen=foreseen,
            **which,
        )
        number: int = run.id
    return number


def _plan(plan_id: int, *, error: GraderError | None = None) -> str:
    with reading(state().engine) as session:
        look = look_at_plan(session, course=state().course, plan_id=plan_id)
    return render_template(
        "staff/rescore_plan.html",
        look=look,
        plan=look.record,
        error=error,
        typed=request.form.get("reason", ""),
        own=me().person_id,
        **_effect(look.record),
    )


def _run(run_id: int, *, error: GraderError | None = None) -> str:
    with reading(state().engine) as session:
        look = look_at_run(session, course=state().course, run_id=run_id)
        told = look_telling(session, Kind.RESCORE, run_id)
    return render_template(
        "staff/rescore_run.html",
        look=look,
        told=told,
        run=look.record,
        error=error,
        typed=request.form.get("reason", ""),
        own=me().person_id,
        **_effect(look.effect),
    )


def _effect(record: PlanRecord) -> dict[str, Any]:
    """What is shown of a plan and of what a run changed: the students, and the points of the class."""
    students = views.concerned(record, state().course)
    return {
        "title": views.title(state().course, record.assignment),
        "summary": views.summary(students, record),
        "figure": draw_before_after(record.scores["before"], record.scores["after"]),
        "listed": views.LISTING.page(
            students,
            kept=request.args.get("show", ""),
            sort=request.args.get("sort", ""),
            number=row_number(request.args.get("page", "")) or 1,
        ),
        "sorts": tuple(views.LISTING.sorts),
    }


def _number(text: str) -> int:
    number = row_number(text)
    if number is None:
        raise NotFound("There is no such rescore.")
    return number


def _to(endpoint: str, number: int) -> Response:
    return redirect(url_for(endpoint, number=number), HTTPStatus.SEE_OTHER)
