"""A sign-in link for a student who can't sign in, made on their page and shown once."""

from datetime import timedelta
from http import HTTPStatus

from flask import Blueprint, make_response
from werkzeug.wrappers import Response

from grader.db.session import transaction
from grader.domain.powers import Power
from grader.services.people.handed_links import hand_out_link
from grader.services.people.identity import person_by_login
from grader.web.access import check_sender, me, staff_who
from grader.web.signin import address_of
from grader.web.staff_student import shown
from grader.web.state import now, state

LIFETIME = timedelta(hours=24)

pages = Blueprint("staff_links", __name__, url_prefix="/staff/students")


@pages.post("/<string:login>/signin-link")
@staff_who(Power.SIGNIN)
def make(login: str) -> Response:
    """Make the link. This reply alone shows it."""
    check_sender()
    with transaction(state().engine) as session:
        person = person_by_login(session, login=login)
        token = hand_out_link(
            session,
            login=person.login,
            lifetime=LIFETIME,
            actor=me().login,
            now=now(),
            students_only=True,
        )
    return make_response(shown(login, link=address_of(token)), HTTPStatus.CREATED)
