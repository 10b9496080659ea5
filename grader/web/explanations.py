"""Pages to write an explanation on: saved by hand or by itself, with every version to read again."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from flask import (
    Blueprint,
    get_template_attribute,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from grader.content.guest_text import render_guest
from grader.content.text import ANCHOR, sections
from grader.db.session import reading, transaction
from grader.domain.deadlines import check_open
from grader.domain.differences import differences
from grader.domain.errors import Closed, CoolingDown, GraderError, InvalidRequest, NotAllowed
from grader.domain.explanations import LONGEST, check_length, tidy
from grader.domain.policy import Policy
from grader.services.explanations.explaining import AUTOMATIC, Saved, Waiting, Writing, save
from grader.services.explanations.marks import OwnMark, own_marks
from grader.services.explanations.versions import (
    Line,
    Version,
    find_version,
    list_versions,
    newest_version,
)
from grader.web.access import me, signed_in
from grader.web.asked import find_problem
from grader.web.errors import retry_after, status_of
from grader.web.lateness import lateness
from grader.web.sheet import Visit, rules_of
from grader.web.state import now, state

LARGEST_BODY = 320 * 1024
"""The longest text, each character sent as twelve; so one that is somewhat too long comes back in a page."""

pages = Blueprint("explanations", __name__)


@dataclass(frozen=True, slots=True)
class Desk:
    """What the page of an explanation shows; ``text`` is what stands in the box."""

    visit: Visit
    policy: Policy
    newest: Version | None
    versions: tuple[Line, ...]
    text: str
    based_on: int
    closed: str
    refusal: str
    mark: OwnMark | None

    @property
    def last_on_time(self) -> int | None:
        """The last version that was not late."""
        return next((line.number for line in self.versions if not line.late_seconds), None)


@pages.url_value_preprocessor
def take_long_texts(_endpoint: str | None, _values: dict[str, str] | None) -> None:
    """Read a longer body than others may be: this runs before anything reads the form."""
    request.max_content_length = request.max_form_memory_size = LARGEST_BODY


@pages.get("/<string:slug>/<string:name>/explanation")
@signed_in
def page(slug: str, name: str) -> str:
    """Where the explanation is written, with how it reads, and its versions."""
    visit = _visit(slug, name)
    with reading(state().engine) as session:
        desk = _desk(session, visit)
    return _page(visit, desk)


@pages.post("/<string:slug>/<string:name>/explanation")
@signed_in
def write(slug: str, name: str) -> AnyResponse:
    """Save what was typed, or an old version once more."""
    visit = _visit(slug, name)
    scripted = "application/json" in request.accept_mimetypes.values()
    try:
        _check_owner()
        with transaction(state().engine) as session:
            outcome = save(session, course=visit.course, writing=_writing(session, visit))
    except (InvalidRequest, CoolingDown, Closed, NotAllowed) as error:
        return _refused(visit, error, scripted=scripted)
    if not scripted:
        return redirect(url_for(".page", slug=slug, name=name), HTTPStatus.SEE_OTHER)
    if isinstance(outcome, Waiting):
        seconds = (outcome.until - visit.now) / timedelta(seconds=1)
        return make_response(jsonify(wait=int(-(-seconds // 1))), HTTPStatus.ACCEPTED)
    return _saved(visit, outcome)


@pages.post("/<string:slug>/<string:name>/explanation/preview")
@signed_in
def preview(slug: str, name: str) -> str:
    """How a text reads. Nothing is stored."""
    find_problem(state().course, slug, name)
    text = tidy(request.form.get("explanation", ""))
    check_length(text)
    return shown(text)


@pages.get("/<string:slug>/<string:name>/explanation/<string:number>")
@signed_in
def version_page(slug: str, name: str, number: str) -> str:
    """One version, as it reads and as it was typed, and how it differs from the newest."""
    visit = _visit(slug, name)
    who, problem = visit.person.person_id, visit.problem.slug
    with reading(state().engine) as session:
        desk = _desk(session, visit)
        version = find_version(session, person_id=who, problem=problem, number=number)
    if desk is None or desk.newest is None:
        return _page(visit, desk)
    return render_template(
        "student/explanation_version.html",
        visit=visit,
        desk=desk,
        version=version,
        shown=shown(version.text),
        changes=differences(version.text, desk.newest.text),
    )


def shown(text: str) -> Markup:
    """An explanation as HTML."""
    # It was cleaned when it was rendered.
    return Markup(render_guest(text))  # noqa: S704


def _visit(slug: str, name: str) -> Visit:
    course = state().course
    assignment, problem = find_problem(course, slug, name)
    return Visit(course, assignment, problem, me(), now())


def _check_owner() -> None:
    # Somebody else may have signed in by another tab since: what the page holds is not theirs.
    if request.form.get("login") != me().login:
        raise NotAllowed(
            "Somebody else is signed in now. Nothing was stored: copy your text, sign in again, and reload "
            "the page."
        )


def _writing(session: Session, visit: Visit) -> Writing:
    form, who, problem = request.form, visit.person.person_id, visit.problem.slug
    how, text = form.get("how", ""), form.get("explanation", "")
    if "again" in form:
        old = find_version(session, person_id=who, problem=problem, number=form["again"])
        text = old.text
    return Writing(
        person_id=who,
        problem=problem,
        text=text,
        based_on=_seen(),
        source=how if how in AUTOMATIC else "form",
        now=visit.now,
    )


def _seen() -> int:
    """The version that the writer had seen. Whatever else stands there, the text is worth more than that."""
    number = request.form.get("based_on", "")
    return int(number) if re.fullmatch("[0-9]{1,9}", number) else 0


def _desk(
    session: Session, visit: Visit, *, typed: str | None = None, refusal: str = ""
) -> Desk | None:
    policy = rules_of(session, visit)
    if policy is None:
        return None
    who, problem = visit.person.person_id, visit.problem.slug
    newest = newest_version(session, person_id=who, problem=problem)
    text = newest.text if newest else ""
    return Desk(
        visit=visit,
        policy=policy,
        newest=newest,
        versions=list_versions(session, person_id=who, problem=problem),
        text=text if typed is None else typed,
        based_on=_seen() if typed is not None else newest.number if newest else 0,
        closed=_closed(policy, visit.now),
        refusal=refusal,
        mark=(own_marks(session, assignment=visit.assignment, person_id=who) or {}).get(problem),
    )


def _closed(policy: Policy, moment: datetime) -> str:
    try:
        check_open(policy, moment)
    except GraderError as error:
        return str(error)
    return ""


def _page(visit: Visit, desk: Desk | None) -> str:
    if desk is None:
        return render_template("student/preparing.html", visit=visit)
    asked = next((name for name in sections(visit.problem.statement) if "explanation" in name), "")
    return render_template(
        "student/explanation.html",
        desk=desk,
        shown=shown(tidy(desk.text)) if len(desk.text) <= LONGEST else "",
        comment=shown(desk.mark.comment) if desk.mark else "",
        asked=asked and f"{ANCHOR}{asked}",
        longest=LONGEST,
        lateness=lateness(desk.policy, visit.now),
    )


def _refused(visit: Visit, error: GraderError, *, scripted: bool) -> AnyResponse:
    if scripted:
        reply = make_response(jsonify(detail=str(error)))
    else:
        typed = request.form.get("explanation")
        with reading(state().engine) as session:
            desk = _desk(session, visit, typed=typed, refusal=str(error))
        reply = make_response(_page(visit, desk))
    reply.status_code = status_of(error)
    if isinstance(error, CoolingDown):
        reply.headers["Retry-After"] = retry_after(error)
    return reply


def _saved(visit: Visit, outcome: Saved) -> AnyResponse:
    with reading(state().engine) as session:
        desk = _desk(session, visit)
    pieces = {
        name: get_template_attribute("student/explanation_pieces.html", name)
        for name in ("saved", "meanwhile", "versions")
    }
    number = outcome.version.number if outcome.version else 0
    told = {name: str(piece(desk)) for name, piece in pieces.items()}
    return make_response(jsonify(number=number, **told))
