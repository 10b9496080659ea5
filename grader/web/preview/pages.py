"""The views of the preview. They have the names of the students' own, since they fill the same templates."""

from http import HTTPStatus

from flask import Blueprint, Response, current_app, make_response, render_template, request

from grader.content.catalog import Catalog
from grader.content.checking import check_problem
from grader.domain.errors import ContentError, NotFound
from grader.web.asked import find_problem
from grader.web.preview.sheet import Look, preview_sheet
from grader.web.sheet import Sheet

CATALOG, VERSION = "grader.preview", "PREVIEW_VERSION"
pages = Blueprint("student", __name__)


@pages.get("/")
def home() -> str:
    """All problems of the course."""
    return render_template("preview/problems.html", assignments=_catalog().course.assignments)


@pages.get("/<string:slug>")
def assignment_page(slug: str) -> str:
    """The problems of an assignment."""
    found = _catalog().course.assignment(slug)
    if found is None:
        raise NotFound("There is no such page.")
    return render_template("preview/problems.html", assignments=[found])


@pages.get("/<string:slug>/<string:name>")
def problem_page(slug: str, name: str) -> str:
    """A problem as a student finds it who comes for the first time."""
    look = _look(slug, name)
    return _page(look, preview_sheet(_catalog(), look, {}))


@pages.post("/<string:slug>/<string:name>")
def check(slug: str, name: str) -> str:
    """Say how an answer is read."""
    look = _look(slug, name)
    asked = request.form.getlist("check") or [part.id for part in look.problem.parts]
    typed = {part: request.form.get(f"answer.{part}", "") for part in asked}
    if not typed.keys() <= {part.id for part in look.problem.parts}:
        raise NotFound("This problem has no such part.")
    sheet = preview_sheet(_catalog(), look, typed)
    if "HX-Request" not in request.headers:
        return _page(look, sheet)
    checked = [box for box in sheet.boxes if box.id in typed]
    return render_template("student/checked.html", sheet=sheet, checked=checked)


@pages.get("/<string:slug>/<string:name>/data/<string:file>")
def data_file(slug: str, name: str, file: str) -> Response:
    """A data file in its newest version."""
    data = _catalog().data(_look(slug, name).problem)
    if file not in data:
        raise NotFound("There is no such file.")
    reply = make_response(data[file])
    reply.headers["Content-Type"] = "text/csv; charset=utf-8"
    reply.headers.set("Content-Disposition", "attachment", filename=file)
    return reply


@pages.get("/-/version")
def version() -> Response:
    """What these pages were made from, by which an open page sees that it is out of date."""
    return Response(current_app.config[VERSION], content_type="text/plain")


def broken(error: Exception) -> tuple[str, HTTPStatus]:
    """A page that says what is wrong, and where; it goes away when the file is mended."""
    missing = isinstance(error, NotFound)
    return (
        render_template("preview/broken.html", reasons=str(error).splitlines(), missing=missing),
        HTTPStatus.NOT_FOUND if missing else HTTPStatus.UNPROCESSABLE_ENTITY,
    )


def _page(look: Look, sheet: Sheet) -> str:
    problems = look.assignment.problems
    place = problems.index(look.problem)
    return render_template(
        "preview/problem.html",
        visit=look,
        sheet=sheet,
        previous=problems[place - 1] if place else None,
        following=problems[place + 1] if place + 1 < len(problems) else None,
    )


def _look(slug: str, name: str) -> Look:
    catalog = _catalog()
    look = Look(*find_problem(catalog.course, slug, name))
    if wrong := check_problem(catalog, look.problem):
        raise ContentError("\n".join(map(str, wrong)))
    return look


def _catalog() -> Catalog:
    """The files as they were read.

    Raises:
        ContentError: they could not be read.
    """
    found: Catalog | ContentError = current_app.extensions[CATALOG]
    if isinstance(found, ContentError):
        raise found
    return found
