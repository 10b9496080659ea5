"""Pages to practise on: a variant of a problem, with data and a key of its own. Nothing here counts."""

from http import HTTPStatus

from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from grader.db.session import reading, transaction
from grader.domain.errors import NoPolicy, NotFound
from grader.domain.grading import AnswerKey
from grader.domain.policy import Policy
from grader.domain.problem import Assignment, Problem
from grader.services.policies.publishing import not_asked
from grader.services.practice.practice import draw_variant, open_variant
from grader.web import panel
from grader.web.access import me, signed_in
from grader.web.asked import asked, find_problem, open_policy
from grader.web.downloads import download
from grader.web.practice_sheet import practice_box
from grader.web.sheet import data_files
from grader.web.state import now, state

Opened = tuple[Assignment, Problem, Policy]
pages = Blueprint("practice", __name__)


@pages.post("/<string:slug>/<string:name>/practice")
@signed_in
def draw(slug: str, name: str) -> AnyResponse:
    """Draw a variant, and go to its page: a reload there draws no other."""
    with transaction(state().engine) as session:
        _assignment, problem, _policy = _open(session, slug, name)
        number = draw_variant(session, problem=problem.slug, person_id=me().person_id, now=now())
    address = url_for(".page", slug=slug, name=name, number=number)
    return redirect(address, HTTPStatus.SEE_OTHER)


@pages.get("/<string:slug>/<string:name>/practice/<string:number>")
@signed_in
def page(slug: str, name: str, number: str) -> str:
    """A variant that was drawn: its statement, its data, and a box for each part."""
    with reading(state().engine) as session:
        return _page(session, slug, name, number)


@pages.post("/<string:slug>/<string:name>/practice/<string:number>")
@signed_in
def check(slug: str, name: str, number: str) -> str:
    """Check what was typed, and store nothing.

    Without scripts the page is made anew, so every box that holds something is checked; else the one whose
    button was pressed.
    """
    with reading(state().engine) as session:
        return _page(session, slug, name, number)


@pages.get("/<string:slug>/<string:name>/practice/<string:number>/data/<string:file>")
@signed_in
def data_file(slug: str, name: str, number: str, file: str) -> Response:
    """A data file of a variant that was drawn."""
    with reading(state().engine) as session:
        _opened, key = _variant(session, slug, name, number)
        if file not in key.data:
            raise NotFound("There is no such file.")
        return download(session, key.data[file], file)


def _open(session: Session, slug: str, name: str) -> Opened:
    assignment, problem = find_problem(state().course, slug, name)
    # Raises until the assignment opens. Practice has no end: it is for the oral exam after the due time.
    policy = open_policy(session, assignment, me(), now())
    if policy is None:
        raise NoPolicy(
            f"The rules of {assignment.title} are not published yet, so its problems can't be practised."
        )
    if not policy.asks(problem):
        raise not_asked(problem.slug)
    return assignment, problem, policy


def _variant(session: Session, slug: str, name: str, number: str) -> tuple[Opened, AnswerKey]:
    opened = _open(session, slug, name)
    key = open_variant(session, problem=opened[1].slug, number=number, person=me())
    return opened, key


def _page(session: Session, slug: str, name: str, number: str) -> str:
    (assignment, problem, policy), key = _variant(session, slug, name, number)
    shown, typed = asked(problem, key), request.form
    boxes = [
        practice_box(
            part,
            asked=shown,
            key=key,
            policy=policy,
            typed=typed.get(f"answer.{part.id}", ""),
        )
        for part in problem.parts
        if part.slug in key.parts
    ]
    if "HX-Request" in request.headers:
        pressed = [box for box in boxes if box.id in typed.getlist("check")]
        return render_template("student/practice_checked.html", checked=pressed)
    return render_template(
        "student/practice.html",
        assignment=assignment,
        problem=problem,
        name=name,
        number=number,
        statement=panel.statement(shown),
        files=data_files(session, problem, shown.data),
        boxes=boxes,
    )
