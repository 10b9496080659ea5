"""The solution page of a problem: the staff's at any time, the students' once it is released."""

from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from grader.content.text import render
from grader.db.session import reading, transaction
from grader.domain.errors import InvalidRequest, NotFound
from grader.domain.powers import Power, has_power
from grader.domain.problem import Assignment, Problem
from grader.domain.worked import Worked
from grader.services.keys.published import published_key
from grader.services.keys.solution_pages import Solution, solution
from grader.services.policies.releasing import blocked, newest_release, release, shown_to_students
from grader.web.access import me, signed_in, staff_only, staff_who
from grader.web.asked import find_problem
from grader.web.figures.drawing import Drawing, draw
from grader.web.state import now, state

pages = Blueprint("solutions", __name__)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure with its words."""

    title: str
    caption: str
    drawing: Drawing


@dataclass(frozen=True, slots=True)
class Told:
    """A step, set for a page."""

    title: str
    text: Markup
    figures: tuple[Drawn, ...]


@pages.get("/staff/<string:slug>/<string:name>/solution")
@staff_only
def staff_page(slug: str, name: str) -> str:
    """The values at full precision, how they come about, and whether students may see it."""
    assignment, problem = find_problem(state().course, slug, name)
    with reading(state().engine) as session:
        found = solution(session, problem=problem.slug)
        newest = newest_release(session, assignment.slug)
        refusal = blocked(session, assignment.slug, now())
    return render_template(
        "staff/solution.html",
        **_shown(assignment, problem, found),
        stored=found.stored,
        newest=newest,
        refusal=refusal,
        may_release=has_power(me().role, Power.RELEASE),
    )


@pages.post("/staff/<string:slug>/<string:name>/solution")
@staff_who(Power.RELEASE)
def decide(slug: str, name: str) -> Response:
    """Release the solutions of the problem's assignment to students, or withdraw them."""
    assignment, _ = find_problem(state().course, slug, name)
    wanted = request.form.get("students")
    if wanted not in {"show", "hide"}:
        raise InvalidRequest("Say whether students are shown the solutions. Nothing was changed.")
    with transaction(state().engine) as session:
        release(
            session,
            assignment=assignment.slug,
            person_id=me().person_id,
            actor=me().login,
            released=wanted == "show",
            now=now(),
        )
    return redirect(url_for(".staff_page", slug=slug, name=name), HTTPStatus.SEE_OTHER)


@pages.get("/<string:slug>/<string:name>/solution")
@signed_in
def student_page(slug: str, name: str) -> str:
    """The same for students. Until it is released there is no such page, for anybody."""
    assignment, problem = find_problem(state().course, slug, name)
    with reading(state().engine) as session:
        found = _released(session, assignment, problem)
    return render_template("student/solution.html", **_shown(assignment, problem, found))


def _released(session: Session, assignment: Assignment, problem: Problem) -> Solution:
    published = published_key(session, problem.slug) is not None
    if not (published and shown_to_students(session, assignment.slug, now())):
        raise NotFound("There is no such page.")
    return solution(session, problem=problem.slug)


def _shown(assignment: Assignment, problem: Problem, found: Solution) -> dict[str, object]:
    parts = [(part, found.stored.key.parts.get(part.slug)) for part in problem.parts]
    return {
        "assignment": assignment,
        "problem": problem,
        "name": problem.slug.rpartition("/")[2],
        "values": [(part, key.expected if key else None) for part, key in parts],
        "steps": _told(found.worked) if found.worked else (),
    }


def _told(worked: Worked) -> tuple[Told, ...]:
    return tuple(
        Told(
            step.title,
            _set(step.text),
            tuple(Drawn(each.title, each.caption, draw(each)) for each in step.figures),
        )
        for step in worked.steps
    )


def _set(text: str) -> Markup:
    """Markdown as HTML; each table in a box of its own, where a wide one scrolls."""
    box = '<div class="statement__table" tabindex="0" role="region" aria-label="Table"><table>'
    markup = render(text).replace("<table>", box).replace("</table>", "</table></div>")
    return Markup(markup)  # noqa: S704 - it was cleaned when it was rendered.
