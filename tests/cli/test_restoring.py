"""``grader db verify`` and ``grader db restore``: the drill that operators are told to do."""

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import make_url

from grader.db.migrating import newest_revision
from grader.db.row_sums import row_sums
from tests.cli.desk import RIGHT, WRONG, Desk
from tests.support.databases import KINDS, Databases

pytestmark = pytest.mark.usefixtures("postgresql_programs")
sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def backup(desk: Desk) -> Path:
    """A backup of a course with answers."""
    desk.publish()
    desk.enrol("ada", "bob")
    desk.answers(("ada", "b", WRONG), ("ada", "b", RIGHT), ("bob", "b", RIGHT))
    desk.run("db", "backup", desk.folder / "copy")
    return desk.folder / "copy"


@pytest.fixture(params=KINDS)
def spare(
    request: pytest.FixtureRequest, databases: Databases, desk: Desk, tmp_path: Path
) -> Iterator[Desk]:
    """The same desk with another database, without a table, of each kind."""
    if request.param == "sqlite":
        yield replace(desk, url=f"sqlite:///{tmp_path / 'new' / 'spare.db'}")
        return
    url = databases.empty("postgresql")
    yield replace(desk, url=url)
    databases.give_back(url)


def sums(desk: Desk) -> dict[str, str]:
    engine = desk.engine()
    with engine.connect() as connection:
        found = row_sums(connection)
    engine.dispose()
    # The restored one says in its ledger that it is restored.
    return {name: each.sum for name, each in found.items() if not name.startswith("ledger")}


def test_a_restored_backup_is_the_course_as_it_was_on_either_database(
    desk: Desk, backup: Path, spare: Desk
) -> None:
    done = spare.run("db", "restore", backup)
    assert done.stdout.startswith("Restored ")
    assert "The newest answer is from 2026-03-09T12:00:00Z.\n" in done.stdout
    assert sums(spare) == sums(desk)
    assert spare.json("db", "check")["state"] == "ok"
    assert spare.json("recheck", "--all") is not None
    assert spare.json("receipts", "check")["faults"] == []
    assert spare.json("ledger", "verify")["faults"] == []
    assert spare.json("ledger", "list")[0]["act"] == "backup restored"
    # It goes on from there: numbers, receipts and the ledger.
    spare.answers(("bob", "b", WRONG))
    assert spare.json("receipts", "check")["receipts"] == 4
    assert spare.json("ledger", "verify")["faults"] == []


def test_a_head_that_was_noted_before_the_backup_fits_the_restored_ledger(
    desk: Desk, backup: Path, spare: Desk
) -> None:
    noted = desk.run("ledger", "head").stdout.strip()
    spare.run("db", "restore", backup)
    assert "nothing was rewritten" in spare.run("ledger", "verify", "--head", noted).stdout


def test_a_backup_is_verified_without_a_change_to_it(desk: Desk, backup: Path) -> None:
    before = sha256(backup.read_bytes()).hexdigest()
    found = desk.json("db", "verify", backup)
    assert found["kind"] == {"sqlite": "SQLite"}.get(
        make_url(desk.url).get_backend_name(), "PostgreSQL"
    )
    assert found["revision"] == newest_revision()
    assert found["rows"]["submissions"] == found["receipts"] == 3
    assert found["newest_answer"] == "2026-03-09T12:00:00+00:00"
    head = desk.json("ledger", "head")
    assert found["ledger"] == {"entries": head["number"], "head": head["sha256"]}
    assert found["faults"] == []
    told = desk.run("db", "verify", backup).stdout
    assert "The backup is whole: made of" in told
    assert f"its head {head['number']}:{head['sha256']}" in told
    assert "3 receipts of 2 students are sound." in told
    assert sha256(backup.read_bytes()).hexdigest() == before
    assert list(desk.instance.glob(".backup-*")) == []


@sqlite_only
def test_a_backup_without_answers_says_so(desk: Desk) -> None:
    desk.run("db", "backup", desk.folder / "copy")
    assert "It holds no answers.\n" in desk.run("db", "verify", desk.folder / "copy").stdout


