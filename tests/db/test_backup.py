import shutil
import sqlite3
import stat
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from grader.db import backup as subject
from grader.db.backup import backup
from grader.db.engine import make_engine, sqlite_file
from grader.db.session import DatabaseFailed, transaction
from grader.domain.errors import BadConfiguration, InvalidRequest
from tests.support.people import add_person

HUSH = "hush"
sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
postgresql_only = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@sqlite_only
def test_a_backup_under_an_open_write_holds_exactly_what_was_committed(
    engine: Engine, tmp_path: Path
) -> None:
    with transaction(engine) as session:
        add_person(session, "ada")
    copy = tmp_path / "copy.db"
    other = sqlite3.connect(str(sqlite_file(engine)))
    with closing(other):
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM people")
        backup(engine, copy)
        other.rollback()
    with closing(sqlite3.connect(copy)) as restored:
        assert restored.execute("SELECT login FROM people").fetchall() == [("ada",)]
        # In WAL the copy would be more than this one file as soon as somebody looks at it.
        assert restored.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.glob("*copy.db*")] == ["copy.db"]


def test_a_backup_refuses_a_name_that_is_taken(engine: Engine, tmp_path: Path) -> None:
    target = tmp_path / "taken"
    target.write_text("precious")
    with pytest.raises(InvalidRequest, match="exists; a backup never overwrites a file"):
        backup(engine, target)
    assert target.read_text() == "precious"


def test_a_backup_into_a_folder_that_is_not_there_is_refused(
    engine: Engine, tmp_path: Path
) -> None:
    with pytest.raises(InvalidRequest, match="can't be made: No such file or directory"):
        backup(engine, tmp_path / "nowhere" / "copy")


@sqlite_only
def test_a_backup_that_fails_leaves_nothing_behind(engine: Engine, tmp_path: Path) -> None:
    file = sqlite_file(engine)
    assert file is not None
    engine.dispose()
    file.write_bytes(b"no database at all, but some text that is long enough" * 100)
    lame = make_engine(f"sqlite:///{file}")
    with pytest.raises(Exception, match="file is not a database"):
        backup(lame, tmp_path / "copy")
    lame.dispose()
    assert list(tmp_path.glob("*copy*")) == []


@sqlite_only
def test_a_damaged_copy_is_no_backup(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def verdict(_part: Path) -> str:
        return "page 7 is torn"

    monkeypatch.setattr(subject, "_integrity", verdict)
    with pytest.raises(DatabaseFailed, match="page 7 is torn"):
        backup(engine, tmp_path / "copy")
    assert list(tmp_path.glob("*copy*")) == []


@postgresql_only
def test_a_dump_holds_what_the_database_holds(
    engine: Engine, tmp_path: Path, postgresql_programs: Path
) -> None:
    with transaction(engine) as session:
        add_person(session, "ada")
    backup(engine, tmp_path / "copy.dump")
    listed = subprocess.run(
        [
            postgresql_programs / "pg_restore",
            "-a",
            "-t",
            "people",
            "-f",
            "-",
            tmp_path / "copy.dump",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "ada@example.edu" in listed.stdout


@postgresql_only
def test_without_pg_dump_it_is_said_how_to_get_it(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BadConfiguration, match="pg_dump is not installed"):
        backup(engine, tmp_path / "copy.dump")
    assert list(tmp_path.iterdir()) == []


@postgresql_only
def test_a_dump_that_fails_is_told_without_the_password(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {}

    def failing(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        asked.update(command=" ".join(command), password=options["env"].get("PGPASSWORD"))
        return subprocess.CompletedProcess(command, 1, "", "pg_dump: error: no\nmore")

    monkeypatch.setattr(shutil, "which", lambda _: "pg_dump")
    monkeypatch.setattr(subprocess, "run", failing)
    guarded = make_engine(engine.url.set(password=HUSH).render_as_string(hide_password=False))
    with pytest.raises(DatabaseFailed, match=r"^The backup failed: pg_dump: error: no$"):
        backup(guarded, tmp_path / "copy.dump")
    guarded.dispose()
    assert asked["password"] == HUSH
    assert HUSH not in asked["command"]
    assert "***" not in asked["command"]
