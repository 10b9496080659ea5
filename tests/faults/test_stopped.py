"""A server that is told to stop answers what is under way, and loses nothing that it acknowledged.

``test_server_killed.py`` tells it so under load, in ``./run soak``.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http import HTTPStatus
from pathlib import Path

import pytest

from tests.support.acknowledged import differences
from tests.support.locks import locked
from tests.support.served_course import ServedCourse, Student, served_course
from tests.support.submitting_clients import (
    UNANSWERED,
    Acknowledged,
    Client,
    Log,
    Sent,
)

PART = "pset7/ancestry/a"
STUDENTS = 8

pytestmark = pytest.mark.load


def submit_meanwhile(course: ServedCourse, stop: Callable[[], None]) -> Log:
    """Each student's answer is under way, and waits for the database, while the server is made to stop."""
    log = Log()

    def submit(student: Student) -> None:
        sent = Sent(student, PART, "0.77", "under-way")
        with closing(Client(course.server.port, log)) as client:
            status, reply, _headers = client.ask(sent)
        if status == HTTPStatus.CREATED:
            log.acknowledged.append(Acknowledged(sent, reply))

    with ThreadPoolExecutor(STUDENTS) as pool, locked(course.school.engine):
        asked = [pool.submit(submit, each) for each in course.students]
        time.sleep(1)
        stop()
        time.sleep(1)
    for each in asked:
        each.result()
    return log


def test_requests_under_way_are_answered_and_nothing_acknowledged_is_lost(
    database_url: str, tmp_path: Path
) -> None:
    with served_course(database_url, tmp_path, students=STUDENTS) as course:
        course.server.start()
        under_way = submit_meanwhile(course, course.server.tell_to_stop)
        assert course.server.stop() == 0
        assert under_way.statuses == {HTTPStatus.CREATED: STUDENTS}
        assert differences(course.school.engine, under_way.acknowledged) == {}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_server_that_does_not_wait_for_them_is_found(database_url: str, tmp_path: Path) -> None:
    """The negative control: it is killed."""
    with served_course(database_url, tmp_path, students=STUDENTS) as course:
        course.server.start()
        under_way = submit_meanwhile(course, course.server.kill)
    assert under_way.statuses == {UNANSWERED: STUDENTS}
