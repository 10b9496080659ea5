"""The marking queue: how far the explanations of an assignment are marked, by whom, and their release."""

from collections import Counter
from collections.abc import Mapping
from http import HTTPStatus

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from grader.db.collisions import ChangedMeanwhile
from grader.db.session import reading, transaction
from grader.domain.errors import GraderError, InvalidRequest, NotFound
from grader.domain.marks import attainable
from grader.domain.powers import Power, has_power
from grader.domain.problem import Assignment
from grader.services.explanations.marks import possible_points
from grader.services.explanations.queue import Queue, queues
from grader.services.explanations.releases import newest_decision, release_marks
from grader.services.explanations.rubrics import rubrics
from grader.services.policies.releasing import blocked
from grader.web.access import check_sender, me, staff_only, staff_who
from grader.web.errors import status_of
from grader.web.forms import whole_number
from grader.web.marking_places import marking_address, secret
from grader.web.state import now, state

pages = Blueprint("staff_marking", __name__, url_prefix="/staff/marking")
pages.app_template_global("marking_address")(marking_address)


@pages.get("/<string:slug>")
@staff_only
def queue(slug: str) -> str:
    """Each problem's explanations: how many there are, are marked and wait, and who marked them."""
    return _shown(_assignment(slug))


@pages.post("/<string:slug>")
@staff_who(Power.RELEASE)
def release(slug: str) -> Response:
    """Show the marks of the assignment to students, or hide them."""
    assignment = _assignment(slug)
    check_sender()
    try:
        wanted = _wanted()
        with transaction(state().engine) as session:
            release_marks(
                session,
                assignment=assignment,
                released=wanted,
                seen=whole_number("seen"),
                actor=me().login,
                now=now(),
            )
    except (InvalidRequest, ChangedMeanwhile) as error:
        return make_response(_shown(assignment, error=error), status_of(error))
    return redirect(url_for(".queue", slug=slug, _anchor="release"), HTTPStatus.SEE_OTHER)


def _assignment(slug: str) -> Assignment:
    assignment = state().course.assignment(slug)
    if assignment is None:
        raise NotFound("There is no such assignment.")
    return assignment


def _wanted() -> bool:
    try:
        return {"show": True, "hide": False}[request.form.get("students", "")]
    except KeyError:
        raise InvalidRequest("Say whether students are shown the marks.") from None


def _shown(assignment: Assignment, *, error: GraderError | None = None) -> str:
    problems = [problem.slug for problem in assignment.problems]
    with reading(state().engine) as session:
        found = queues(session, problems=problems, secret=secret())
        by_problem = rubrics(session, problems=problems)
        decision = newest_decision(session, assignment=assignment.slug)
        possible = possible_points(session, assignment=assignment.slug)
        still_open = blocked(session, assignment.slug, now())
    return render_template(
        "staff/marking.html",
        assignment=assignment,
        queues=found,
        written=sum(each.written for each in found.values()),
        marked=sum(each.marked for each in found.values()),
        readers=len(_readers(found)),
        graders=_graders(found),
        rubrics=by_problem,
        attainable={slug: attainable(items) for slug, items in by_problem.items()},
        decision=decision,
        possible=possible,
        still_open=still_open,
        may_release=has_power(me().role, Power.RELEASE),
        done=assignment.problem(f"{assignment.slug}/{request.args.get('done', '')}"),
        own=me().person_id,
        error=error,
    )


def _readers(found: Mapping[str, Queue]) -> set[int]:
    """The students of the class who have a mark."""
    return {
        entry.person_id
        for each in found.values()
        for entry in each.entries.values()
        if entry.in_class and entry.mark is not None
    }


def _graders(found: Mapping[str, Queue]) -> list[tuple[str, Counter[str]]]:
    """Each grader with their marks by problem; who made most comes first."""
    by_grader: dict[str, Counter[str]] = {}
    for slug, each in found.items():
        for grader, count in each.graders.items():
            by_grader.setdefault(grader, Counter())[slug] = count
    return sorted(by_grader.items(), key=lambda one: (-one[1].total(), one[0]))