def tampered(backup: Path, *statements: str) -> None:
    with closing(sqlite3.connect(backup)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


CHANGED_ANSWER = (
    "DROP TRIGGER submissions_no_update",
    "UPDATE submissions SET text = '1' WHERE id = 2",
)
CHANGED_ACT = "DROP TRIGGER ledger_no_update", "UPDATE ledger SET act = 'export' WHERE number = 1"


@sqlite_only
@pytest.mark.parametrize(
    ("statements", "faults"),
    [
        (CHANGED_ANSWER, ["submissions_no_update", "Receipts of ada: Receipt 2"]),
        (CHANGED_ACT, ["ledger_no_update", "Ledger entry 1 was changed"]),
        (
            ["PRAGMA foreign_keys = OFF", "DELETE FROM people WHERE login = 'ada'"],
            ["points to a row"],
        ),
    ],
)
def test_a_backup_that_somebody_changed_is_not_sound_and_not_restored(
    desk: Desk, backup: Path, statements: list[str], faults: list[str]
) -> None:
    tampered(backup, *statements)
    told = "\n".join(desk.json("db", "verify", backup, code=1)["faults"])
    assert all(fault in told for fault in faults), told
    assert "The backup is not sound: " in desk.run("db", "verify", backup, code=1).stdout
    spare = replace(desk, url=f"sqlite:///{desk.folder / 'spare.db'}")
    refusal = spare.run("db", "restore", backup, code=1).stderr
    assert "nothing was restored" in refusal
    assert faults[0] in refusal
    assert not (desk.folder / "spare.db").exists()


@sqlite_only
def test_what_is_not_sound_can_be_restored_despite_its_faults(
    desk: Desk, backup: Path, tmp_path: Path
) -> None:
    tampered(backup, *CHANGED_ANSWER)
    spare = replace(desk, url=f"sqlite:///{tmp_path / 'spare.db'}")
    done = spare.run("db", "restore", backup, "--despite-faults")
    assert "Receipts of ada" in done.stderr
    assert spare.json("receipts", "check", code=1)["faults"]


def test_a_database_that_holds_anything_is_not_restored_over(desk: Desk, backup: Path) -> None:
    before = sums(desk)
    refusal = desk.run("db", "restore", backup, code=1).stderr
    assert (
        "The database is not empty: active_keys, active_policies, answer_keys ... have rows."
        in refusal
    )
    assert "Stop the service" in refusal
    assert sums(desk) == before


@sqlite_only
def test_another_program_s_rows_are_something_too(desk: Desk, backup: Path, tmp_path: Path) -> None:
    tampered(tmp_path / "other.db", "CREATE TABLE notes (id)", "INSERT INTO notes VALUES (1)")
    other = replace(desk, url=f"sqlite:///{tmp_path / 'other.db'}")
    assert "not empty: notes has rows" in other.run("db", "restore", backup, code=1).stderr


def test_a_database_that_is_migrated_and_empty_takes_a_backup(
    desk: Desk, backup: Path, spare: Desk
) -> None:
    spare.run("db", "upgrade")
    spare.run("db", "restore", backup)
    assert sums(spare) == sums(desk)


@sqlite_only
def test_a_restored_file_is_for_its_owner_only(desk: Desk, backup: Path, tmp_path: Path) -> None:
    replace(desk, url=f"sqlite:///{tmp_path / 'spare.db'}").run("db", "restore", backup)
    assert stat.S_IMODE((tmp_path / "spare.db").stat().st_mode) == 0o600


@sqlite_only
def test_receipts_of_an_earlier_key_are_sound_if_that_is_named(desk: Desk, backup: Path) -> None:
    earlier = desk.json("receipts", "public-key")["public_key"]
    (desk.instance / "receipt_key").unlink()
    assert "another key" in desk.json("db", "verify", backup, code=1)["faults"][0]
    assert desk.json("db", "verify", backup, "--public-key", earlier)["faults"] == []
