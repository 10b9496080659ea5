"""T21: whatever is changed behind the service's back, ``grader ledger verify`` finds it."""

import shutil
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import make_url

from grader.db.engine import make_engine
from tests.security.tampering import TABLES, Change, changes, prepare, tamper, verified
from tests.support.databases import Databases

SAMPLE, ALL = 80, 1_000


@pytest.fixture(scope="module")
def whole(databases: Databases) -> Path:
    """The file of a database in which everything was done."""
    url = databases.migrated("sqlite")
    engine = make_engine(url)
    prepare(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    engine.dispose()
    return Path(str(make_url(url).database))


def faults_after(whole: Path, copy: Path, chance: Random | None) -> tuple[Change | None, int]:
    """How many faults are found once a copy was tampered with."""
    for suffix in ("-wal", "-shm"):
        Path(f"{copy}{suffix}").unlink(missing_ok=True)
    shutil.copyfile(whole, copy)
    change = None if chance is None else tamper(copy, chance)
    engine = make_engine(f"sqlite:///{copy}")
    try:
        return change, len(verified(engine).faults)
    finally:
        engine.dispose()


def test_untouched_nothing_is_found(whole: Path, tmp_path: Path) -> None:
    """The negative control of the figure below: what finds everything must also find nothing."""
    assert faults_after(whole, tmp_path / "copy.db", None) == (None, 0)


def test_every_random_change_is_found(
    whole: Path, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    count = ALL if pytestconfig.getoption("--soak") else SAMPLE
    unseen, touched = [], set()
    for chance in changes(21, count):
        change, faults = faults_after(whole, tmp_path / "copy.db", chance)
        assert change is not None
        touched.add(change.table)
        if not faults:
            unseen.append(change)
    assert unseen == []
    assert touched == set(TABLES)
