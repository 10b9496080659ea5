"""A student asks for a part, or an explanation, to be looked at again, and reads what staff say."""

from http import HTTPStatus

from flask import Blueprint, make_response, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from grader.db.session import reading, transaction
from grader.domain.errors import CannotAsk, GraderError, InvalidRequest, NotFound
from grader.domain.problem import Assignment, Part, Problem
from grader.domain.requests import LONGEST
from grader.services.policies.publishing import no_policy
from grader.services.requests.requesting import ask, handed_in
from grader.services.requests.standing import list_requests
from grader.web.access import check_sender, me, signed_in
from grader.web.asked import find_problem, open_policy
from grader.web.asking import Asking, address
from grader.web.errors import status_of
from grader.web.state import now, state

pages = Blueprint("regrade_requests", __name__, url_prefix="/requests")
Thing = tuple[Assignment, Problem, Part | None]


@pages.get("/<string:slug>/<string:name>")
@pages.get("/<string:slug>/<string:name>/<string:part>")
@signed_in
def page(slug: str, name: str, part: str | None = None) -> str:
    """What was asked about this and answered, and where to ask."""
    return _shown(_find(slug, name, part))


@pages.post("/<string:slug>/<string:name>")
@pages.post("/<string:slug>/<string:name>/<string:part>")
@signed_in
def send(slug: str, name: str, part: str | None = None) -> Response:
    """Ask."""
    check_sender()
    thing, reason = _find(slug, name, part), request.form.get("reason", "")
    about = _about(thing)
    try:
        with transaction(state().engine) as session:
            ask(
                session,
                course=state().course,
                person_id=me().person_id,
                about=about,
                reason=reason,
                now=now(),
            )
    except (InvalidRequest, CannotAsk) as error:
        return make_response(_shown(thing, typed=reason, error=error), status_of(error))
    return redirect(address(about), HTTPStatus.SEE_OTHER)


def _find(slug: str, name: str, part: str | None) -> Thing:
    assignment, problem = find_problem(state().course, slug, name)
    found = problem.part(f"{problem.slug}/{part}") if part is not None else None
    if part is not None and found is None:
        raise NotFound("There is no such part.")
    return assignment, problem, found


def _about(thing: Thing) -> str:
    _, problem, part = thing
    return part.slug if part else problem.slug


def _shown(thing: Thing, *, typed: str = "", error: GraderError | None = None) -> str:
    assignment, problem, part = thing
    about = _about(thing)
    with reading(state().engine) as session:
        asking = _asking(session, assignment)
        something = handed_in(session, person_id=me().person_id, about=about)
    return render_template(
        "student/request.html",
        assignment=assignment,
        problem=problem,
        part=part,
        asking=asking,
        requests=asking.of(about),
        objection=asking.objection(about, handed_in=something),
        own=me().person_id,
        typed=typed,
        error=error,
        longest=LONGEST,
        here=address(about),
    )


def _asking(session: Session, assignment: Assignment) -> Asking:
    moment = now()
    policy = open_policy(session, assignment, me(), moment)
    if policy is None:
        raise no_policy(assignment.slug)
    made = list_requests(session, person_id=me().person_id, assignment=assignment.slug)
    return Asking(assignment, policy, made, moment)
