from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from grader.db import migrating
from grader.db.engine import make_engine
from grader.db.migrating import (
    MIGRATIONS,
    current_revision,
    downgrade,
    newest_revision,
    upgrade,
)
from grader.db.models import INSERT_ONLY, Base
from tests.db.conftest import NewMigration
from tests.support.databases import Databases
from tests.support.rows import TABLES, all_rows, fill_every_table

FIRST = "0001"


def plain(fact: Any) -> str:
    """A fact in words; the condition of a partial index would be told as an object."""
    options = fact.get("dialect_options", {}) if isinstance(fact, dict) else {}
    conditions = {name: str(option) for name, option in options.items()}
    return repr({**fact, "dialect_options": conditions} if conditions else fact)


def schema(engine: Engine) -> dict[str, object]:
    """All that a database knows of its tables, columns, keys, indexes and checks, as plain text."""
    found = inspect(engine)
    questions = {
        "columns": found.get_columns,
        "primary key": found.get_pk_constraint,
        "foreign keys": found.get_foreign_keys,
        "unique": found.get_unique_constraints,
        "indexes": found.get_indexes,
        "checks": found.get_check_constraints,
    }
    return {
        f"{table}: {name}": sorted(map(plain, answer if isinstance(answer, list) else [answer]))
        for table in found.get_table_names()
        if table != "alembic_version"
        for name, ask in questions.items()
        for answer in [ask(table)]
    }


def triggers(engine: Engine) -> set[tuple[str, str, str]]:
    """Each trigger with its table and, in SQLite, its text or, in PostgreSQL, its definition."""
    queries = {
        "sqlite": "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) "
        "FROM pg_trigger WHERE NOT tgisinternal",
    }
    with engine.connect() as connection:
        rows = connection.execute(text(queries[engine.dialect.name])).all()
    return {(str(table), str(name), str(definition)) for table, name, definition in rows}


def test_the_newest_revision_is_what_a_fresh_database_gets(empty: Engine) -> None:
    assert current_revision(empty) is None
    upgrade(empty)
    assert current_revision(empty) == newest_revision()


def test_upgrading_again_changes_nothing(engine: Engine) -> None:
    before = schema(engine), triggers(engine)
    upgrade(engine)
    assert (schema(engine), triggers(engine)) == before


def test_alembic_finds_no_difference_from_the_models(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_a_fresh_schema_is_what_the_models_would_make_checks_and_actions_included(
    engine: Engine, databases: Databases
) -> None:
    made = make_engine(databases.empty(engine.dialect.name))  # type: ignore[arg-type]
    Base.metadata.create_all(made)
    of_models, of_migrations = schema(made), schema(engine)
    made.dispose()
    assert len(of_models) == 6 * len(TABLES)
    assert of_migrations == of_models


def test_each_table_of_facts_has_its_triggers_and_no_other_has_any(engine: Engine) -> None:
    verbs = {"sqlite": ("no_update", "no_delete"), "postgresql": ("insert_only", "no_truncate")}
    expected = {
        (table, f"{table}_{verb}") for table in INSERT_ONLY for verb in verbs[engine.dialect.name]
    }
    assert {(table, name) for table, name, _ in triggers(engine)} == expected


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_postgresql_s_triggers_cover_update_delete_and_truncate(engine: Engine) -> None:
    for table, _, definition in triggers(engine):
        row = (
            f"BEFORE DELETE OR UPDATE ON public.{table} FOR EACH ROW EXECUTE FUNCTION refuse_change"
        )
        whole = f"BEFORE TRUNCATE ON public.{table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_chan"
        assert row in definition or whole in definition


def changed_on_the_way_down_and_up(engine: Engine) -> list[str]:
    """Go down to the first tables and up again: whose rows are others then, and what of the schema."""
    with engine.connect() as connection:
        before = all_rows(connection)
    described = {"schema": schema(engine), "triggers": triggers(engine)}
    downgrade(engine, FIRST)
    assert current_revision(engine) == FIRST
    kept = set(inspect(engine).get_table_names()) & set(TABLES)
    assert len(kept) == 25
    upgrade(engine)
    with engine.connect() as connection:
        after = all_rows(connection)
    # A later revision's own tables are dropped on the way down, and nothing else loses a row.
    wanted = {name: rows if name in kept else [] for name, rows in before.items()}
    now = {"schema": schema(engine), "triggers": triggers(engine)}
    changed = [name for name in TABLES if after[name] != wanted[name]]
    return changed + [name for name, told in described.items() if now[name] != told]


def test_a_filled_database_goes_down_to_the_first_tables_and_up_with_every_row_of_theirs(
    engine: Engine,
) -> None:
    with engine.begin() as connection:
        fill_every_table(connection)
    assert changed_on_the_way_down_and_up(engine) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("careless", "changed"),
    [
        ("op.execute('DELETE FROM sessions')", ["sessions"]),
        ("op.execute('UPDATE people SET section = upper(section)')", ["people"]),
        ("op.execute('DROP INDEX ix_submissions_times')", ["schema"]),
        ("with op.batch_alter_table('grades', recreate='always'): pass", ["triggers"]),
        ("op.execute('DROP TRIGGER grades_no_update')", ["triggers"]),
    ],
)
def test_a_careless_migration_is_found(
    engine: Engine, new_migration: NewMigration, careless: str, changed: list[str]
) -> None:
    """The negative control."""
    with engine.begin() as connection:
        fill_every_table(connection)
    new_migration(careless)
    assert changed_on_the_way_down_and_up(engine) == changed


