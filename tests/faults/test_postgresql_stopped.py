"""T2: PostgreSQL is stopped as by a crash and started again, while eight clients submit.

``./run soak`` does it seven times.
"""

import os
import signal
import time
from http import HTTPStatus
from pathlib import Path

import pytest

from tests.support.acknowledged import differences, faults
from tests.support.form_visitor import FormVisitor, visit
from tests.support.postgres import Cluster
from tests.support.served_course import served_course
from tests.support.submitting_clients import UNANSWERED, submitting

ANCESTRY, PART, TYPED = "/pset7/ancestry", "pset7/ancestry/a", " 0.123 "
STUDENTS = 24

pytestmark = [pytest.mark.load, pytest.mark.needs("postgresql")]


@pytest.fixture
def stops(request: pytest.FixtureRequest) -> int:
    return 7 if request.config.getoption("--soak") else 2


def answer_while_it_is_away(visitor: FormVisitor) -> dict[str, str]:
    """Press Check; what is kept in the page that comes."""
    page = visitor.post(ANCESTRY, {"answer.a": TYPED, "key.a": "k", "check": "a"})
    assert (page.status, page.headers["Retry-After"]) == (HTTPStatus.SERVICE_UNAVAILABLE, "5")
    assert page.fields["answer.a"] == TYPED
    return page.fields


def crash_a_second_later(cluster: Cluster) -> None:
    """End the server so that what nobody waited for is lost.

    PostgreSQL's own writer, which takes the log of changes to the disk a moment after, is held meanwhile:
    else it is left to chance whether an answer was acknowledged since its last turn.
    """
    with cluster.connect() as connection:
        found = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'"
        )
        [(writer,)] = found.fetchall()
    os.kill(writer, signal.SIGSTOP)
    time.sleep(1)
    os.kill(writer, signal.SIGKILL)  # One that is held would not hear of the end.
    cluster.stop("immediate")


def test_while_it_is_away_nothing_is_lost_and_what_was_typed_is_kept(
    cluster: Cluster, cluster_url: str, tmp_path: Path, stops: int
) -> None:
    with served_course(cluster_url, tmp_path, students=STUDENTS) as course:
        course.server.start()
        visitor = visit(course.school, course.server.port, "ada")
        with submitting(course) as log:
            for _ in range(stops):
                crash_a_second_later(cluster)
                kept = answer_while_it_is_away(visitor)
                assert visitor.get(ANCESTRY).status == HTTPStatus.SERVICE_UNAVAILABLE
                assert visitor.get("/readyz").status == HTTPStatus.SERVICE_UNAVAILABLE
                assert visitor.get("/healthz").status == HTTPStatus.OK
                cluster.start()
        assert visitor.post(ANCESTRY, kept).status == HTTPStatus.SEE_OTHER
        assert visitor.get("/readyz").status == HTTPStatus.OK
        assert course.server.stop() == 0
        assert log.odd == []
        assert set(log.statuses) == {HTTPStatus.CREATED, HTTPStatus.SERVICE_UNAVAILABLE}
        assert log.statuses[UNANSWERED] == 0
        assert len(log.acknowledged) >= 50 * stops
        assert differences(course.school.engine, log.acknowledged) == {"unasked": 1}
        assert faults(course.school) == []


def test_a_server_that_does_not_wait_for_the_disk_is_found(
    cluster: Cluster, cluster_url: str, tmp_path: Path
) -> None:
    """The negative control."""
    careless = "tests.faults.careless:never_syncs()"
    with served_course(cluster_url, tmp_path, students=STUDENTS, application=careless) as course:
        course.server.start()
        with submitting(course) as log:
            crash_a_second_later(cluster)
            cluster.start()
        assert differences(course.school.engine, log.acknowledged)["lost"] > 0
