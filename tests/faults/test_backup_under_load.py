"""T9: a backup that is made while eight clients submit holds all that was acknowledged before it began."""

import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from grader.db.backup import backup
from grader.db.backup_file import opened_backup
from grader.db.engine import make_engine, sqlite_file
from grader.db.models import Submission
from grader.db.session import DatabaseFailed, reading, transaction
from grader.domain.errors import InvalidRequest
from grader.services.proofs.backup_checks import check_backup
from grader.services.proofs.restoring import restore
from grader.services.regrades.rechecking import without_grade
from tests.support.databases import KINDS, Databases
from tests.support.served_course import ServedCourse, served_course
from tests.support.submitting_clients import Log, submitting

STUDENTS = 96
BEFORE, AFTER, WAITS_SECONDS = 100, 60, 60

pytestmark = [pytest.mark.load, pytest.mark.usefixtures("postgresql_programs")]

Copying = Callable[[Engine, Path], None]


@pytest.fixture
def course(database_url: str, tmp_path: Path) -> Iterator[ServedCourse]:
    """A course on a running server."""
    with served_course(database_url, tmp_path, students=STUDENTS) as served:
        served.server.start()
        yield served


def under_load(course: ServedCourse, copying: Copying, target: Path) -> dict[int, str]:
    """Copy the database while clients submit; gives what had been acknowledged when that began."""
    with submitting(course) as log:
        before = acknowledged(log, BEFORE)
        copying(course.school.engine, target)
        # The clients went on while and after it was copied, or this was no load.
        acknowledged(log, len(before) + AFTER)
    return before


def acknowledged(log: Log, count: int) -> dict[int, str]:
    """The ids and texts of what the clients were told is stored, once so many are."""
    deadline = time.monotonic() + WAITS_SECONDS
    while len(log.acknowledged) < count:
        assert time.monotonic() < deadline, log.statuses
        time.sleep(0.01)
    return {each.reply["id"]: each.sent.text for each in list(log.acknowledged)}


def stored(engine: Engine) -> dict[int, str]:
    with reading(engine) as session:
        return {row[0]: row[1] for row in session.execute(select(Submission.id, Submission.text))}


def lost(before: dict[int, str], file: Path, folder: Path) -> int:
    """How many of the acknowledged answers a copy does not have; all of them if it is none."""
    try:
        with opened_backup(file, folder=folder) as opened:
            found = stored(opened.engine)
    except (DatabaseFailed, InvalidRequest):
        return len(before)
    return sum(found.get(number) != text for number, text in before.items())


def test_a_backup_under_load_holds_what_was_acknowledged_and_can_be_restored_into_either_kind(
    course: ServedCourse, databases: Databases, tmp_path: Path
) -> None:
    file, now = tmp_path / "copy", datetime.now(UTC)
    before = under_load(course, backup, file)
    assert lost(before, file, tmp_path) == 0
    with opened_backup(file, folder=tmp_path) as opened, reading(opened.engine) as source:
        # One state of affairs: no answer without its grade or receipt, no act without its link.
        assert check_backup(source, trusted={course.school.signer.public_key}).faults == []
        assert without_grade(source) == 0
        for kind in KINDS:
            url = databases.migrated(kind)
            engine = make_engine(url)
            with transaction(engine) as session:
                restore(session, source=source, name=file.name, actor="cli:op", now=now)
            found = stored(engine)
            engine.dispose()
            databases.give_back(url)
            assert before.items() <= found.items()
            assert found == stored(opened.engine)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_plain_copy_of_the_file_under_load_is_found_to_have_lost_answers(
    course: ServedCourse, tmp_path: Path
) -> None:
    def copied_plainly(engine: Engine, target: Path) -> None:
        shutil.copyfile(str(sqlite_file(engine)), target)

    before = under_load(course, copied_plainly, tmp_path / "copy")
    assert lost(before, tmp_path / "copy", tmp_path) > 0
