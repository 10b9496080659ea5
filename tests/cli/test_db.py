"""``grader db``: the database itself."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect

from grader.db.migrating import newest_revision, upgrade
from grader.services.proofs.backup_notes import last_backup
from tests.cli.desk import ENTROPY, Desk
from tests.support.databases import Databases


def test_upgrading_makes_the_database_and_then_nothing(
    empty_database_url: str, bare_desk: Desk
) -> None:
    bare_desk.url = empty_database_url
    made = bare_desk.run("db", "upgrade").stdout
    assert made == f"The database was empty and is now at revision {newest_revision()}.\n"
    assert "up to date" in bare_desk.run("db", "upgrade").stdout


def make_in(databases: Databases, encoding: str) -> str:
    """An empty database with this encoding, for the caller alone."""
    name = f"in_{encoding.lower()}"
    with databases.cluster.connect() as connection:
        how = f"TEMPLATE template0 ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C'"
        connection.execute(f"CREATE DATABASE {name} {how}".encode())
    return databases.cluster.url(name)


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_nothing_is_made_in_a_database_that_cant_hold_every_name(
    databases: Databases, bare_desk: Desk, encoding: str
) -> None:
    bare_desk.url = make_in(databases, encoding)
    said = bare_desk.run("db", "upgrade", code=1).stderr
    assert f"The database's encoding is {encoding}, and has to be UTF8; make another" in said
    engine = bare_desk.engine()
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_a_course_that_lies_in_such_a_database_is_still_brought_up_and_told_so(
    databases: Databases, bare_desk: Desk
) -> None:
    bare_desk.url = make_in(databases, "LATIN2")
    engine = bare_desk.engine()
    upgrade(engine, "0001")
    engine.dispose()
    assert "was 0001 and is now" in bare_desk.run("db", "upgrade").stdout
    assert "encoding is LATIN2" in bare_desk.run("db", "check", code=1).stderr


def test_the_embedded_database_is_for_its_owner_only(bare_desk: Desk) -> None:
    bare_desk.run("db", "upgrade")
    assert (bare_desk.instance / "grader.db").stat().st_mode & 0o777 == 0o600
    assert bare_desk.json("db", "check") == {"database": "sqlite", "state": "ok"}


def test_a_database_that_others_may_read_fails_the_check(bare_desk: Desk) -> None:
    bare_desk.run("db", "upgrade")
    (bare_desk.instance / "grader.db").chmod(0o644)
    assert "Others may read the database file" in bare_desk.run("db", "check", code=1).stderr


def test_where_writers_can_t_queue_the_reason_is_told_and_nothing_is_changed(
    bare_desk: Desk,
) -> None:
    bare_desk.run("db", "upgrade")
    bare_desk.enrol("ada")
    queue = bare_desk.instance / "grader.db-writers"
    queue.unlink()
    queue.mkdir()
    refusal = bare_desk.run(
        "tokens", "issue", "ada", "--name", "x", "--expires", "1d", code=1
    ).stderr
    assert "The database failed, so nothing was changed: " in refusal
    assert "grader.db-writers: Is a directory" in refusal


def test_a_database_in_order_says_so(bare_desk: Desk) -> None:
    bare_desk.run("db", "upgrade")
    assert bare_desk.run("db", "check").stdout == "The database is in order.\n"
    assert bare_desk.run("db", "check", "--format", "csv").stdout.split() == [
        "database,state",
        "sqlite,ok",
    ]


def test_a_missing_trigger_fails_the_check(bare_desk: Desk) -> None:
    bare_desk.run("db", "upgrade")
    with closing(sqlite3.connect(bare_desk.instance / "grader.db")) as connection:
        connection.execute("DROP TRIGGER grades_no_update")
    refusal = bare_desk.json("db", "check", code=1)
    assert refusal["error"] == "database_failed"
    assert "grades_no_update" in refusal["message"]


def test_a_backup_holds_what_the_database_holds(bare_desk: Desk) -> None:
    bare_desk.run("db", "upgrade")
    bare_desk.run("keys", "publish", ENTROPY)
    copy = bare_desk.folder / "copy.db"
    assert "The backup is" in bare_desk.run("db", "backup", copy).stdout
    restored = Desk(bare_desk.folder, f"sqlite:///{copy}")
    assert restored.json("keys", "show", ENTROPY) == bare_desk.json("keys", "show", ENTROPY)


@pytest.mark.parametrize("target", ["answers.csv", "nowhere/copy.db"])
def test_a_backup_overwrites_nothing_and_makes_no_folders(bare_desk: Desk, target: str) -> None:
    bare_desk.run("db", "upgrade")
    kept = bare_desk.write("answers.csv", "precious")
    bare_desk.run("db", "backup", bare_desk.folder / target, code=1)
    assert kept.read_text() == "precious"
    assert not Path(bare_desk.folder / "nowhere").exists()


def test_a_backup_is_noted_for_the_staff_s_page(desk: Desk) -> None:
    desk.instance.mkdir()
    if desk.url.startswith("sqlite"):
        desk.run("db", "backup", desk.folder / "copy.db")
        made = last_backup(desk.instance)
        assert made is not None
        assert datetime.now(UTC) - made < timedelta(minutes=1)
    assert "noted" in desk.run("db", "backed-up").stdout
    assert last_backup(desk.instance) is not None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_backup_is_a_backup_even_if_it_can_not_be_noted(desk: Desk) -> None:
    done = desk.run("db", "backup", desk.folder / "copy.db")
    assert "The backup is" in done.stdout
    assert "page of health won't show it" in done.stderr
    assert "can't be written" in desk.run("db", "backed-up", code=1).stderr
