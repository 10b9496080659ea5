"""Statements that go by the driver mean what SQLAlchemy's mean, and fail as they do."""

from decimal import Decimal

import pytest
from sqlalchemy import Engine, bindparam, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from grader.db.engine import make_engine
from grader.db.models import Person, Submission, table
from grader.db.prepared import Prepared, tell
from grader.db.session import looking_up, reading, transaction, writing_once
from tests.support.classroom import NOW, answer, open_course
from tests.support.people import add_person
from tests.support.statements import statements

OWN = (
    select(
        Submission.id,
        Submission.value,
        Submission.submitted_at,
        Submission.receipt_signature,
        Submission.idempotency_key,
    )
    .where(Submission.person_id == bindparam("person_id"), Submission.attempt < 100)
    .order_by(Submission.id)
)
RENAME = (
    update(table(Person)).where(Person.id == bindparam("person_id")).values(name=bindparam("new"))
)
RETURNING = RENAME.returning(Person.id, Person.name)


@pytest.fixture
def ada(engine: Engine) -> int:
    with transaction(engine) as session:
        open_course(session)
        person = add_person(session, "ada")
        answer(session, person, "set/sum/a", "0.7")
        answer(session, person, "set/sum/b", "1e-3")
    return person


def test_the_values_are_those_that_sqlalchemy_reads(engine: Engine, ada: int) -> None:
    asked = {"person_id": ada}
    with looking_up(engine) as connection:
        told = connection.execute(OWN, asked).all()
        found = Prepared(OWN).rows(connection, asked)
    assert [tuple(row) for row in found] == [tuple(row) for row in told]
    assert (found[0].value, found[0].submitted_at) == (Decimal("0.7"), NOW)
    assert (type(found[0].receipt_signature), found[0].idempotency_key) == (bytes, None)


def test_what_is_not_there_is_no_row(engine: Engine) -> None:
    with looking_up(engine) as connection:
        assert Prepared(OWN).rows(connection, {"person_id": 1}) == []


def test_it_counts_what_it_writes_and_gives_what_it_returns(engine: Engine, ada: int) -> None:
    with looking_up(engine) as connection, writing_once(connection):
        renaming = Prepared(RENAME)
        assert renaming.count(connection, {"person_id": ada, "new": "Ada L."}) == 1
        assert renaming.count(connection, {"person_id": ada + 1, "new": "Bob"}) == 0
        (row,) = Prepared(RETURNING).rows(connection, {"person_id": ada, "new": "Ada King"})
    assert (row.id, row.name) == (ada, "Ada King")
    with reading(engine) as session:
        assert session.get_one(Person, ada).name == "Ada King"


def test_a_row_that_the_database_refuses_is_told_as_sqlalchemy_tells_it(
    engine: Engine, ada: int
) -> None:
    wrong = Prepared(update(table(Person)).where(Person.id == ada).values(login=None))
    with (
        looking_up(engine) as connection,
        pytest.raises(IntegrityError) as told,
        writing_once(connection),
    ):
        wrong.count(connection, {})
    assert "login" in str(told.value)
    assert "[parameters:" not in str(told.value)
    assert not told.value.connection_invalidated


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_locked_database_is_told_as_sqlalchemy_tells_it(engine: Engine, ada: int) -> None:
    impatient = make_engine(engine.url.render_as_string())
    with (
        engine.begin(),
        looking_up(impatient) as connection,
        pytest.raises(OperationalError, match="locked"),
    ):
        tell(connection, "PRAGMA busy_timeout = 0")
        Prepared(RENAME).count(connection, {"person_id": ada, "new": "Eve"})
    impatient.dispose()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_lost_connection_is_told_once_and_all_are_made_anew(engine: Engine, ada: int) -> None:
    counting = Prepared(OWN)
    with looking_up(engine) as first, looking_up(engine) as second:
        for connection in (first, second):
            assert len(counting.rows(connection, {"person_id": ada})) == 2
    lost = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    lost += " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    other = make_engine(engine.url.render_as_string(hide_password=False))
    with other.connect() as connection:
        connection.exec_driver_sql(lost)
    other.dispose()
    with looking_up(engine) as connection:
        with pytest.raises(OperationalError) as told:
            counting.rows(connection, {"person_id": ada})
        assert connection.invalidated
    assert told.value.connection_invalidated
    with looking_up(engine) as first, looking_up(engine) as second:
        for connection in (first, second):
            assert len(counting.rows(connection, {"person_id": ada})) == 2


def test_who_listens_to_statements_hears_of_it(engine: Engine, ada: int) -> None:
    with looking_up(engine) as connection, statements(engine) as sent:
        Prepared(OWN).rows(connection, {"person_id": ada})
    assert [each.split()[0] for each in sent] == ["SELECT"]
