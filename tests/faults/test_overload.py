"""T25: a crowd that keeps far more requests waiting than the server answers at once, for half a minute.

``./run soak`` only, for it is timed. Each client has one request on its way: 128 of them against eight
threads are more than four times the capacity, whatever a machine's capacity is.
"""

import http.client
import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http import HTTPStatus
from pathlib import Path
from statistics import median
from threading import Event

import pytest

from tests.support.acknowledged import differences
from tests.support.served_course import ServedCourse, served_course
from tests.support.servers import Server
from tests.support.submitting_clients import submitting

CLIENTS, SECONDS, CALM_WITHIN = 128, 30, 5
MORE_MEMORY, MORE_TIME = 1.2, 3
WILD = 8
FEW, SHORT = 16, 6
"""Enough for a server that can't bear it."""

pytestmark = [pytest.mark.load, pytest.mark.usefixtures("soaking")]


def faults_of_a_crowd(course: ServedCourse, *, clients: int, seconds: float) -> list[str]:
    """What goes wrong while they all submit, and after it."""
    idle = seconds_for_an_answer(course)
    with submitting(course, clients=clients) as log:
        time.sleep(seconds / 3)
        early = megabytes(course.server)
        time.sleep(seconds * 2 / 3)
        late = megabytes(course.server)
    found = sorted(set(log.odd))
    if strange := set(log.statuses) - {201, 429, 503}:
        found.append(f"replies: {strange}")
    if late > early * MORE_MEMORY:
        found.append(f"memory: {early:.0f} MB and then {late:.0f} MB")
    if (now := seconds_once_calm(course, MORE_TIME * idle)) > MORE_TIME * idle:
        found.append(f"time: {now:.3f} s for an answer, and {idle:.3f} s before")
    return [*found, *differences(course.school.engine, log.acknowledged)]


def seconds_once_calm(course: ServedCourse, enough: float) -> float:
    """How long an answer takes when it is quick enough again, or has not become so in time."""
    calm = time.monotonic() + CALM_WITHIN
    while (now := seconds_for_an_answer(course)) > enough and time.monotonic() < calm:
        pass
    return now


def test_only_good_answers_and_refusals_come_memory_is_flat_and_calm_returns(
    database_url: str, tmp_path: Path
) -> None:
    with served_course(database_url, tmp_path, students=CLIENTS) as course, course.server:
        assert faults_of_a_crowd(course, clients=CLIENTS, seconds=SECONDS) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("careless", "found"),
    [
        ("fails_when_crowded", r"replies: \{500\}"),
        ("keeps_each_request_in_memory", "memory: "),
        ("gets_slower_with_each_request", "time: "),
    ],
)
def test_a_server_that_a_crowd_harms_is_found(
    database_url: str, tmp_path: Path, careless: str, found: str
) -> None:
    """The negative control."""
    application = f"tests.faults.careless_with_crowds:{careless}()"
    with (
        served_course(database_url, tmp_path, students=FEW, application=application) as course,
        course.server,
    ):
        faults = faults_of_a_crowd(course, clients=FEW, seconds=SHORT)
    assert any(re.match(found, fault) for fault in faults), faults


def told_while_one_goes_wild(
    course: ServedCourse, *, seconds: float
) -> tuple[Counter[int], Counter[int]]:
    """The statuses that a program gone wild gets, and those that somebody else gets once it is refused."""
    wild, over = course.school.tokens["tia"], Event()

    def go_wild() -> Counter[int]:
        seen = Counter[int]()
        while not over.is_set():
            seen[ask(course, wild)] += 1
        return seen

    with ThreadPoolExecutor(WILD) as pool:
        running = [pool.submit(go_wild) for _ in range(WILD)]
        deadline = time.monotonic() + seconds
        while ask(course, wild) != HTTPStatus.TOO_MANY_REQUESTS and time.monotonic() < deadline:
            pass
        others = Counter(ask(course, course.school.tokens["ina"]) for _ in range(50))
        over.set()
    return sum((each.result() for each in running), Counter[int]()), others


def test_a_program_gone_wild_is_told_429_and_nobody_else_is(
    database_url: str, tmp_path: Path
) -> None:
    with served_course(database_url, tmp_path, students=0) as course, course.server:
        wild, others = told_while_one_goes_wild(course, seconds=SECONDS)
    assert set(wild) == {HTTPStatus.OK, HTTPStatus.TOO_MANY_REQUESTS}
    assert set(others) == {HTTPStatus.OK}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("careless", "refused"),
    [("counts_everybody_as_one", [True, True]), ("lets_everybody_ask_at_will", [False, False])],
)
def test_a_server_that_refuses_everybody_or_nobody_is_found(
    database_url: str, tmp_path: Path, careless: str, refused: list[bool]
) -> None:
    """The negative control."""
    application = f"tests.faults.careless_with_crowds:{careless}()"
    with (
        served_course(database_url, tmp_path, students=0, application=application) as course,
        course.server,
    ):
        told = told_while_one_goes_wild(course, seconds=SECONDS)
    assert [HTTPStatus.TOO_MANY_REQUESTS in statuses for statuses in told] == refused


def ask(course: ServedCourse, token: str) -> int:
    address = "127.0.0.1", course.server.port
    with closing(http.client.HTTPConnection(*address, timeout=60)) as connection:
        headers = {"Authorization": f"Bearer {token}"}
        connection.request("GET", "/api/v1/course", headers=headers)
        reply = connection.getresponse()
        reply.read()
        return reply.status


def seconds_for_an_answer(course: ServedCourse) -> float:
    """The median of some, asked one after the other."""
    took = []
    for _ in range(15):
        begun = time.monotonic()
        assert ask(course, course.school.tokens["ina"]) == HTTPStatus.OK
        took.append(time.monotonic() - begun)
    return median(took)


def megabytes(server: Server) -> float:
    """What the server's processes hold for themselves; Linux only."""
    total = 0
    for each in server.workers():
        lines = Path(f"/proc/{each}/smaps_rollup").read_text().splitlines()
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))
    return total / 1024
