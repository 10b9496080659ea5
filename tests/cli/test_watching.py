"""``grader problems test --watch``: runs again at each change, shows the page, and ends calmly."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.support.workshops import Workshop, make_workshop

PATIENCE = 60
"""Seconds that a busy machine may take for a run."""


class Watch:
    """A running ``--watch``, and what it has printed so far."""

    def __init__(self, workshop: Workshop, *arguments: str) -> None:
        self.printed = workshop.folder / "printed.txt"
        # What a shell starts in the background ignores Ctrl-C, and its children would as well.
        ours = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            self.process = self._start(workshop, arguments)
        finally:
            signal.signal(signal.SIGINT, ours)
        self._read = 0

    def _start(self, workshop: Workshop, arguments: Sequence[str]) -> "subprocess.Popen[bytes]":
        with self.printed.open("wb") as file:
            return subprocess.Popen(
                workshop.command("problems", "test", "--watch", *arguments),
                cwd=workshop.folder,
                env=workshop.environment | {"PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_for(self, pattern: str) -> re.Match[str]:
        """The next place in what is printed that matches; what stood before it is passed over."""
        found = waited(lambda: re.search(pattern, self._text()[self._read :]), self._text)
        self._read += found.end()
        return found

    def end(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def _text(self) -> str:
        return self.printed.read_text(encoding="utf-8")


def waited(look: Callable[[], re.Match[str] | None], said: Callable[[], str]) -> re.Match[str]:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError(said())


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return make_workshop(tmp_path)


@pytest.fixture
def watch(workshop: Workshop) -> Iterator[Watch]:
    running = Watch(workshop, "set/first")
    yield running
    if running.process.poll() is None:
        running.end(signal.SIGKILL)


def status(address: str) -> int:
    """The status of a page of the preview; 0 if nobody answers."""
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE) as reply:  # noqa: S310 - our own address.
            found: int = reply.status
            return found
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except OSError:
        return 0


def test_an_evening_of_an_author(workshop: Workshop, watch: Watch) -> None:
    address = watch.wait_for(r"The page: (http://127\.0\.0\.1:\d+/set/first)\n")[1]
    watch.wait_for(r"set/first: 10 checks, all passed")
    watch.wait_for("Waiting for a change; Ctrl-C ends this.")
    assert status(address) == 200
    # What somebody else breaks meanwhile holds up neither page nor tests.
    other = Path(shutil.copytree(workshop.problems / "set/first", workshop.problems / "set/second"))
    workshop.edit("problems/set/assignment.toml", '["first"]', '["first", "second"]')
    (other / "problem.toml").write_text("title =\n")
    watch.wait_for("all passed")
    assert status(address) == 200

    # A broken solution is told with its line, and watching goes on.
    workshop.edit("reference/set/first.py", "0.5", "1 / 0")
    watch.wait_for(r"✗ failed +reference/set/first\.py, line 2: failed: ZeroDivisionError")
    # What it imports is watched from now on, too.
    (workshop.reference / "half.py").write_text("HALF = 0.5\n")
    workshop.edit("reference/set/first.py", "1 / 0", "HALF")
    workshop.edit("reference/set/first.py", "def", "from reference.half import HALF\n\ndef")
    watch.wait_for("all passed")
    workshop.edit("reference/half.py", "0.5", "float('nan')")
    watch.wait_for(r"✗ failed +reference/set/first\.py: part a is nan, no number")
    workshop.edit("reference/half.py", "float('nan')", "0.5")
    watch.wait_for("all passed")

    # So is a file that does not even load; the page says so as well.
    workshop.edit("problems/set/first/problem.toml", "points = 1", "points = 'x'")
    watch.wait_for(r"problem\.toml, line 8: parts\.0\.points")
    assert status(address) == 422
    workshop.edit("problems/set/first/problem.toml", "points = 'x'", "points = 2")
    watch.wait_for("all passed")
    assert status(address) == 200

    # A solution that never ends does not hold up the next run.
    workshop.edit("reference/set/first.py", "    return", "    while True: pass\n    return")
    watch.wait_for("The page: ")
    workshop.edit("reference/set/first.py", "    while True: pass\n", "")
    watch.wait_for("all passed")

    assert watch.end() == 0
    watch.wait_for("Stopped watching.")
    assert status(address) == 0


def test_the_preview_ends_with_the_command_however_that_ends(watch: Watch) -> None:
    address = watch.wait_for(r"The page: (\S+)\n")[1]
    waited(lambda: re.search("200", str(status(address))), str)
    assert watch.end(signal.SIGKILL) == -signal.SIGKILL
    waited(lambda: re.search(r"^0$", str(status(address))), lambda: "the preview lives on")


def test_a_broken_course_can_be_watched_from_the_start(workshop: Workshop) -> None:
    workshop.edit("problems/course.toml", "late_days = 4", "late_days = -4")
    watch = Watch(workshop)
    try:
        watch.wait_for(r"The page: http://127\.0\.0\.1:\d+\n")
        watch.wait_for(r"course\.toml, line 5: late_days: ")
        workshop.edit("problems/course.toml", "late_days = -4", "late_days = 4")
        watch.wait_for("all passed")
    finally:
        assert watch.end() == 0


def test_an_unknown_problem_and_a_taken_port_are_refused_at_once(workshop: Workshop) -> None:
    refusal = workshop.run("problems", "test", "--watch", "set/none", code=1).stderr
    assert "There is no problem 'set/none'" in refusal
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        refusal = workshop.run("problems", "test", "--watch", "--port", port, code=1).stderr
    assert f"Port {port} is taken. Try: grader problems test --watch --port" in refusal


def test_the_preview_loads_no_solution(workshop: Workshop) -> None:
    program = (
        "import sys; from grader.web.preview.app import Live; from pathlib import Path\n"
        "live = Live(Path(sys.argv[1]), Path(sys.argv[1]) / 'none')\n"
        "page = live.current().test_client().get('/set/first', base_url='http://127.0.0.1')\n"
        "assert page.status_code == 200\n"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(workshop.problems)],
        env=workshop.environment | {"PYTHONPATH": os.environ.get("PYTHONPATH", "")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert not {"reference", "numpy", "pandas"} & set(done.stdout.split())
