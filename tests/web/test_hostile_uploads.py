"""Every page that takes a file refuses every hostile one in a sentence, and nothing is changed."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from flask import Response, request

from grader.db.models import KeyCheck
from grader.db.session import transaction
from grader.web.state import state
from grader.web.uploads import LARGEST_UPLOAD
from tests.support.hostile_files import BAD_CELLS, SHAPES, Hostile, hostile_documents, hostile_files
from tests.support.rows import MOMENT, all_rows
from tests.support.school import School
from tests.support.uploads import send_file
from tests.web.pages import Form, Reader, text_of

OVERRIDES = replace(SHAPES["overrides"], row=lambda number: f"ada,1a,{number % 5},as agreed")
UPLOADS = {
    "/staff/roster": SHAPES["roster"],
    "/staff/imports/pset7": OVERRIDES,
    "/staff/exports/pset7": SHAPES["canvas"],
}
UNCHANGED = r"Nothing was( written or)? changed\."
REFUSED = (
    "This is no |This is nested|A n[a-z]+ (is|stands) |The number |Entry 1 of|a file, or paste"
)
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def faults_of(school: School, path: str, files: Mapping[str, Hostile]) -> list[str]:
    """Which files the page does not refuse as it should, and whether anything changed."""
    reader = Reader.of(school, "ina")
    form = Form.on(reader.open(path), "file")
    fields = form.fields | {"missing": "drop"}
    fields.pop("file")
    found = []
    with school.engine.connect() as connection:
        before = all_rows(connection)
    for name, file in files.items():
        reply = send_file(reader.client, form.action or "", fields, file.raw)
        sent = reply.get_data(as_text=True)
        page = text_of(sent)
        # A page lists the first problems, and says that there are more.
        status, said = 422, [UNCHANGED, rf"{file.said}|\band more\b"]
        if len(file.raw) > LARGEST_UPLOAD:
            status, said = 413, ["too large"]
        if reply.status_code != status or not all(re.search(each, page) for each in said):
            found.append(f"{name}: {reply.status} {page[:999]}")
        if "<script>alert" in sent:
            found.append(f"{name}: markup")
    with school.engine.connect() as connection:
        after = all_rows(connection)
    return found + [f"{name} changed" for name, rows in before.items() if after[name] != rows]


@pytest.mark.parametrize("path", UPLOADS)
def test_a_hostile_file_is_refused_with_its_row_and_nothing_is_changed(
    school: School, path: str
) -> None:
    assert faults_of(school, path, hostile_files(UPLOADS[path])) == []


def say_that_it_went_well(reply: Response) -> None:
    reply.status_code = 200


def show_a_cell_as_it_is(reply: Response) -> None:
    reply.set_data(reply.get_data() + BAD_CELLS["markup"].encode())


def write_something(_reply: Response) -> None:
    with transaction(state().engine) as session:
        session.add(KeyCheck(problem="x", state="current", reasons={}, checked_at=MOMENT))


CARELESS = {
    say_that_it_went_well: "who is markup: 200 OK",
    show_a_cell_as_it_is: "who is markup: markup",
    write_something: "key_checks changed",
}


@pytest.mark.parametrize("careless", CARELESS)
@pytest.mark.parametrize("path", UPLOADS)
def test_a_careless_page_is_found(
    school: School, path: str, careless: Callable[[Response], None]
) -> None:
    """The negative control."""

    def seeded(reply: Response) -> Response:
        if request.method == "POST":
            careless(reply)
        return reply

    after = school.app.after_request_funcs[None]
    after.append(seeded)
    try:
        name = "who is markup"
        found = faults_of(school, path, {name: hostile_files(UPLOADS[path])[name]})
    finally:
        after.remove(seeded)
    assert [fault for fault in found if not fault.startswith(CARELESS[careless])] == []
    assert found


def test_a_hostile_file_of_receipts_is_refused_in_a_sentence(school: School) -> None:
    reader = Reader.of(school, "ada")
    fields = Form.on(reader.open("/receipts/check"), "text").fields
    with school.engine.connect() as connection:
        before = all_rows(connection)
    for name, raw in hostile_documents().items():
        reply = send_file(reader.client, "/receipts/check", fields, raw)
        assert reply.status_code == 422, name
        page = text_of(reply.get_data(as_text=True))
        assert re.search(REFUSED, page), (name, page[:999])
    with school.engine.connect() as connection:
        assert all_rows(connection) == before
