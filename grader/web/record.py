"""A person's own record: who of the staff looked at it, and all of it as a file."""

from flask import Blueprint, Response, render_template

from grader.db.models import Person
from grader.db.session import reading
from grader.services.records.looks import looks_at
from grader.services.records.personal_record import own_record
from grader.web.access import me, signed_in
from grader.web.receipts import as_file
from grader.web.state import now, state

pages = Blueprint("record", __name__, url_prefix="/record")


@pages.get("")
@signed_in
def page() -> str:
    """Who looked, and where the file is."""
    with reading(state().engine) as session:
        looks = looks_at(session, person_id=me().person_id)
    return render_template("student/record.html", looks=looks)


@pages.get("/record.json")
@signed_in
def file() -> Response:
    """What is stored of whoever asks, as far as they are shown it."""
    with reading(state().engine) as session:
        person = session.get_one(Person, me().person_id)
        document = own_record(session, course=state().course, person=person, now=now())
    return as_file(document, f"record-{me().login}.json")
