"""Pages for teaching assistants and instructors: the class, one student, one problem."""

from collections.abc import Sequence
from dataclasses import replace

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from grader.db.models import KeyCheck
from grader.db.session import reading
from grader.domain.alarms import alarms
from grader.domain.grading import AnswerKey
from grader.domain.hinting import mistake
from grader.services.exports.exporting import gradebook_export
from grader.services.figures.insight import PartInsight, problem_insight
from grader.services.keys.published import stored_key
from grader.services.policies.publishing import active_policy
from grader.services.practice.variants import sightings
from grader.services.scores.gradebook import gradebook
from grader.services.scores.gradebook_pages import browse, on_page
from grader.web import gradebook_view, panel
from grader.web.access import staff_only
from grader.web.asked import asked, find_problem
from grader.web.hints import ShownMistake, shown_mistake
from grader.web.staff_drafts import drafting_of
from grader.web.staff_student import shown
from grader.web.state import state

pages = Blueprint("staff", __name__, url_prefix="/staff")


@pages.get("/")
@staff_only
def home() -> AnyResponse:
    """The overview of the first assignment is where staff begin."""
    first = state().course.assignments[0]
    return redirect(url_for("staff_overview.page", slug=first.slug))


@pages.get("/<string:slug>")
@staff_only
def gradebook_page(slug: str) -> str:
    """Students and parts, filtered and sorted, a hundred a page."""
    section, search = request.args.get("section", ""), request.args.get("search", "")[:100]
    asked_for = gradebook_view.wanted()
    with reading(state().engine) as session:
        book = gradebook(
            session,
            course=state().course,
            assignment=slug,
            section=section,
            search=search,
            cut=on_page(asked_for),
        )
    return render_template(
        "staff/gradebook.html",
        book=book,
        view=gradebook_view.view(book, browse(book, asked_for), asked_for),
        section=section,
        search=search,
        asked=asked_for,
        states=gradebook_view.SHOWN,
    )


@pages.get("/<string:slug>/gradebook.csv")
@staff_only
def gradebook_csv(slug: str) -> Response:
    """What the gradebook page shows, of all its pages, for a spreadsheet."""
    asked_for = replace(gradebook_view.wanted(), page=None)
    with reading(state().engine) as session:
        book = gradebook(
            session,
            course=state().course,
            assignment=slug,
            section=request.args.get("section"),
            search=request.args.get("search"),
        )
        text = gradebook_export(replace(book, rows=browse(book, asked_for).rows)).csv
    reply = make_response(text)
    reply.headers["Content-Type"] = "text/csv; charset=utf-8"
    reply.headers["Content-Disposition"] = f'attachment; filename="{book.assignment.slug}.csv"'
    return reply


@pages.get("/students/<string:login>")
@staff_only
def student_page(login: str) -> str:
    """One student: the scores, what decides them, and every answer as typed and as read."""
    return shown(login)


@pages.get("/<string:slug>/<string:name>")
@staff_only
def problem_page(slug: str, name: str) -> str:
    """One problem: its key, and the most common answers to each part."""
    assignment, problem = find_problem(state().course, slug, name)
    with reading(state().engine) as session:
        key = stored_key(session, problem=problem.slug)
        check = session.get(KeyCheck, problem.slug)
        seen = asked(problem, key.key)
        policy = active_policy(session, assignment.slug)
        parts = problem_insight(
            session,
            assignment=assignment,
            policy=policy,
            problem=problem,
            tolerances=seen.tolerances,
        )
        variants = sightings(session, problems=[problem.slug])
        drafting = drafting_of(session, problem)
    return render_template(
        "staff/problem.html",
        assignment=assignment,
        problem=problem,
        stored=key,
        check=check,
        parts=parts,
        alarms=alarms([each.figures for each in parts]),
        policy=policy,
        mistakes=_mistakes(key.key, parts),
        variants=variants,
        drafting=drafting,
        prompts={part.slug: panel.prompt(seen, part) for part in problem.parts},
    )


def _mistakes(key: AnswerKey, parts: Sequence[PartInsight]) -> dict[tuple[str, str], ShownMistake]:
    """By part and tag what explains the common answers to the parts."""
    return {
        (each.part.slug, found.tag): shown_mistake(found)
        for each in parts
        for group in each.groups
        if each.part.slug in key.parts and (found := mistake(key, each.part.slug, group.tag))
    }