def test_a_filled_database_goes_all_the_way_down_and_up_again(engine: Engine) -> None:
    with engine.begin() as connection:
        fill_every_table(connection)
    described = schema(engine), triggers(engine)
    downgrade(engine, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    assert current_revision(engine) is None
    upgrade(engine)
    assert (schema(engine), triggers(engine)) == described
    with engine.begin() as connection:
        assert not any(all_rows(connection).values())
        fill_every_table(connection)


def test_a_migration_that_fails_leaves_everything_as_it_was(
    engine: Engine, new_migration: NewMigration
) -> None:
    with engine.begin() as connection:
        fill_every_table(connection)
    described = schema(engine), triggers(engine)
    new_migration("op.create_table('half', sa.Column('id', sa.Integer)); op.drop_table('nowhere')")
    with pytest.raises(Exception, match="nowhere"):
        upgrade(engine)
    assert current_revision(engine) != newest_revision()
    assert (schema(engine), triggers(engine)) == described
    assert_foreign_keys_hold(engine)


def test_a_parent_table_can_be_rebuilt_and_keeps_its_children(
    engine: Engine, new_migration: NewMigration
) -> None:
    with engine.begin() as connection:
        fill_every_table(connection)
        before = all_rows(connection)
    new_migration(
        "with op.batch_alter_table('people', recreate='auto') as batch:\n"
        "        batch.alter_column('section', existing_type=sa.String(), nullable=True)"
    )
    upgrade(engine)
    assert current_revision(engine) == "9999"
    with engine.connect() as connection:
        assert all_rows(connection) == before
    assert_foreign_keys_hold(engine)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_migration_that_leaves_rows_pointing_to_nothing_is_reported(
    engine: Engine, new_migration: NewMigration
) -> None:
    with engine.begin() as connection:
        fill_every_table(connection)
    new_migration("op.execute('DELETE FROM people')")
    with pytest.raises(RuntimeError, match="left rows that point to nothing.*'people'"):
        upgrade(engine)
    assert_foreign_keys_hold(engine)


def test_where_there_are_no_migrations_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "versions").mkdir()
    monkeypatch.setattr(migrating, "MIGRATIONS", tmp_path)
    with pytest.raises(FileNotFoundError, match="no migrations in"):
        newest_revision()


def test_alembic_itself_takes_the_database_from_the_settings(
    empty: Engine, empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADER_DATABASE_URL", empty_database_url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    command.upgrade(config, "head")
    assert current_revision(empty) == newest_revision()


def assert_foreign_keys_hold(engine: Engine) -> None:
    """On SQLite they are off during a migration; every connection has to have them on again."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
