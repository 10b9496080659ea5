import runpy

import pytest
from sqlalchemy import Connection, Engine, ForeignKeyConstraint, Table, insert, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from grader.db.migrating import MIGRATIONS
from grader.db.models import INSERT_ONLY, Base, Person, Submission, table
from tests.support.rows import TABLES, all_rows, fill_every_table, row_for

MUTABLE = {
    "active_keys",
    "active_policies",
    "api_tokens",
    "key_checks",
    "people",
    "regrade_jobs",
    "regrade_ranges",
    "sessions",
    "signin_links",
}

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
facts = pytest.mark.parametrize("name", INSERT_ONLY)


@pytest.fixture
def filled(engine: Engine) -> Engine:
    """A database with one row in every table."""
    with engine.begin() as connection:
        fill_every_table(connection)
    return engine


def refuse(engine: Engine, statement: str, message: str) -> None:
    """Check that a statement is refused with this message, and that everything stays as it was."""
    with engine.connect() as connection:
        before = all_rows(connection)
    with pytest.raises(DBAPIError, match=message), engine.begin() as connection:
        connection.execute(text(statement))
    with engine.connect() as connection:
        assert all_rows(connection) == before


def first_column(name: str) -> str:
    return TABLES[name].columns.keys()[0]


def test_every_table_is_either_facts_or_known_to_be_mutable() -> None:
    assert not set(INSERT_ONLY) & MUTABLE
    assert set(INSERT_ONLY) | MUTABLE == set(TABLES)


def test_the_migrations_protect_the_tables_that_the_models_call_facts() -> None:
    protected: list[str] = []
    for file in sorted((MIGRATIONS / "versions").glob("*.py")):
        protected += runpy.run_path(str(file)).get("FACTS", ())
    assert sorted(protected) == sorted(INSERT_ONLY)


@facts
def test_a_fact_can_t_be_edited(name: str, filled: Engine) -> None:
    column = first_column(name)
    refuse(filled, f"UPDATE {name} SET {column} = {column}", f"{name} is insert-only")


@facts
def test_a_fact_can_t_be_deleted(name: str, filled: Engine) -> None:
    refuse(filled, f"DELETE FROM {name}", f"{name} is insert-only")


@facts
@on_postgresql
def test_facts_can_t_be_truncated(name: str, filled: Engine) -> None:
    refuse(filled, f"TRUNCATE {name} CASCADE", "is insert-only")


@facts
@on_sqlite
def test_a_fact_can_t_be_replaced(name: str, filled: Engine) -> None:
    refuse(filled, f"INSERT OR REPLACE INTO {name} SELECT * FROM {name}", f"{name} is insert-only")


@facts
def test_a_fact_can_t_be_edited_by_inserting_it_again(name: str, filled: Engine) -> None:
    key = ", ".join(column.name for column in TABLES[name].primary_key)
    column = first_column(name)
    # SQLite needs the WHERE to tell ON CONFLICT from a join's ON.
    statement = (
        f"INSERT INTO {name} SELECT * FROM {name} WHERE true "
        f"ON CONFLICT ({key}) DO UPDATE SET {column} = excluded.{column}"
    )
    refuse(filled, statement, f"{name} is insert-only")


@pytest.mark.parametrize("name", sorted(MUTABLE))
def test_what_is_mutable_can_be_edited_and_deleted(name: str, engine: Engine) -> None:
    with engine.begin() as connection:
        fill_every_table(connection)
        column = TABLES[name].columns[first_column(name)]
        done = connection.execute(update(TABLES[name]).values({column: column}))
        assert done.rowcount == 1


def test_a_person_with_a_submission_can_t_be_deleted(filled: Engine) -> None:
    refuse(filled, "DELETE FROM people", "(?i)foreign key")


def test_every_foreign_key_restricts() -> None:
    keys = [
        constraint
        for one in TABLES.values()
        for constraint in one.constraints
        if isinstance(constraint, ForeignKeyConstraint)
    ]
    assert len(keys) > 10
    assert {key.ondelete for key in keys} == {"RESTRICT"}


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_foreign_key_is_enforced(name: str, engine: Engine) -> None:
    one = TABLES[name]
    for key in one.foreign_keys:
        with engine.connect() as connection:
            fill_every_table_but(connection, one)
            row = row_for(one)
            absent = "absent" if isinstance(row[key.parent.name], str) else 999
            with pytest.raises(IntegrityError, match="(?i)foreign key"):
                connection.execute(insert(one).values({**row, key.parent.name: absent}))


def fill_every_table_but(connection: Connection, but: Table) -> None:
    """Fill the tables that do not come after this one."""
    for one in Base.metadata.sorted_tables:
        if one is but:
            return
        connection.execute(insert(one).values(row_for(one)))


@pytest.mark.parametrize(
    ("one", "column"), [(table(Person), "role"), (table(Submission), "source")]
)
def test_words_of_a_fixed_choice_are_checked(one: Table, column: str, engine: Engine) -> None:
    with engine.connect() as connection:
        fill_every_table_but(connection, one)
        with pytest.raises(IntegrityError, match=f"ck_{one.name}_{column}"):
            connection.execute(insert(one).values({**row_for(one), column: "other"}))


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("people", {"id": 2}),
        ("answer_keys", {"id": 2}),
        ("policies", {"id": 2}),
        ("submissions", {"id": 2, "idempotency_key": "other"}),
        ("submissions", {"id": 2, "attempt": 2}),
        ("active_keys", {}),
        ("active_policies", {}),
        ("grades", {}),
        ("replies", {}),
        ("holds", {}),
        ("data_blobs", {}),
    ],
)
def test_what_has_to_be_unique_is(name: str, changes: dict[str, object], filled: Engine) -> None:
    with filled.connect() as connection, pytest.raises(IntegrityError, match="(?i)unique"):
        connection.execute(insert(TABLES[name]).values({**row_for(TABLES[name]), **changes}))


def test_a_run_can_be_undone_only_once(filled: Engine) -> None:
    runs = TABLES["regrade_runs"]
    with filled.connect() as connection:
        connection.execute(insert(runs).values({**row_for(runs), "id": 2, "undoes_id": 1}))
        with pytest.raises(IntegrityError, match="(?i)unique"):
            connection.execute(insert(runs).values({**row_for(runs), "id": 3, "undoes_id": 1}))


def test_submissions_without_an_idempotency_key_are_never_taken_for_repeats(filled: Engine) -> None:
    one = TABLES["submissions"]
    with filled.connect() as connection:
        for number in (2, 3):
            row = {"id": number, "attempt": number, "idempotency_key": None}
            connection.execute(insert(one).values({**row_for(one), **row}))
