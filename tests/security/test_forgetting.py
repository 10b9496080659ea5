"""T22: removing a student leaves nothing that names them; all that is counted and chained stays."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import JSON, Engine, String, delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from grader.db.engine import make_engine, sqlite_file
from grader.db.erasing import writable_facts
from grader.db.models import Base, LedgerBody, LedgerLink, Override, Person, Submission, table
from grader.db.session import reading, transaction
from grader.db.types import ExactDecimal, Instant
from grader.domain.errors import InvalidRequest, NothingToDo
from grader.domain.ledger import Act
from grader.services.figures.insight import problem_insight
from grader.services.figures.overview import overview
from grader.services.ledger.ledger import list_entries, record, verify
from grader.services.policies.publishing import active_policy
from grader.services.proofs.receipt_audit import audit_receipts
from grader.services.records.forgetting import Forgotten, forget
from grader.services.records.forgetting_texts import (
    CLEARED,
    DELETED,
    ELSEWHERE,
    HIDDEN,
    PLAIN,
    SEALED,
)
from grader.services.records.looks import note_look
from grader.services.scores.gradebook import gradebook
from tests.security.people_on_record import Class, OnRecord, class_on_record, rows_with
from tests.support.classroom import NOW, add_student, answer
from tests.support.courses import COURSE, SET
from tests.support.signers import OTHER_SIGNER, SIGNER

Said = dict[str, Any]

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def people(session: Session) -> Class:
    return class_on_record(session)


def remove(session: Session, who: OnRecord, **changes: Any) -> Forgotten:
    given: Said = {"reason": "asked for it", "actor": "cli:op", "signer": SIGNER, "now": NOW}
    person = session.get_one(Person, who.id)
    return forget(session, person=person, **given | changes)


def unlisted(tables: Any) -> set[str]:
    """The columns with words or a document of which no list says what becomes of them."""
    found = set()
    for name, one in tables.items():
        for column in one.columns:
            plain = isinstance(column.type, Instant | ExactDecimal)
            worded = isinstance(column.type, String | JSON) or column.type.python_type is dict
            if plain or not worded or column.name in PLAIN:
                continue
            if not any(
                column.name in columns.get(name, ())
                for columns in (CLEARED, HIDDEN, ELSEWHERE, SEALED)
            ):
                found.add(f"{name}.{column.name}")
    return found


def figures(session: Session, ada: OnRecord) -> Any:
    """What staff see of the class: points by person, and what was answered to each part and by whom."""
    books = [gradebook(session, course=COURSE, assignment=each.slug) for each in COURSE.assignments]
    policy = active_policy(session, "set")
    assert policy is not None
    seen = overview(session, assignment=SET, policy=policy)
    insights = [
        repr(
            problem_insight(
                session,
                assignment=assignment,
                policy=active_policy(session, assignment.slug),
                problem=problem,
                tolerances={},
            )
        )
        for assignment in COURSE.assignments
        for problem in assignment.problems
    ]
    rows = [
        (row.person.id, row.score.points, [(each.state, each.points) for each in row.score.parts])
        for book in books
        for row in book.rows
    ]
    pseudonym = f"'removed-{ada.id}', 'Removed person {ada.id}'"
    said = repr((insights, seen)).replace(f"'{ada.login}', '{ada.name}'", pseudonym)
    return rows, said


def test_of_every_column_with_words_it_is_said_what_becomes_of_it() -> None:
    assert unlisted(Base.metadata.tables) == set()
    for listed in (CLEARED, HIDDEN, ELSEWHERE, SEALED):
        for name, columns in listed.items():
            assert set(columns) <= set(Base.metadata.tables[name].columns.keys())
    assert set(DELETED) <= set(Base.metadata.tables)


def test_a_new_column_with_words_is_found() -> None:
    from sqlalchemy import Column, MetaData, Table  # noqa: PLC0415 - for this one only.

    fines = Table("fines", MetaData(), Column("why", String), Column("about", String))
    assert unlisted({"fines": fines}) == {"fines.why"}


def test_before_it_every_name_is_found_so_that_finding_none_means_something(
    session: Session, people: Class
) -> None:
    found = rows_with(session, *people.ada.names, people.ada.canary)
    expected = {
        f"{name}.{column}"
        for listed in (CLEARED, HIDDEN)
        for name, columns in listed.items()
        for column in columns
    }
    # A job of a regrade is the one that this class has none of, and its rubric names nobody.
    assert expected - found.keys() == {
        "regrade_jobs.reason",
        "regrade_jobs.message",
        "rubric_items.words",
    }
    assert {
        "ledger_bodies.reason",
        "ledger_bodies.detail",
        "canvas_exports.content",
    } <= found.keys()


def test_nothing_names_them_afterwards_and_others_are_as_they_were(
    session: Session, people: Class
) -> None:
    ada, bob = people.ada, people.bob
    first = ada.name.split()[0]
    before, others = figures(session, ada), rows_with(session, *bob.names, bob.canary)
    done = remove(session, ada)
    session.expire_all()
    assert rows_with(session, *ada.names, ada.canary, first, ada.email.partition("@")[0]) == {}
    assert rows_with(session, *bob.names, bob.canary) == others
    assert figures(session, ada) == before
    person = session.get_one(Person, ada.id)
    assert (
        (person.login, person.name)
        == ("removed-2", "Removed person 2")
        == (
            done.pseudonym,
            person.name,
        )
    )
    assert (person.section, person.active, person.receipts) == ("Mon", True, 3)
    assert {"explanations", "overrides", "regrade_plans", "api_tokens"} <= done.changed.keys()


def test_the_ledger_and_all_receipts_are_as_sound_as_before(
    session: Session, people: Class
) -> None:
    entries = len(list_entries(session))
    done = remove(session, people.ada)
    assert verify(session).faults == ()
    audited = audit_receipts(session, trusted={SIGNER.public_key})
    assert (audited.receipts, audited.faults) == (6, ())
    newest, *rest = list_entries(session)
    assert (newest.act, newest.about, newest.login) == (Act.FORGOTTEN, "removed-2", "removed-2")
    assert len(rest) == entries
    assert done.entries == len(newest.detail["restated"]) > 5
    # Their chain goes on.
    answer(session, people.ada.id, "set/last/b2", "10")
    assert audit_receipts(session, trusted={SIGNER.public_key}).faults == ()


@on_sqlite
@pytest.mark.parametrize("column", ["actor", "about", "reason"])
def test_an_entry_that_was_written_anew_can_t_be_changed_either(
    session: Session, people: Class, column: str
) -> None:
    remove(session, people.ada)
    restated = list_entries(session, limit=1)[0].detail["restated"]
    number = int(next(iter(restated)))
    with writable_facts(session, ["ledger_bodies"]):
        session.execute(
            update(LedgerBody).where(LedgerBody.number == number).values({column: "other"})
        )
    assert [fault[0] for fault in verify(session).faults] == [number]


@on_sqlite
def test_without_the_removal_s_own_entry_what_it_wrote_anew_is_found(
    session: Session, people: Class
) -> None:
    done = remove(session, people.ada)
    newest = list_entries(session, limit=1)[0]
    with writable_facts(session, ["ledger", "ledger_bodies"]):
        changed = newest.detail | {"restated": {}}
        session.execute(
            update(LedgerBody).where(LedgerBody.number == newest.number).values(detail=changed)
        )
    faults = verify(session).faults
    assert len(faults) == done.entries + 1
    with writable_facts(session, ["ledger", "ledger_bodies"]):
        session.execute(delete(table(LedgerBody)).where(LedgerBody.number == newest.number))
        session.execute(delete(table(LedgerLink)).where(LedgerLink.number == newest.number))
    assert len(verify(session).faults) == done.entries


def test_one_after_another_can_be_removed_though_entries_name_both(
    session: Session, people: Class
) -> None:
    remove(session, people.ada)
    remove(session, people.bob, reason="asked too")
    both = (*people.ada.names, *people.bob.names)
    assert rows_with(session, *both) == {}
    assert verify(session).faults == ()
    assert audit_receipts(session, trusted={SIGNER.public_key}).faults == ()


@on_sqlite
def test_a_removal_whose_reason_names_a_later_one_is_restated_too(
    session: Session, people: Class
) -> None:
    remove(session, people.ada, reason=f"as {people.bob.login} did")
    remove(session, people.bob)
    assert rows_with(session, *people.ada.names, *people.bob.names) == {}
    assert verify(session).faults == ()


@on_sqlite
@pytest.mark.usefixtures("people")
def test_names_are_hidden_as_words_whatever_their_case(session: Session) -> None:
    will = add_student(session, "will", name="Will Word", email="")
    said = "Goodwill, WILL: will.word (Will  Word, Will Word) willing"
    record(session, act=Act.RUBRIC, actor="tia", about="set/sum", reason=said, now=NOW)
    person = session.get_one(Person, will)
    forget(session, person=person, reason="left", actor="cli:will", signer=SIGNER, now=NOW)
    pseudonym = f"removed-{will}"
    hidden = list_entries(session)[1].reason
    assert hidden == (
        f"Goodwill, {pseudonym}: {pseudonym}.word ({pseudonym}  Word, Removed person {will}) willing"
    )
    # An operator of that name is another.
    assert list_entries(session, limit=1)[0].actor == "cli:will"


@on_sqlite
@pytest.mark.usefixtures("people")
def test_a_number_that_they_typed_and_that_is_theirs_elsewhere_is_kept_as_its_value(
    session: Session,
) -> None:
    eve = add_student(session, "eve", sis_user_id="0045")
    answer(session, eve, "set/sum/a", "0045")
    forget(
        session,
        person=session.get_one(Person, eve),
        reason="left",
        actor="cli:op",
        signer=SIGNER,
        now=NOW,
    )
    typed = select(Submission.text).where(Submission.person_id == eve)
    assert session.scalars(typed).all() == ["45"]
    assert audit_receipts(session, trusted={SIGNER.public_key}).faults == ()


@on_sqlite
def test_a_login_that_is_a_word_of_documents_takes_nothing_else_with_it(
    session: Session, people: Class
) -> None:
    plans = (
        "SELECT content, scope FROM regrade_plans UNION ALL SELECT content, '' FROM rescore_plans"
    )
    before = str(session.execute(text(plans)).all())
    canvas = str(session.execute(text("SELECT content FROM canvas_exports")).all())
    for login in ("mon", "points", "student", "moves", "incorrect"):
        number = add_student(session, login)
        forget(
            session,
            person=session.get_one(Person, number),
            reason="left",
            actor="cli:op",
            signer=SIGNER,
            now=NOW,
        )
    assert str(session.execute(text(plans)).all()) == before
    assert str(session.execute(text("SELECT content FROM canvas_exports")).all()) == canvas
    remove(session, people.ada)
    assert verify(session).faults == ()


@on_sqlite
def test_their_row_in_canvas_is_gone_with_its_number_there(session: Session, people: Class) -> None:
    remove(session, people.ada)
    ((content,),) = session.execute(text("SELECT content FROM canvas_exports")).all()
    assert '"71"' not in str(content).replace("'", '"')
    assert '"72"' in str(content).replace("'", '"')


@on_sqlite
def test_a_second_time_there_is_nothing_to_do(session: Session, people: Class) -> None:
    remove(session, people.ada)
    session.expire_all()
    with pytest.raises(NothingToDo, match="removed-2 is removed already"):
        remove(session, people.ada)


@on_sqlite
def test_a_reason_that_names_them_is_refused(session: Session, people: Class) -> None:
    with pytest.raises(InvalidRequest, match="without the name"):
        remove(session, people.ada, reason="Zadaq ABEBE wants it")
    with pytest.raises(InvalidRequest, match="Give a reason"):
        remove(session, people.ada, reason=" ")


def acted(session: Session, people: Class, how: str) -> None:
    """Let the student have been one of the staff before."""
    login, number = people.ada.login, people.ada.id
    if how == "decided":
        session.execute(
            Base.metadata.tables["rubric_items"]
            .insert()
            .values(
                problem="set/last",
                item=1,
                revision=1,
                words="It.",
                points=Decimal(1),
                retired=False,
                actor=login,
                created_at=NOW,
            )
        )
    elif how == "recorded":
        record(session, act=Act.RUBRIC, actor=login, about="set/sum", reason="", now=NOW)
    elif how == "looked":
        note_look(session, reader_id=number, person_id=people.bob.id, page="a page", now=NOW)
    elif how == "released":
        released = Base.metadata.tables["solution_releases"]
        row = {"assignment": "set", "person_id": number, "released": False, "created_at": NOW}
        session.execute(released.insert().values(row))
    else:
        session.execute(update(Person).where(Person.id == number).values(role="ta"))


@on_sqlite
@pytest.mark.parametrize("how", ["decided", "recorded", "looked", "released", "is a ta"])
def test_who_is_or_was_staff_is_not_removed(session: Session, people: Class, how: str) -> None:
    acted(session, people, how)
    with pytest.raises(InvalidRequest, match="is or was one of the staff"):
        remove(session, people.ada)


@on_sqlite
def test_what_is_not_sound_is_not_made_anew(session: Session, people: Class) -> None:
    with pytest.raises(InvalidRequest, match="receipts are not sound"):
        remove(session, people.ada, signer=OTHER_SIGNER)
    session.rollback()


@on_sqlite
def test_receipts_of_an_earlier_key_are_taken_if_that_is_named(
    session: Session, people: Class
) -> None:
    remove(session, people.ada, signer=OTHER_SIGNER, trusted={SIGNER.public_key})
    both = {SIGNER.public_key, OTHER_SIGNER.public_key}
    assert audit_receipts(session, trusted=both).faults == ()


@on_sqlite
def test_a_ledger_that_is_not_whole_is_left_as_evidence(session: Session, people: Class) -> None:
    with writable_facts(session, ["ledger_bodies"]):
        session.execute(update(LedgerBody).where(LedgerBody.number == 1).values(reason="other"))
    with pytest.raises(InvalidRequest, match="The ledger is not whole.* Entry 1 was changed"):
        remove(session, people.ada)


def test_facts_can_be_written_over_within_the_block_alone(engine: Engine) -> None:
    with transaction(engine) as session:
        class_on_record(session)
    with transaction(engine) as session:
        with writable_facts(session, ["overrides"]):
            session.execute(update(table(Override)).values(reason="other"))
        with pytest.raises(DBAPIError, match="overrides is insert-only"):
            session.execute(update(table(Override)).values(reason="another"))
        session.rollback()


def test_a_rollback_brings_the_protection_and_the_rows_back(engine: Engine) -> None:
    with transaction(engine) as session:
        people = class_on_record(session)
    with reading(engine) as session:
        before = rows_with(session, *people.ada.names)
    with (
        pytest.raises(KeyError),
        transaction(engine) as session,
        writable_facts(session, ["overrides"]),
    ):
        session.execute(update(table(Override)).values(reason="other"))
        raise KeyError
    with transaction(engine) as session:
        remove(session, people.ada)
        session.rollback()
    with reading(engine) as session:
        assert rows_with(session, *people.ada.names) == before
    for statement in ("UPDATE overrides SET reason = 'x'", "DELETE FROM overrides"):
        with pytest.raises(DBAPIError, match="is insert-only"), engine.begin() as connection:
            connection.execute(text(statement))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_byte_of_them_is_left_in_the_file(database_url: str, engine: Engine) -> None:
    with transaction(engine) as session:
        people = class_on_record(session)
    own = make_engine(database_url)
    with transaction(own) as session:
        remove(session, people.ada)
    own.dispose()
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    file = sqlite_file(engine)
    assert file is not None
    raw = file.read_bytes()
    assert people.bob.canary.encode() in raw
    for word in (*people.ada.names, people.ada.canary):
        assert word.encode() not in raw, word
