"""T22: a person's record has every row that leads to them, and nobody else's data."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import JSON, Column, ForeignKey, Integer, MetaData, Table
from sqlalchemy.orm import Session

from grader.db.models import Base, Person
from grader.services.explanations.releases import release_marks
from grader.services.ledger.ledger import list_entries
from grader.services.records.looks import looks_at
from grader.services.records.personal_record import own_record, record_written, staff_record
from grader.services.records.personal_tables import DOCUMENTS, IMPERSONAL, OTHERS, PERSONAL
from tests.security.people_on_record import ASKING, Class, class_on_record
from tests.support.classroom import NOW, add_student
from tests.support.courses import COURSE, SET
from tests.web.pages import mentions

Doc = dict[str, Any]

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def unlisted(metadata: MetaData) -> set[str]:
    """What leads to a person, or is a document, and stands in no list."""
    found, leading = set(), {"people"}
    for one in metadata.sorted_tables:
        for key in one.foreign_keys:
            target = key.column.table.name
            # A row that belongs to a person's row is theirs, unless the link says who else was there.
            if target in leading and (one.name, key.parent.name) not in OTHERS:
                leading.add(one.name)
    found |= leading - PERSONAL.keys()
    listed = {(name, each) for name, columns in _documents().items() for each in columns}
    for one in metadata.sorted_tables:
        for column in one.columns:
            document = isinstance(column.type, JSON) or column.type.python_type is dict
            if document and one.name not in PERSONAL and (one.name, column.name) not in listed:
                found.add(f"{one.name}.{column.name}")
    return found


def _documents() -> Mapping[str, tuple[str, ...]]:
    names = {*DOCUMENTS, *IMPERSONAL}
    return {name: (*DOCUMENTS.get(name, ()), *IMPERSONAL.get(name, ())) for name in names}


@pytest.fixture
def people(session: Session) -> Class:
    return class_on_record(session)


def person(session: Session, number: int) -> Person:
    return session.get_one(Person, number)


def staff(session: Session, number: int) -> Doc:
    return staff_record(session, person=person(session, number), now=NOW)


def own(session: Session, number: int) -> Doc:
    return own_record(session, course=ASKING, person=person(session, number), now=NOW)


def test_every_table_that_leads_to_a_person_and_every_document_is_listed() -> None:
    assert unlisted(Base.metadata) == set()


def test_a_new_table_with_a_person_or_with_a_document_is_found() -> None:
    metadata = MetaData()
    for one in Base.metadata.sorted_tables:
        one.to_metadata(metadata)
    Table("fines", metadata, Column("id", Integer), Column("payer", ForeignKey("people.id")))
    Table("rolls", metadata, Column("id", Integer), Column("names", JSON))
    # One that leads there by another's row.
    Table("notes", metadata, Column("request_id", ForeignKey("regrade_requests.id")))
    assert unlisted(metadata) == {"fines", "notes", "rolls.names"}


@on_sqlite
def test_the_class_has_a_row_in_each_of_these_tables(session: Session, people: Class) -> None:
    record = staff(session, people.ada.id)
    empty = {name for name, rows in record["tables"].items() if not rows}
    # Students release nothing.
    assert empty == {"solution_releases"}
    assert {name for name, found in record["documents"].items() if not found} == set()


def test_a_record_has_every_canary_of_its_person_and_none_of_another_s(
    session: Session, people: Class
) -> None:
    for mine, other in ((people.ada, people.bob), (people.bob, people.ada)):
        for record in (staff(session, mine.id), own(session, mine.id)):
            text = json.dumps(record)
            assert mine.canary in text
            for name in mine.names:
                assert name in text
            for word in other.names:
                # Staff gave one reason for the whole class, which is no row of either of them.
                assert word not in text, word
            assert other.canary not in text
            assert not mentions(text.replace('"reader_id": "Tia Grader"', ""), "Tia")


def test_what_a_record_has_of_a_person_is_all_that_the_tables_have(
    session: Session, people: Class
) -> None:
    ada, record = people.ada, staff(session, people.ada.id)
    for name, one in Base.metadata.tables.items():
        theirs = "id" if name == "people" else "person_id"
        if theirs in one.columns:
            count = len(session.execute(one.select().where(one.columns[theirs] == ada.id)).all())
            assert len(record["tables"][name]) == count, name
    assert len(record["tables"]["grades"]) >= len(record["tables"]["submissions"]) == 3


@on_sqlite
@pytest.mark.usefixtures("people")
def test_a_login_that_is_another_word_of_documents_gets_nothing_of_others(session: Session) -> None:
    for login in ("mon", "incorrect", "1.5"):
        number = add_student(session, login)
        found = staff(session, number)["documents"]
        assert {name for name, rows in found.items() if rows} == set(), login


@on_sqlite
def test_no_secret_is_in_a_record(session: Session, people: Class) -> None:
    for record in (staff(session, people.ada.id), own(session, people.ada.id)):
        for rows in record["tables"].values():
            assert not any({"token_sha256", "salt"} & row.keys() for row in rows)


def test_a_student_s_own_record_waits_for_what_is_not_shown_yet(
    session: Session, people: Class
) -> None:
    ada = people.ada
    record = own(session, ada.id)
    assert record["tables"]["explanation_marks"] == []
    assert {"explanation_marks", "grades", "holds", "ledger_bodies", "documents"} == set(
        record["withheld"]
    )
    for word in ("is ill", "as agreed", "Well said", "squared"):
        assert word not in json.dumps(record), word
    assert [each["verdict"] for each in record["verdicts"]] == ["incorrect", "correct", "correct"]
    release_marks(session, assignment=SET, released=True, seen=None, actor="ina", now=NOW)
    (mark,) = own(session, ada.id)["tables"]["explanation_marks"]
    assert mark["comment"] == ada.says("Well said, Zadaq.")
    assert mark["actor"] == "staff"


@on_sqlite
def test_one_s_own_acts_are_told_as_such(session: Session, people: Class) -> None:
    issued = [
        row
        for row in staff(session, people.ada.id)["tables"]["ledger_bodies"]
        if "name" in row["detail"]
    ]
    assert [row["actor"] for row in issued] == ["self"]


@on_sqlite
def test_that_a_record_was_written_stands_in_the_ledger_and_before_its_person(
    session: Session, people: Class
) -> None:
    ada = person(session, people.ada.id)
    later = datetime(2026, 6, 1, tzinfo=UTC)
    record_written(session, person=ada, actor="cli:op", now=later)
    entry = list_entries(session, person_id=ada.id, limit=1)[0]
    assert (entry.act, entry.about, entry.actor) == ("export", "record", "cli:op")
    looks = [(each.who, each.page) for each in looks_at(session, person_id=ada.id)]
    assert looks == [("cli:op", "record"), ("Tia Grader", "the page of a student")]


@on_sqlite
def test_the_record_of_the_tiny_course_is_plain_json(session: Session, people: Class) -> None:
    document = own_record(session, course=COURSE, person=person(session, people.bob.id), now=NOW)
    assert json.loads(json.dumps(document)) == document
