"""The rubric of a problem: items added, and edited or retired after a look at what that changes."""

from http import HTTPStatus

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from grader.db.collisions import ChangedMeanwhile
from grader.db.session import reading, transaction
from grader.domain.errors import GraderError, InvalidRequest
from grader.domain.marks import LONGEST_WORDS, attainable
from grader.domain.powers import Power
from grader.domain.problem import Problem
from grader.services.explanations.marks import possible_points
from grader.services.explanations.releases import marks_released
from grader.services.explanations.rubrics import Change, Wanted, add_item, plan, revise, rubric
from grader.services.explanations.standing_marks import standing_marks
from grader.web.access import check_sender, me, staff_only, staff_who
from grader.web.asked import find_problem
from grader.web.errors import status_of
from grader.web.forms import whole_number
from grader.web.state import now, state

pages = Blueprint("staff_rubrics", __name__, url_prefix="/staff/marking")


@pages.get("/<string:slug>/<string:name>/rubric")
@staff_only
def page(slug: str, name: str) -> str:
    """Each item, with how many marks name it."""
    return _page(find_problem(state().course, slug, name)[1])


@pages.post("/<string:slug>/<string:name>/rubric")
@staff_who(Power.MARK)
def change(slug: str, name: str) -> Response:
    """Add an item; or show what a change of one changes, and then apply it."""
    _, problem = find_problem(state().course, slug, name)
    check_sender()
    try:
        if not request.form.get("item"):
            with transaction(state().engine) as session:
                item = add_item(session, wanted=_wanted(problem), actor=me().login, now=now())
            return _done(slug, name, item.number)
        number = whole_number("item")
        wanted = _wanted(problem)
        with reading(state().engine) as session:
            possible = possible_points(session, assignment=slug)
            planned = plan(session, wanted=wanted, number=number, possible=possible)
        # What no mark names changes nothing but itself.
        stamp = request.form.get("shown") or ("" if planned.effect.marks else planned.effect.stamp)
        if not stamp:
            return make_response(_page(problem, planned=planned))
        with transaction(state().engine) as session:
            revise(
                session,
                wanted=wanted,
                number=number,
                possible=possible,
                seen=(whole_number("seen"), stamp),
                actor=me().login,
                now=now(),
            )
    except (InvalidRequest, ChangedMeanwhile) as error:
        return make_response(_page(problem, error=error), status_of(error))
    return _done(slug, name, number)


def _done(slug: str, name: str, number: int) -> Response:
    address = url_for(".page", slug=slug, name=name, changed=number, _anchor=f"item-{number}")
    return redirect(address, HTTPStatus.SEE_OTHER)


def _wanted(problem: Problem) -> Wanted:
    form = request.form
    return Wanted(
        problem=problem.slug,
        words=form.get("new.words", ""),
        points=form.get("new.points") or "0",
        retired=form.get("do") == "retire",
    )


def _page(
    problem: Problem, *, planned: Change | None = None, error: GraderError | None = None
) -> str:
    slug, _, name = problem.slug.partition("/")
    with reading(state().engine) as session:
        items = rubric(session, problem=problem.slug)
        marks = standing_marks(session, problems=[problem.slug])
        possible = possible_points(session, assignment=slug)
        released = marks_released(session, assignment=slug)
    used = {item.number: sum(item.number in each.items for each in marks) for item in items}
    return render_template(
        "staff/rubric.html",
        assignment=state().course.assignment(slug),
        problem=problem,
        name=name,
        items=items,
        used=used,
        possible=possible,
        attainable=attainable(items),
        released=released,
        planned=planned,
        error=error,
        typed=request.form if error else {},
        changed=request.args.get("changed", ""),
        own=me().person_id,
        longest=LONGEST_WORDS,
    )
