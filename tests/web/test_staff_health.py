"""The page of health: what is in order, what is not, and what to do about it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, text, update

from grader import __version__
from grader.db.models import ActiveKey, KeyCheck
from grader.db.session import transaction
from grader.services.proofs.backup_notes import note_backup
from tests.support.databases import keep_private
from tests.support.school import School
from tests.web.pages import Reader, text_of

HEALTH = "/staff/health"


@pytest.fixture(autouse=True)
def private(school: School) -> None:
    keep_private(school.engine)


def page(school: School) -> str:
    return text_of(Reader.of(school, "tia").open(HEALTH))


def back_up(school: School, age: timedelta = timedelta(0)) -> None:
    note_backup(school.settings.instance_dir, now=datetime.now(UTC) - age)


def test_a_course_in_order_says_so(school: School) -> None:
    back_up(school)
    shown = page(school)
    assert "Everything that is looked at here is in order." in shown
    assert "ok Tables At revision" in shown
    assert "ok Last backup Made 0 s ago" in shown
    assert "ok pset7/ancestry Version 1 grades and fits the files." in shown
    assert "ok pset7 Version 1 scores" in shown
    assert f"Pset Grader {__version__}" in shown
    kind = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[school.engine.dialect.name]
    assert f"Database {kind}" in shown
    assert "People 4" in shown


def test_a_backup_that_was_never_made_is_said_plainly_with_its_command(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADER_COMMAND", "./run grader")
    shown = page(school)
    assert "1 thing is bad." in shown
    assert "bad Last backup Never" in shown
    assert "An operator runs: ./run grader db backup FILE" in shown


def test_what_wants_a_look_is_counted_beside_what_is_bad(school: School) -> None:
    back_up(school, timedelta(days=3))
    assert "1 thing wants a look; nothing is bad." in page(school)
    with transaction(school.engine) as session:
        stale = {"state": "stale", "reasons": {"reasons": ["a file <changed>"]}}
        session.execute(
            update(KeyCheck).where(KeyCheck.problem == "pset7/ancestry").values(**stale)
        )
    shown = page(school)
    assert "2 things want a look; nothing is bad." in shown
    assert "stale: a file <changed>. Found" in shown
    with transaction(school.engine) as session:
        session.execute(delete(KeyCheck).where(KeyCheck.problem == "pset7/ancestry"))
        session.execute(delete(ActiveKey).where(ActiveKey.problem == "pset7/calibration"))
    assert "1 thing is bad, and 2 more want a look." in page(school)


def test_a_clock_that_went_back_is_bad(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    back_up(school)
    reader = Reader.of(school, "tia")
    school.submit("pset7/ancestry/a", "0.5")
    earlier = datetime.now(UTC) - timedelta(seconds=30)
    monkeypatch.setattr("grader.web.staff_health.now", lambda: earlier)
    shown = text_of(reader.open(HEALTH))
    assert "bad Server’s clock It went back" in shown


def test_with_a_pending_migration_the_page_asks_no_other_table(school: School) -> None:
    back_up(school)
    with transaction(school.engine) as session:
        session.execute(text("DELETE FROM alembic_version"))
    shown = page(school)
    assert "bad Tables A migration is pending" in shown
    assert "grader db upgrade" in shown
    assert "Answer keys" not in shown
