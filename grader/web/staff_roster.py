"""The roster: everybody in the course, and for instructors a file that changes it, shown before it counts."""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from http import HTTPStatus

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from grader.db.session import reading, transaction
from grader.domain.errors import (
    GraderError,
    ImportRefused,
    InvalidRequest,
    NotAllowed,
    StalePlan,
)
from grader.domain.ledger import Act
from grader.domain.powers import Power, has_power
from grader.domain.roles import Role
from grader.services.ledger.ledger import list_entries
from grader.services.roster.applying import apply_roster
from grader.services.roster.changes import RosterPlan, check_own_seat
from grader.services.roster.planning import plan_roster
from grader.services.roster.reading import list_people, narrow
from grader.services.roster.rosterfile import read_roster
from grader.web.access import check_sender, me, staff_only, staff_who
from grader.web.addresses import row_number
from grader.web.errors import status_of
from grader.web.state import now, state
from grader.web.uploads import takes_file, uploaded_file

LARGEST_ROSTER = 1_000_000
"""A file of ten thousand people. It goes with the form that applies it, in letters a third longer."""
_LONGEST_SEARCH = 100

pages = Blueprint("staff_roster", __name__, url_prefix="/staff/roster")


@pages.get("")
@staff_only
def page() -> str:
    """Everybody, filtered by what is in the address."""
    return _page()


@pages.post("/preview")
@staff_who(Power.ROSTER)
@takes_file
def preview() -> Response:
    """Show what a file would change. Nothing is stored."""
    check_sender()
    try:
        raw = uploaded_file("file", largest=LARGEST_ROSTER)
        with reading(state().engine) as session:
            plan = _plan(session, raw)
    except (InvalidRequest, ImportRefused) as error:
        return make_response(_page(error), status_of(error))
    return make_response(_preview(raw, plan))


@pages.post("/apply")
@staff_who(Power.ROSTER)
@takes_file
def apply() -> Response:
    """Make the changes that were shown, all of them; if they are others by now, show those first."""
    check_sender()
    raw = _carried()
    try:
        with transaction(state().engine) as session:
            entry = _change(session, raw)
    except (ImportRefused, NotAllowed, StalePlan) as error:
        return _refused(raw, error)
    return redirect(url_for(".page", done=entry), HTTPStatus.SEE_OTHER)


def _change(session: Session, raw: bytes) -> int | None:
    plan = _plan(session, raw)
    if plan.digest != request.form.get("digest"):
        raise StalePlan("The roster changed since this was shown. These are the changes now.")
    check_own_seat(plan, me().person_id)
    return apply_roster(
        session,
        plan=plan,
        actor=me().login,
        now=now(),
        allow_mass_drop=request.form.get("mass_drop") == "yes",
    )


def _refused(raw: bytes, error: GraderError) -> Response:
    """The changes as they are now, with what was wrong; a file that is refused as such, beside the roster."""
    try:
        with reading(state().engine) as session:
            plan = _plan(session, raw)
    except ImportRefused as refusal:
        return make_response(_page(refusal), status_of(refusal))
    return make_response(_preview(raw, plan, error), status_of(error))


def _plan(session: Session, raw: bytes) -> RosterPlan:
    drop_missing = request.form.get("missing") != "keep"
    return plan_roster(session, read_roster(raw), drop_missing=drop_missing)


def _carried() -> bytes:
    try:
        raw = b64decode(request.form.get("roster", ""), validate=True)
    except (NotBase64, ValueError):
        raw = b""
    if not raw or len(raw) > LARGEST_ROSTER:
        raise InvalidRequest("This form is incomplete. Upload the file again; nothing was changed.")
    return raw


def _preview(raw: bytes, plan: RosterPlan, error: GraderError | None = None) -> str:
    try:
        check_own_seat(plan, me().person_id)
    except NotAllowed as refusal:
        error = refusal
    return render_template(
        "staff/roster_preview.html",
        plan=plan,
        roster=b64encode(raw).decode(),
        missing=request.form.get("missing", "drop"),
        error=error,
        refused=isinstance(error, NotAllowed),
        own=me().person_id,
    )


def _page(error: GraderError | None = None) -> str:
    wanted = {
        name: request.args.get(name, "")[:_LONGEST_SEARCH]
        for name in ("search", "section", "role", "who")
    }
    with reading(state().engine) as session:
        people = list_people(session)
        done = _done(session)
    return render_template(
        "staff/roster.html",
        people=narrow(people, **wanted),
        wanted=wanted,
        filtered=any(wanted.values()),
        sections=sorted({each.section for each in people if each.active and each.section}),
        roles=[role.value for role in Role],
        counts=[(role, sum(each.active and each.role == role for each in people)) for role in Role],
        dropped=sum(not each.active for each in people),
        error=error,
        problems=error.problems if isinstance(error, ImportRefused) else (),
        may_change=has_power(me().role, Power.ROSTER),
        largest=LARGEST_ROSTER,
        own=me().person_id,
        done=done,
    )


def _done(session: Session) -> Mapping[str, int] | None:
    """How many people the change made of which the address tells, as it stands in the ledger."""
    number = row_number(request.args.get("done", ""))
    if number is None:
        return None
    entry = next(iter(list_entries(session, before=number + 1, limit=1)), None)
    if entry is None or (entry.number, entry.act) != (number, Act.ROSTER):
        return None
    return entry.detail
