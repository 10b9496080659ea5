"""T12: what an earlier version stored comes up to this one, goes down and up again, and loses nothing."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    DateTime,
    Engine,
    LargeBinary,
    MetaData,
    String,
    Table,
    insert,
    select,
)
from sqlalchemy.exc import DBAPIError

from grader.db.engine import make_engine
from grader.db.migrating import downgrade, known_revisions, newest_revision, upgrade
from grader.db.models import INSERT_ONLY
from tests.db.conftest import NewMigration
from tests.db.test_migrations import schema, triggers
from tests.support.databases import Databases
from tests.support.rows import MOMENT, TABLES, _allowed

EARLIER = sorted(known_revisions() - {newest_revision()})
ENDS = sorted({EARLIER[0], EARLIER[-1]})
"""The longest way and the newest step; those between are tried by ``./run soak tests/db``."""
RUNS_OF_A_HOLD = {"holds"}
"""Before 0004 a hold belonged to a run, since then to its plan: the same row under another column."""

Stored = dict[str, list[dict[str, Any]]]


@pytest.fixture
def fresh(empty: Engine, databases: Databases) -> Iterator[Engine]:
    """A database of the same kind that was made by this version."""
    url = databases.migrated(empty.dialect.name)  # type: ignore[arg-type]
    engine = make_engine(url)
    yield engine
    engine.dispose()
    databases.give_back(url)


def reflected(connection: Connection) -> list[Table]:
    """The tables as they are at the database's revision, parents first."""
    metadata = MetaData()
    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name != "alembic_version"]


def fill(engine: Engine) -> Stored:
    with engine.begin() as connection:
        for table in reflected(connection):
            connection.execute(insert(table).values({c.name: value(c) for c in table.columns}))
        return rows(connection)


def value(column: Column[Any]) -> object:
    allowed = _allowed(TABLES[column.table.name]) if column.table.name in TABLES else {}
    if column.name in allowed:
        return allowed[column.name]
    if column.foreign_keys:
        (key,) = column.foreign_keys
        return None if column.nullable else value(key.column)
    kind = column.type
    if isinstance(kind, String):
        texts = {27: "2026-03-11T12:00:00.000000Z", 100: "0.5"}
        return texts.get(kind.length or 0, column.name)  # A swap of two columns shows.
    for known, sample in (
        (Boolean, True),
        (DateTime, MOMENT),
        (LargeBinary, b"bytes"),
        (JSON, {"key": "value"}),
    ):
        if isinstance(kind, known):
            return sample
    return 1


def rows(connection: Connection) -> Stored:
    return {
        table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
        for table in reflected(connection)
    }


def read(engine: Engine) -> Stored:
    with engine.connect() as connection:
        return rows(connection)


def assert_kept(before: Stored, after: Stored) -> None:
    """Every table's rows are there, with every value of a column that both have."""
    for name, stored in before.items():
        kept = after[name]
        assert len(kept) == len(stored) == 1, name
        common = stored[0].keys() & kept[0].keys()
        assert {c: kept[0][c] for c in common} == {c: stored[0][c] for c in common}, name
        assert common == stored[0].keys() or name in RUNS_OF_A_HOLD, name


def up_down_and_up(empty: Engine, fresh: Engine, revision: str) -> Stored:
    """Fill the tables of an earlier revision, and go both ways; gives what was stored and kept."""
    upgrade(empty, revision)
    before = fill(empty)
    assert all(before.values())
    upgrade(empty)
    assert_kept(before, read(empty))
    downgrade(empty, revision)
    assert read(empty) == before, "the way down"
    upgrade(empty)
    assert_kept(before, read(empty))
    described, wanted = (schema(empty), triggers(empty)), (schema(fresh), triggers(fresh))
    assert described == wanted, "the schema"
    return before


@pytest.mark.parametrize("revision", EARLIER)
def test_what_an_earlier_version_stored_comes_up_goes_down_and_comes_up(
    empty: Engine, fresh: Engine, revision: str, request: pytest.FixtureRequest
) -> None:
    if revision not in ENDS and not request.config.getoption("--soak"):
        pytest.skip("tried with --soak")
    before = up_down_and_up(empty, fresh, revision)
    for name in INSERT_ONLY:
        if before.get(name):
            with pytest.raises(DBAPIError, match="insert-only"), empty.begin() as connection:
                connection.exec_driver_sql(f"DELETE FROM {name}")


def test_a_row_that_a_migration_loses_would_be_found(empty: Engine) -> None:
    """The negative control."""
    upgrade(empty, EARLIER[0])
    before = fill(empty)
    upgrade(empty)
    after = read(empty)
    after["grades"] = []
    with pytest.raises(AssertionError, match="grades"):
        assert_kept(before, after)
    changed = read(empty)
    changed["people"][0]["login"] = "y"
    with pytest.raises(AssertionError, match="people"):
        assert_kept(before, changed)


@pytest.mark.parametrize("empty_database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("ways", "found"),
    [
        (("op.execute('DELETE FROM sessions')", "pass"), "sessions"),
        (("op.execute('UPDATE people SET name = email, email = name')", "pass"), "people"),
        (("op.drop_column('people', 'email')", "pass"), "people"),
        (("pass", "op.execute('DELETE FROM sessions')"), "the way down"),
        (("op.create_index('x', 'people', ['name'])", "op.drop_index('x')"), "the schema"),
    ],
)
def test_a_careless_migration_is_found(
    empty: Engine, fresh: Engine, new_migration: NewMigration, *, ways: tuple[str, str], found: str
) -> None:
    """The negative control of the whole way; the newest step is enough."""
    new_migration(*ways)
    with pytest.raises(AssertionError, match=f"^{found}"):
        up_down_and_up(empty, fresh, EARLIER[-1])
