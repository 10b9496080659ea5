"""T3: where the disk is full nothing that was acknowledged is missing, reads go on, and no restart is needed.

SQLite's processes meet a limit on how large their files may get. PostgreSQL's can't be treated so: it runs as
another user, and at its limit it would panic rather than say that the disk is full. It gets a small disk
where one can be mounted, and is made to say the same where none can.
"""

import os
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from http import HTTPStatus
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.support.acknowledged import differences, faults
from tests.support.form_visitor import FormVisitor, visit
from tests.support.postgres import Cluster
from tests.support.served_course import ServedCourse, served_course
from tests.support.submitting_clients import Log, submitting

ANCESTRY, TYPED = "/pset7/ancestry", " 0.123 "
STUDENTS, REFUSED = 24, 30
PATIENCE = 60
Full = Callable[[ServedCourse], AbstractContextManager[None]]

pytestmark = pytest.mark.load
limits_processes = pytest.mark.skipif(
    not hasattr(resource, "prlimit"), reason="this system can't limit a process that runs"
)


@contextmanager
def no_room(course: ServedCourse) -> Iterator[None]:
    """None of the server's processes can make a file larger than SQLite's log is."""
    size = Path(f"{course.school.engine.url.database}-wal").stat().st_size
    before = {
        each: resource.prlimit(each, resource.RLIMIT_FSIZE) for each in course.server.workers()
    }
    for each, (_soft, hard) in before.items():
        resource.prlimit(each, resource.RLIMIT_FSIZE, (size, hard))
    yield
    for each, limits in before.items():
        resource.prlimit(each, resource.RLIMIT_FSIZE, limits)


def wait_for_refusals(log: Log) -> None:
    """Until so many more answers were refused."""
    wanted, deadline = log.statuses[503] + REFUSED, time.monotonic() + PATIENCE
    while log.statuses[503] < wanted:
        assert time.monotonic() < deadline, log.statuses
        time.sleep(0.05)


def check_while_full(visitor: FormVisitor) -> dict[str, str]:
    """Read a page and press Check; gives what the page keeps that refuses it."""
    page = visitor.get(ANCESTRY)
    assert page.status == HTTPStatus.OK
    refused = visitor.post(ANCESTRY, {**page.fields, "answer.a": TYPED, "check": "a"})
    if refused.status == HTTPStatus.SEE_OTHER:
        return {}  # There was room for one more row where others had been.
    assert (refused.status, refused.headers["Retry-After"]) == (503, "5")
    assert refused.fields["answer.a"] == TYPED
    return refused.fields


@contextmanager
def saying_that_it_is_full(cluster: Cluster, url: str) -> Iterator[None]:
    """PostgreSQL says of each answer what it says where a table can't grow."""
    with cluster.connect(url_database(url)) as connection:
        connection.execute(
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE 'no space left on device' USING ERRCODE = 'disk_full'; END $$"
        )
        connection.execute(
            "CREATE TRIGGER no_room BEFORE INSERT ON submissions EXECUTE FUNCTION no_room()"
        )
        yield
        connection.execute("DROP TRIGGER no_room ON submissions")


@contextmanager
def small_disk(cluster: Cluster, url: str, folder: Path) -> Iterator[None]:
    """The table of answers lies on a disk of its own, which is full meanwhile."""
    if cluster.user is not None:
        shutil.chown(folder, cluster.user)
    filler = folder / "filler"
    with cluster.connect(url_database(url)) as connection:
        connection.execute(f"CREATE TABLESPACE small LOCATION '{folder}'")
        connection.execute("ALTER TABLE submissions SET TABLESPACE small")
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while file.write(b"x" * 4096):
                pass
        yield
        filler.unlink()


@contextmanager
def read_only(cluster: Cluster) -> Iterator[None]:
    """Hosts of PostgreSQL set a server to this before its disk is full."""
    with cluster.connect() as connection:
        for value in ("on", "off"):
            connection.execute(f"ALTER SYSTEM SET default_transaction_read_only = {value}")
            connection.execute("SELECT pg_reload_conf()")
            if value == "on":
                yield


@pytest.fixture
def mounted(cluster: Cluster, cluster_url: str) -> Iterator[Path | None]:
    """A disk of four megabytes; None where this user may not mount one."""
    folder = Path(tempfile.mkdtemp(prefix="grader-disk-", dir="/tmp"))
    mounting = ["mount", "-t", "tmpfs", "-o", "size=4m", "none", str(folder)]
    try:
        if os.geteuid() or subprocess.run(mounting, capture_output=True, check=False).returncode:
            yield None
            return
        yield folder
        with cluster.connect(url_database(cluster_url)) as connection:
            connection.execute("ALTER TABLE submissions SET TABLESPACE pg_default")
            connection.execute("DROP TABLESPACE small")
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
    finally:
        folder.rmdir()


def url_database(url: str) -> str:
    return str(make_url(url).database)


def check_that_nothing_is_lost(url: str, folder: Path, *ways_of_being_full: Full) -> None:
    with served_course(url, folder, students=STUDENTS) as course:
        course.server.start()
        visitor = visit(course.school, course.server.port, "ada")
        with submitting(course) as log:
            for full in ways_of_being_full:
                time.sleep(0.5)
                with full(course):
                    wait_for_refusals(log)
                    kept = check_while_full(visitor)
                time.sleep(0.5)
        assert kept
        assert visitor.post(ANCESTRY, kept).status in {HTTPStatus.OK, HTTPStatus.SEE_OTHER}
        assert log.odd == []
        assert set(log.statuses) == {HTTPStatus.CREATED, HTTPStatus.SERVICE_UNAVAILABLE}
        assert differences(course.school.engine, log.acknowledged) == {"unasked": 1}
        assert faults(course.school) == []


@limits_processes
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_while_sqlite_has_no_room_answers_are_put_off_and_pages_are_read(
    database_url: str, tmp_path: Path
) -> None:
    check_that_nothing_is_lost(database_url, tmp_path, no_room)


@limits_processes
@pytest.mark.usefixtures("soaking")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_server_that_acknowledges_what_it_has_no_room_for_is_found(
    database_url: str, tmp_path: Path
) -> None:
    """The negative control."""
    careless = "tests.faults.careless:acknowledges_before_it_commits()"
    with served_course(database_url, tmp_path, students=STUDENTS, application=careless) as course:
        course.server.start()
        with submitting(course) as log:
            time.sleep(0.5)
            with no_room(course):
                time.sleep(0.5)
        assert differences(course.school.engine, log.acknowledged)["lost"] > 0


def test_while_postgresql_has_no_room_the_same_holds(
    cluster: Cluster, cluster_url: str, mounted: Path | None, tmp_path: Path
) -> None:
    def full(_course: ServedCourse) -> AbstractContextManager[None]:
        if mounted is None:
            return saying_that_it_is_full(cluster, cluster_url)
        return small_disk(cluster, cluster_url, mounted)

    check_that_nothing_is_lost(cluster_url, tmp_path, full, lambda _course: read_only(cluster))
