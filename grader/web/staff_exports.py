"""Grades for other tools: the files, and what is known of Canvas."""

from http import HTTPStatus

from flask import Blueprint, Response, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from grader.db.session import reading, transaction
from grader.domain.errors import GraderError, ImportRefused, InvalidRequest, NotFound
from grader.domain.ledger import Act
from grader.domain.powers import Power
from grader.domain.problem import Assignment
from grader.services.exports.canvas import CanvasState, canvas_state, learn_canvas
from grader.services.exports.canvas_export import scaled_students
from grader.services.exports.canvas_matching import Match, MatchedBy
from grader.services.exports.grade_files import GradeFile, Kind, grade_file, record_export
from grader.services.exports.questions import class_possible
from grader.services.ledger.file_history import newest_files
from grader.services.scores.gradebook import gradebook
from grader.web.access import check_sender, me, staff_only, staff_who
from grader.web.state import now, state
from grader.web.uploads import takes_file, uploaded_file

SHOWN = 200
"""How many of those who were not found, and of a file's problems, are listed."""

pages = Blueprint("staff_exports", __name__, url_prefix="/staff/exports")


@pages.get("/<string:slug>")
@staff_only
def page(slug: str) -> str:
    """The files, who was found in Canvas, and who was not."""
    return _shown(slug)


@pages.post("/<string:slug>/<string:kind>")
@staff_who(Power.EXPORT)
def download(slug: str, kind: str) -> Response:
    """Hand a file out. It is written into the ledger first, so that no link leads here."""
    check_sender()
    try:
        wanted = Kind(kind)
    except ValueError:
        raise NotFound("There is no such file.") from None
    actor, moment = me().login, now()
    try:
        with reading(state().engine) as session:
            made = grade_file(
                session,
                course=state().course,
                assignment=slug,
                kind=wanted,
                actor=actor,
                now=moment,
            )
    except InvalidRequest as error:
        return make_response(_shown(slug, error=error), HTTPStatus.UNPROCESSABLE_ENTITY)
    with transaction(state().engine) as session:
        record_export(session, made=made, actor=actor, now=moment)
    return _attached(made)


@pages.post("/<string:slug>/canvas-export")
@staff_who(Power.EXPORT)
@takes_file
def learn(slug: str) -> AnyResponse:
    """Take the gradebook that Canvas exports, for its ids."""
    check_sender()
    _assignment(slug)
    try:
        raw = uploaded_file("file")
        with transaction(state().engine) as session:
            learn_canvas(session, raw=raw, about=slug, actor=me().login, now=now())
    except (InvalidRequest, ImportRefused) as error:
        return make_response(_shown(slug, error=error), HTTPStatus.UNPROCESSABLE_ENTITY)
    return redirect(url_for(".page", slug=slug, _anchor="canvas"), HTTPStatus.SEE_OTHER)


def _assignment(slug: str) -> Assignment:
    found = state().course.assignment(slug)
    if found is None:
        raise NotFound("There is no such assignment.")
    return found


def _shown(slug: str, *, error: GraderError | None = None) -> str:
    with reading(state().engine) as session:
        book = gradebook(session, course=state().course, assignment=slug)
        people = [row.person for row in book.rows]
        canvas = canvas_state(session, assignment=book.assignment, people=people)
        past = newest_files(session, act=Act.EXPORT, about=book.assignment.slug)
    return render_template(
        "staff/exports.html",
        book=book,
        assignment=book.assignment,
        canvas=canvas,
        found_by=[(by, canvas.matching.count(by)) for by in MatchedBy] if canvas else [],
        by_name=_by_name(canvas) if canvas else [],
        scaled=scaled_students(book, canvas) if canvas and book.policy.graded else (),
        column=class_possible(book),
        past=past,
        error=error,
        most=SHOWN,
        own=me().person_id,
    )


def _by_name(canvas: CanvasState) -> list[Match]:
    """Those whom only a name tells: somebody should look."""
    return [each for each in canvas.matching.matches if each.by is MatchedBy.NAME]


def _attached(made: GradeFile) -> Response:
    reply = make_response(made.content)
    reply.headers["Content-Type"] = made.media_type
    reply.headers.set("Content-Disposition", "attachment", filename=made.name)
    return reply
