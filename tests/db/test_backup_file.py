import gzip
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import Engine

from grader.db import migrating
from grader.db.backup import backup
from grader.db.backup_file import opened_backup
from grader.db.findings import findings
from grader.db.migrating import downgrade, newest_revision
from grader.db.row_sums import RowSum, row_sums
from grader.db.session import DatabaseFailed
from grader.domain.errors import BadConfiguration, InvalidRequest
from tests.support.odd_rows import ODD, ROWS, fill

pytestmark = pytest.mark.usefixtures("postgresql_programs")
sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
postgresql_only = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def file(engine: Engine, tmp_path: Path) -> Path:
    """A backup of a database with something in every table."""
    fill(engine)
    target = tmp_path / "copy"
    backup(engine, target)
    return target


def script_of(archive: Path) -> Path:
    """The same dump as the SQL that pg_restore tells."""
    script = archive.with_name("script.sql")
    subprocess.run(["pg_restore", "--file", script, archive], check=True)
    return script


def sums(engine: Engine) -> Mapping[str, RowSum]:
    with engine.connect() as connection:
        return row_sums(connection)


def opened_sums(file: Path, folder: Path) -> Mapping[str, RowSum]:
    with opened_backup(file, folder=folder) as opened:
        assert opened.revision == newest_revision()
        assert findings(opened.engine) == []
        return sums(opened.engine)


def test_an_opened_backup_holds_what_the_database_held_and_leaves_nothing(
    engine: Engine, file: Path, tmp_path: Path
) -> None:
    before = sha256(file.read_bytes()).hexdigest(), file.stat().st_mtime_ns
    found = opened_sums(file, tmp_path)
    assert found == sums(engine)
    assert sum(each.rows for each in found.values()) == ROWS
    assert (sha256(file.read_bytes()).hexdigest(), file.stat().st_mtime_ns) == before
    assert [path.name for path in tmp_path.iterdir() if "copy" in path.name] == ["copy"]
    assert list(tmp_path.glob(".backup-*")) == []


