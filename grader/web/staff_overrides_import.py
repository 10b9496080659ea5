"""Scores that were decided elsewhere: a file of overrides, shown first and then taken whole."""

from http import HTTPStatus

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from grader.db.collisions import ChangedMeanwhile
from grader.db.session import reading, transaction
from grader.domain.errors import GraderError, ImportRefused, InvalidRequest, NotFound
from grader.domain.ledger import Act
from grader.domain.part_names import part_names
from grader.domain.powers import Power
from grader.services.ledger.file_history import newest_files
from grader.services.overrides.importing import import_overrides
from grader.services.overrides.overrides_file import COLUMNS, OVERRIDES_LIMITS
from grader.services.overrides.planning import Change, OverridePlan, plan_overrides
from grader.web.access import check_sender, me, staff_who
from grader.web.errors import status_of
from grader.web.state import now, state
from grader.web.uploads import takes_file, uploaded_file

SHOWN = 500
"""Rows of a preview, and problems of a file, that are listed one by one."""

pages = Blueprint("staff_overrides_import", __name__, url_prefix="/staff/imports")


@pages.get("/<string:slug>")
@staff_who(Power.IMPORT)
def page(slug: str) -> str:
    """What such a file looks like, and where to hand it in."""
    return _shown(slug)


@pages.post("/<string:slug>")
@staff_who(Power.IMPORT)
@takes_file
def preview(slug: str) -> Response:
    """Say what a file would change; nothing is written."""
    check_sender()
    try:
        return _previewed(slug, uploaded_file("file"))
    except InvalidRequest as error:
        return make_response(_shown(slug, error=error), HTTPStatus.UNPROCESSABLE_ENTITY)


@pages.post("/<string:slug>/apply")
@staff_who(Power.IMPORT)
@takes_file
def apply(slug: str) -> Response:
    """Do what was shown, all of it or nothing."""
    check_sender()
    # The file comes back with the form, so that nothing has to be kept between the two.
    raw = request.form.get("content", "").encode()
    try:
        with transaction(state().engine) as session:
            import_overrides(
                session,
                course=state().course,
                assignment=slug,
                raw=raw,
                digest=request.form.get("digest", ""),
                actor=me().login,
                actor_id=me().person_id,
                now=now(),
            )
    except ChangedMeanwhile as error:
        return _previewed(slug, raw, error=error)
    except ImportRefused as error:
        return make_response(_shown(slug, error=error), HTTPStatus.UNPROCESSABLE_ENTITY)
    return redirect(url_for(".page", slug=slug, _anchor="last"), HTTPStatus.SEE_OTHER)


def _previewed(slug: str, raw: bytes, *, error: GraderError | None = None) -> Response:
    try:
        with reading(state().engine) as session:
            plan = plan_overrides(
                session, course=state().course, assignment=slug, raw=raw, actor_id=me().person_id
            )
    except ImportRefused as refusal:
        return make_response(_shown(slug, error=refusal), HTTPStatus.UNPROCESSABLE_ENTITY)
    # Rows that can be read are UTF-8.
    body = _shown(slug, plan=plan, content=raw.decode("utf-8-sig"), error=error)
    return make_response(body, status_of(error) if error else HTTPStatus.OK)


def _shown(
    slug: str,
    *,
    plan: OverridePlan | None = None,
    content: str = "",
    error: GraderError | None = None,
) -> str:
    assignment = state().course.assignment(slug)
    if assignment is None:
        raise NotFound("There is no such assignment.")
    with reading(state().engine) as session:
        past = newest_files(session, act=Act.IMPORT, about=slug)
    return render_template(
        "staff/overrides_import.html",
        assignment=assignment,
        names=part_names(assignment),
        plan=plan,
        counts={each.value: plan.count(each) for each in Change} if plan else {},
        content=content,
        last=past.get("overrides"),
        error=error,
        columns=COLUMNS,
        limits=OVERRIDES_LIMITS,
        most=SHOWN,
        own=me().person_id,
    )
