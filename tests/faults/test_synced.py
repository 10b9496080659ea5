"""T1b: an answer is on the disk before its 201, which killing a process alone can't show."""

import re
from pathlib import Path

import pytest

from tests.support.served_course import served_course
from tests.support.submitting_clients import Client, Log, Sent

ANSWERS = 20
TRACED = ("strace", "--follow-forks", "--output-separately", "--seccomp-bpf", "-y", "-s", "64")
CALLS = "-e", "trace=recvfrom,sendto,fdatasync,fsync"
ASKED = re.compile(r'^recvfrom\(.*"POST /api/v1/submissions ')
SYNCED = re.compile(r"^f(?:data)?sync\(\d+<.*-wal>\) += 0$")
ACCEPTED = re.compile(r'^sendto\(.*"HTTP/1\.1 201 ')

pytestmark = [pytest.mark.load, pytest.mark.needs("strace")]


def accepted_and_synced(url: str, folder: Path, application: str) -> tuple[int, int]:
    """How many answers a server accepted, and before how many of those it had the disk take them."""
    traces = folder / "traces"
    traces.mkdir()
    wrapper = (*TRACED, *CALLS, "-o", str(traces / "of"))
    with served_course(url, folder, students=2, application=application, wrapper=wrapper) as course:
        log = Log()
        with course.server:
            client = Client(course.server.port, log)
            for number in range(ANSWERS):
                student = course.students[number % 2]
                client.submit(Sent(student, course.parts[0], f"0.{number + 1:04}", f"k{number}"))
            client.close()
        assert len(log.acknowledged) == ANSWERS
    accepted = [synced for trace in traces.iterdir() for synced in _of_a_thread(trace.read_text())]
    return len(accepted), sum(accepted)


def _of_a_thread(trace: str) -> list[bool]:
    """For each answer that this thread accepted, whether it synced between the request and the reply."""
    found, synced = [], False
    for line in trace.splitlines():
        if ASKED.match(line):
            synced = False
        elif SYNCED.match(line):
            synced = True
        elif ACCEPTED.match(line):
            found.append(synced)
            synced = False
    return found


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("application", "synced"),
    [
        ("grader.web.serving:application()", ANSWERS),
        # The negative control.
        ("tests.faults.careless:never_syncs()", 0),
    ],
)
def test_between_each_accepted_answer_and_its_201_the_disk_has_it(
    database_url: str, tmp_path: Path, application: str, synced: int
) -> None:
    assert accepted_and_synced(database_url, tmp_path, application) == (ANSWERS, synced)
