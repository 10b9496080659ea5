from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, insert, text, update

from grader.db.models import KeyCheck, Person, table
from grader.db.row_sums import RowSum, row_sums
from grader.db.session import transaction
from tests.support.people import add_person
from tests.support.rows import TABLES, fill_every_table

AT = datetime(2026, 3, 11, 12, tzinfo=UTC)


def people(engine: Engine) -> RowSum:
    with engine.connect() as connection:
        return row_sums(connection)["people"]


def test_every_table_has_a_sum_and_an_empty_one_is_nothing(engine: Engine) -> None:
    with engine.begin() as connection:
        assert row_sums(connection) == dict.fromkeys(TABLES, RowSum(0, "0" * 64))
        fill_every_table(connection)
        found = row_sums(connection)
    assert {each.rows for each in found.values()} == {1}
    assert len({each.sum for each in found.values()}) > len(TABLES) / 2


def test_the_sum_does_not_depend_on_the_order_of_rows_but_on_each_of_them(engine: Engine) -> None:
    with transaction(engine) as session:
        for login in ("ada", "bob"):
            add_person(session, login)
    both = people(engine)
    with transaction(engine) as session:
        session.execute(update(Person).values(id=Person.id + 10))
    moved = people(engine)
    assert moved.rows == both.rows == 2
    assert moved.sum != both.sum
    with transaction(engine) as session:
        session.execute(update(Person).values(id=Person.id - 10))
    assert people(engine) == both


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("state", "staler"),
        ("checked_at", AT + timedelta(microseconds=1)),
        ("reasons", {"reasons": ["two"]}),
        ("reasons", {"reasons": [], "more": None}),
        ("reasons", {"reasons": [0.5]}),
    ],
)
def test_whatever_changes_in_a_row_changes_the_sum(
    engine: Engine, column: str, value: object
) -> None:
    row = {"problem": "set/sum", "state": "stale", "reasons": {"reasons": []}, "checked_at": AT}
    checks = table(KeyCheck)
    sums = set()
    for stored in (row, row | {column: value}):
        with engine.connect() as connection, connection.begin() as begun:
            connection.execute(insert(checks).values(stored))
            sums.add(row_sums(connection)["key_checks"].sum)
            begun.rollback()
    assert len(sums) == 2


def test_a_document_is_the_same_in_whatever_order_and_form_its_database_keeps_it(
    engine: Engine,
) -> None:
    sums = set()
    for document in ({"a": 1e22, "b": [{"c": 1}]}, {"b": [{"c": 1.0}], "a": 10**22}):
        row = {"problem": "x", "state": "s", "reasons": document, "checked_at": AT}
        with engine.connect() as connection, connection.begin() as begun:
            connection.execute(insert(table(KeyCheck)).values(row))
            sums.add(row_sums(connection)["key_checks"].sum)
            begun.rollback()
    assert len(sums) == 1


def test_two_kinds_of_value_with_one_spelling_differ() -> None:
    from grader.db.row_sums import _bytes  # noqa: PLC0415 - the one place that needs it.

    values = [Decimal("0.5"), "0.5", 0.5, b"0.5", None, "None", AT, AT.isoformat(), True, "true"]
    assert len({_bytes([value]) for value in values}) == len(values)


def test_a_row_of_another_table_is_not_looked_for(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE stray (id integer)"))
        connection.execute(text("INSERT INTO stray VALUES (1)"))
        assert "stray" not in row_sums(connection)
        connection.execute(text("DROP TABLE stray"))