@postgresql_only
def test_a_script_says_the_same_as_its_archive_and_needs_no_program(
    engine: Engine, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = script_of(file)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert opened_sums(script, tmp_path) == sums(engine)
    with pytest.raises(BadConfiguration, match="pg_restore is not installed"):
        opened_sums(file, tmp_path)


@postgresql_only
@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Kolkata"])
def test_moments_are_the_same_whatever_zone_the_server_speaks(
    engine: Engine, tmp_path: Path, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(engine)
    monkeypatch.setenv("PGTZ", zone)
    backup(engine, tmp_path / "copy")
    monkeypatch.delenv("PGTZ")
    offset = {"America/Los_Angeles": "-07", "Asia/Kolkata": "+05:30"}[zone]

    assert offset in script_of(tmp_path / "copy").read_text()
    assert opened_sums(tmp_path / "copy", tmp_path) == sums(engine)


@sqlite_only
def test_a_file_that_was_left_in_its_write_ahead_log_is_read_with_it(
    engine: Engine, tmp_path: Path
) -> None:
    fill(engine)
    name = Path(str(engine.url.database))
    assert Path(f"{name}-wal").stat().st_size
    assert opened_sums(name, tmp_path) == sums(engine)


@pytest.mark.parametrize("revision", ["0001", "0002", "0003"])
def test_a_backup_of_an_earlier_version_is_brought_up_to_this_one(
    engine: Engine, tmp_path: Path, revision: str
) -> None:
    fill(engine)
    downgrade(engine, revision)
    engine.dispose()
    backup(engine, tmp_path / "copy")
    with opened_backup(tmp_path / "copy", folder=tmp_path) as opened:
        assert opened.revision == revision
        assert findings(opened.engine) == []
        assert sums(opened.engine)["people"].rows == len(ODD) + 1


@pytest.mark.parametrize("content", [b"", b"precious notes", gzip.compress(b"x", mtime=0)])
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    other = tmp_path / "notes.txt"
    other.write_bytes(content)
    with (
        pytest.raises(InvalidRequest, match=r"notes\.txt is no backup: neither"),
        opened_backup(other, folder=tmp_path),
    ):
        pass


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(InvalidRequest, match="can't be read: No such file"),
        opened_backup(tmp_path / "nowhere", folder=tmp_path),
    ):
        pass


@sqlite_only
def test_another_program_s_database_is_no_backup_of_a_grader(
    database_url: str, tmp_path: Path
) -> None:
    assert database_url
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("CREATE TABLE people (id)")
    with (
        pytest.raises(InvalidRequest, match="no backup of a grader"),
        opened_backup(tmp_path / "other.db", folder=tmp_path),
    ):
        pass


def test_a_dump_without_a_revision_is_no_backup_of_a_grader(file: Path, tmp_path: Path) -> None:
    kept = script_of(file) if file.read_bytes()[:5] == b"PGDMP" else None
    if kept is None:
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("DELETE FROM alembic_version")
            connection.commit()
    else:
        kept.write_text(kept.read_text().replace(f"{newest_revision()}\n\\.", "\\."))
    with (
        pytest.raises(InvalidRequest, match="no backup of a grader"),
        opened_backup(kept or file, folder=tmp_path),
    ):
        pass


def test_a_backup_of_a_later_version_is_refused_by_its_revision(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(migrating.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    next(folder.glob(f"versions/{newest_revision()}_*")).unlink()
    newest = newest_revision()
    monkeypatch.setattr(migrating, "MIGRATIONS", folder)
    with (
        pytest.raises(InvalidRequest, match=f"at revision {newest}, and this version knows none"),
        opened_backup(file, folder=tmp_path),
    ):
        pass


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9, 0.999])
def test_a_backup_that_was_cut_off_is_damaged(file: Path, tmp_path: Path, kept: float) -> None:
    raw = file.read_bytes()
    file.write_bytes(raw[: int(len(raw) * kept)])
    with pytest.raises(DatabaseFailed), opened_backup(file, folder=tmp_path):
        pass
    assert list(tmp_path.glob(".backup-*")) == []


@postgresql_only
@pytest.mark.parametrize("end", ["-- PostgreSQL database dump complete", "\\.\n"])
def test_a_script_that_was_cut_off_is_damaged(file: Path, tmp_path: Path, end: str) -> None:
    script = script_of(file)
    script.write_text(script.read_text().rpartition(end)[0])
    with pytest.raises(DatabaseFailed, match="is cut off"), opened_backup(script, folder=tmp_path):
        pass


@postgresql_only
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2026-03-11 ", "2026-13-11 "),
        ("COPY public.people (id,", "COPY public.people (idd,"),
        ("\tstudent\t", "\tdean\t"),
        ("\tstudent\t", "\t"),
    ],
)
def test_a_script_whose_values_are_none_is_damaged(
    file: Path, tmp_path: Path, old: str, new: str
) -> None:
    script = script_of(file)
    text = script.read_text()
    assert old in text
    script.write_text(text.replace(old, new))
    with pytest.raises(DatabaseFailed, match="damaged"), opened_backup(script, folder=tmp_path):
        pass


@sqlite_only
def test_a_file_with_a_torn_page_is_damaged(file: Path, tmp_path: Path) -> None:
    raw = bytearray(file.read_bytes())
    middle = len(raw) // 2 // 4096 * 4096
    raw[middle : middle + 4096] = os.urandom(4096)
    file.write_bytes(raw)
    with pytest.raises(DatabaseFailed, match="damaged"), opened_backup(file, folder=tmp_path):
        pass


@sqlite_only
def test_a_file_whose_index_lacks_a_row_is_damaged(file: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE type = 'index' AND tbl_name = 'people'"
        ).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    raw = bytearray(file.read_bytes())
    start = (page - 1) * size
    at = raw.index(b"s4", start, start + size)
    raw[at : at + 2] = b"sX"
    file.write_bytes(raw)
    # Every row can be read: only a look at the whole file tells.
    with pytest.raises(DatabaseFailed, match="damaged"), opened_backup(file, folder=tmp_path):
        pass
