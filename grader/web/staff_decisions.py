"""What staff decide about one student: points, excuses, more time, late days. Each has a reason."""

from collections.abc import Callable
from decimal import Decimal
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, make_response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from grader.db.collisions import ChangedMeanwhile
from grader.db.session import transaction
from grader.domain.decisions import Decider
from grader.domain.errors import InvalidRequest, NotAllowed, NotFound, NothingToDo
from grader.domain.number import read_number
from grader.domain.powers import Power, check_not_own, check_power
from grader.services.files.row_problems import RowError
from grader.services.files.stated_times import read_moment
from grader.services.overrides import overriding
from grader.services.people.identity import person_by_login
from grader.services.policies import extending
from grader.services.policies.late_days import correct_late_days
from grader.web.access import check_sender, me, staff_who
from grader.web.errors import status_of
from grader.web.forms import whole_number
from grader.web.staff_student import Refusal, shown
from grader.web.state import now, state

pages = Blueprint("staff_decisions", __name__, url_prefix="/staff/students")


@pages.post("/<string:login>/decisions")
@staff_who(Power.OVERRIDE)
def decide(login: str) -> Response:
    """Set a part's points, excuse a part or an assignment, or take that back."""
    about = request.form.get("about", "")
    return _taken(login, f"decide-{about}", about, lambda session: _decide(session, login, about))


@pages.post("/<string:login>/extension")
@staff_who(Power.EXTEND)
def extend(login: str) -> Response:
    """Give more time for an assignment, or take it back."""
    assignment = request.form.get("assignment", "")
    return _taken(
        login,
        f"extend-{assignment}",
        assignment,
        lambda session: _extend(session, login, assignment),
    )


@pages.post("/<string:login>/late-days")
@staff_who(Power.LATE_DAYS)
def correct(login: str) -> Response:
    """Give late days, or take some away."""
    return _taken(
        login,
        "late-days",
        "late-days",
        lambda session: correct_late_days(
            session,
            login=login,
            days=_days(),
            budget=state().course.late_days,
            by=_decider(),
            seen=whole_number("seen"),
        ),
    )


def _taken(login: str, form: str, row: str, act: Callable[[Session], None]) -> Response:
    """Do what a form asks; where it is refused, show the page with what was typed still in the form."""
    check_sender()
    try:
        with transaction(state().engine) as session:
            act(session)
    except (InvalidRequest, NotAllowed, NothingToDo, ChangedMeanwhile) as error:
        page = shown(login, Refusal(form, error, request.form.to_dict()))
        return make_response(page, status_of(error))
    return redirect(
        url_for("staff.student_page", login=login, _anchor=f"row-{row}"), HTTPStatus.SEE_OTHER
    )


def _decide(session: Session, login: str, about: str) -> None:
    kind, by, seen = request.form.get("kind"), _decider(), whole_number("seen")
    course = state().course
    if course.part(about) is None and course.assignment(about) is None:
        raise NotFound("There is no such part or assignment.")
    if kind == "excused" and request.form.get("points", "").strip():
        raise InvalidRequest(
            "An excuse gives no points: leave them empty, or choose “these points”."
        )
    if kind == "points":
        overriding.override(
            session, course=course, login=login, about=about, points=_points(), by=by, seen=seen
        )
    elif kind == "excused":
        check_power(me().role, Power.EXCUSE)
        overriding.excuse(session, course=course, login=login, about=about, by=by, seen=seen)
    elif kind == "withdrawn":
        overriding.withdraw(session, login=login, about=about, by=by, seen=seen)
    else:
        raise InvalidRequest("Choose what to decide.")


def _extend(session: Session, login: str, assignment: str) -> None:
    if state().course.assignment(assignment) is None:
        raise NotFound("There is no such assignment.")
    check_not_own(me().person_id, person_by_login(session, login=login).id)
    said: dict[str, Any] = {
        "reason": request.form.get("reason", ""),
        "actor": me().login,
        "seen": whole_number("seen"),
        "now": now(),
    }
    if request.form.get("kind") == "withdraw":
        extending.withdraw(session, login=login, assignment=assignment, **said)
        return
    zone = ZoneInfo(state().course.timezone)
    try:
        until, _ = read_moment(request.form.get("until", ""), zone=zone)
    except RowError:
        raise InvalidRequest("Say until when: a day and a time.") from None
    extending.grant(session, login=login, assignment=assignment, until=until, **said)


def _decider() -> Decider:
    return Decider(me().login, me().person_id, request.form.get("reason", ""), now())


def _points() -> Decimal:
    reading = read_number(request.form.get("points", ""))
    if reading.value is None:
        raise InvalidRequest(f"The points can't be read: {reading.message}")
    return reading.value


def _days() -> int:
    reading = read_number(request.form.get("days", ""))
    if reading.value is None or reading.value != reading.value.to_integral_value():
        raise InvalidRequest("Say how many days, as a whole number; below zero takes days away.")
    return int(max(min(reading.value, Decimal(1000)), Decimal(-1000)))
