"""The databases of the tests: what a test did never reaches the next one, and no server is left over."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from grader.db.engine import make_engine
from grader.db.migrating import current_revision, newest_revision
from grader.db.models import DataBlob, Person
from tests.house.source import ROOT
from tests.support.databases import KINDS, Databases, Kind, open_engine
from tests.support.postgres import Cluster

POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
ABANDONED = """
import os, signal, sys
from tests.support.postgres import Cluster
from tests.support.programs import find

cluster = Cluster.make(find("postgresql"))
cluster.start()
print(cluster.process.pid, cluster.folder, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    engine = make_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def test_a_fresh_database_has_the_newest_schema_and_no_rows(engine: Engine) -> None:
    assert current_revision(engine) == newest_revision()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM people")).scalar() == 0


def test_an_empty_database_has_no_tables(empty_database_url: str) -> None:
    with opened(empty_database_url) as engine:
        assert current_revision(engine) is None


def test_a_connection_that_a_test_left_open_shows_the_next_one_nothing(
    databases: Databases,
) -> None:
    url = databases.migrated("sqlite")
    with Session(open_engine(url)) as session:
        session.add(DataBlob(sha256="0" * 64, content=b"x"))
        session.commit()
    databases.give_back(url)
    assert databases.migrated("sqlite") == url
    with Session(open_engine(url)) as session:
        assert session.scalars(select(DataBlob)).all() == []
    databases.give_back(url)


@pytest.mark.parametrize("kind", KINDS)
def test_a_database_that_was_given_back_reaches_nobody_with_rows(
    databases: Databases, kind: Kind
) -> None:
    urls = set()
    for _ in range(2):
        url = databases.migrated(kind)
        urls.add(url)
        with opened(url) as engine, Session(engine) as session:
            person = Person(
                login="a",
                name="A",
                email="",
                sis_user_id="",
                section="",
                role="student",
                active=True,
            )
            # Triggers keep such rows from any delete but the one between two tests.
            session.add_all([person, DataBlob(sha256="0" * 64, content=b"x")])
            session.commit()
            assert person.id == 1
        databases.give_back(url)
    assert kind == "sqlite" or len(urls) == 1


def test_a_database_whose_schema_a_test_changed_is_not_used_again(databases: Databases) -> None:
    for change in (
        "ALTER TABLE people ADD COLUMN extra text",
        "ALTER TABLE data_blobs DISABLE TRIGGER ALL",
        "UPDATE alembic_version SET version_num = 'older'",
        "DROP TABLE key_checks",
    ):
        url = databases.migrated("postgresql")
        with opened(url) as engine, engine.begin() as connection:
            connection.execute(text(change))
        databases.give_back(url)
        after = databases.migrated("postgresql")
        assert after != url, change
        databases.give_back(after)


def test_a_connection_that_a_test_left_open_does_not_hold_up_the_next(databases: Databases) -> None:
    url = databases.migrated("postgresql")
    with opened(url) as engine, engine.connect() as left_open:
        left_open.execute(text("LOCK TABLE people"))
        databases.give_back(url)
        assert databases.migrated("postgresql") == url
        left_open.invalidate()
    databases.give_back(url)


def test_rows_that_nobody_asked_for_in_an_order_come_the_other_way_round(
    databases: Databases,
) -> None:
    url = databases.migrated("sqlite")
    with open_engine(url).connect() as connection:
        connection.execute(text("CREATE TABLE numbers (number integer)"))
        connection.execute(text("INSERT INTO numbers VALUES (1), (2), (3)"))
        assert connection.scalars(text("SELECT number FROM numbers")).all() == [3, 2, 1]
    databases.give_back(url)


def test_a_database_that_ended_the_connection_for_emptying_it_is_not_used_again(
    databases: Databases,
) -> None:
    url = databases.migrated("postgresql")
    databases.give_back(url)
    assert databases.migrated("postgresql") == url
    with opened(url) as engine, engine.connect() as connection:
        others = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        own = "datname = current_database() AND pid <> pg_backend_pid()"
        assert connection.scalars(text(f"{others} WHERE {own}")).all() == [True]
    databases.give_back(url)
    after = databases.migrated("postgresql")
    assert after != url
    databases.give_back(after)


@POSTGRESQL
def test_the_server_is_durable_and_listens_on_no_port(engine: Engine) -> None:
    with engine.connect() as connection:
        shown = [
            connection.execute(text(f"SHOW {name}")).scalar()
            for name in ("fsync", "full_page_writes", "synchronous_commit", "listen_addresses")
        ]
    assert shown == ["on", "on", "on", ""]


def test_what_is_committed_survives_a_servers_crash(own_cluster: Cluster) -> None:
    with own_cluster.connect() as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    own_cluster.stop("immediate")
    own_cluster.start()
    with own_cluster.connect() as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)


@pytest.mark.needs("postgresql")
def test_a_test_run_that_is_killed_leaves_no_server() -> None:
    command = [sys.executable, "-c", ABANDONED]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    _, folder = done.stdout.split()
    try:
        lock = Path(folder, "data", "postmaster.pid")  # the server takes it along when it ends.
        deadline = time.monotonic() + 30
        while lock.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not lock.exists()
    finally:
        Cluster(Path(), Path(folder), None).remove()
