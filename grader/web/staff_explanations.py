"""A student's explanation, as staff read it."""

from flask import Blueprint, render_template, request

from grader.db.session import reading
from grader.domain.differences import differences
from grader.services.explanations.versions import find_version, list_versions, newest_version
from grader.services.roster.reading import find_person
from grader.web.access import staff_only
from grader.web.asked import find_problem
from grader.web.explanations import shown
from grader.web.looks import noted
from grader.web.state import state

pages = Blueprint("staff_explanations", __name__, url_prefix="/staff/students")


@pages.get("/<string:login>/explanations/<string:slug>/<string:name>")
@staff_only
def page(login: str, slug: str, name: str) -> str:
    """The newest version, or another, as it reads and as it was typed."""
    assignment, problem = find_problem(state().course, slug, name)
    wanted = request.args.get("version")
    with reading(state().engine) as session:
        person = find_person(session, login=login)
        versions = list_versions(session, person_id=person.id, problem=problem.slug)
        newest = newest_version(session, person_id=person.id, problem=problem.slug)
        version = newest
        if wanted is not None:
            version = find_version(
                session, person_id=person.id, problem=problem.slug, number=wanted
            )
    noted(person.id, f"the explanation of {problem.slug}")
    return render_template(
        "staff/explanation.html",
        person=person,
        assignment=assignment,
        problem=problem,
        versions=versions,
        version=version,
        newest=newest,
        shown=shown(version.text) if version else "",
        changes=differences(version.text, newest.text) if version and newest else (),
    )
