"""``grader serve``: what is made ready, what is refused, and a server that answers."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from grader.cli import preparing, root, serve
from grader.cli.preparing import DEMO_VARIANTS
from grader.db.models import ActiveKey
from grader.db.session import reading
from grader.domain.errors import InvalidRequest
from grader.services.demo.demo import INSTRUCTOR_LOGIN, STUDENTS, TA_LOGIN
from grader.services.practice.variants import deployed
from tests.cli.desk import ENTROPY, Desk, make_desk

LONG_TEXT = "for tests, and long enough for anything"
OF_ONE_START = pytest.mark.xdist_group("started")
"""Of tests that share one, which one process makes for all of them."""
SEED = "c2VydmUtdGVzdHMtb2YtcmVjZWlwdHMtMDEyMzQ1Njc"


class Served(Exception):
    """Stands for the server that would take over the process; holds its command line."""


@pytest.fixture
def no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Preparing ends where the server would begin."""
    end_where_the_server_begins(monkeypatch)


def end_where_the_server_begins(patched: pytest.MonkeyPatch) -> None:
    def execv(_program: str, arguments: list[str]) -> None:
        (descriptor,) = (a.removeprefix("fd://") for a in arguments if a.startswith("fd://"))
        os.close(int(descriptor))
        raise Served(arguments)

    patched.setattr(os, "execv", execv)


@dataclass
class Started:
    """A desk after its first start, and what that printed."""

    desk: Desk
    told: str

    def copy(self, folder: Path) -> Desk:
        """A desk of one's own, in the state of this one."""
        return Desk(Path(shutil.copytree(self.desk.folder, folder)), "")


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Started:
    """Made once, as a demo takes as long as a hundred other tests; to be copied."""
    with pytest.MonkeyPatch.context() as patched:
        end_where_the_server_begins(patched)
        desk = make_desk(tmp_path_factory.mktemp("started"), "")
        return Started(desk, start(desk))


@pytest.fixture
def started_desk(started: Started, tmp_path: Path) -> Desk:
    return started.copy(tmp_path / "desk")


@pytest.fixture
def no_practice(monkeypatch: pytest.MonkeyPatch) -> None:
    """A demo without practice variants, which are half of its time."""
    monkeypatch.setattr(preparing, "DEMO_VARIANTS", 0)


def start(desk: Desk, *options: str) -> str:
    """Run the command up to where the server would begin; gives what it printed."""
    result = CliRunner().invoke(root, ["serve", "--port", "0", *options], env=desk.environment)
    assert isinstance(result.exception, Served), result.output
    return result.output


@OF_ONE_START
def test_the_first_start_makes_everything(started: Started, started_desk: Desk) -> None:
    told = started.told
    assert re.search(r"^Serving at http://127\.0\.0\.1:\d+$", told, re.MULTILINE)
    for login in ("student01", TA_LOGIN, INSTRUCTOR_LOGIN):
        assert re.search(
            rf"^Sign in as {login}: http://127\S+/signin/[\w-]{{43}}$", told, re.MULTILINE
        )
    assert "For others: grader roster signin-link LOGIN\n" in told
    assert re.search(r"Making practice variants of \S+ \(1 of \d\)\.\n", told)
    started_desk.run("db", "check")
    # One key waits for a regrade: a draft of the demo's staff.
    states = [each["state"] for each in started_desk.json("keys", "status", code=3)]
    assert (states.count("inactive"), states.count("current")) == (1, len(states) - 1)
    started_desk.run("policy", "status")
    people = started_desk.json("roster", "list")
    assert len([person for person in people if person["role"] == "student"]) == STUDENTS
    points = [row["total"] for row in started_desk.json("export", "gradebook")]
    assert len(set(points)) > 5


@OF_ONE_START
def test_the_demo_has_practice_for_the_keys_that_grade(started_desk: Desk) -> None:
    """One problem's newer key waits for a regrade: its variants would wait with it."""
    engine = started_desk.engine()
    with reading(engine) as session:
        drawn = [
            len(deployed(session, key_id=row.key_id)) for row in session.scalars(select(ActiveKey))
        ]
    engine.dispose()
    assert set(drawn) == {0, DEMO_VARIANTS}
    assert drawn.count(DEMO_VARIANTS) == 4


@OF_ONE_START
@pytest.mark.usefixtures("no_server")
def test_a_second_start_adds_nothing_but_new_links(started: Started, started_desk: Desk) -> None:
    first = started.told
    people, keys = started_desk.json("roster", "list"), started_desk.json("keys", "status", code=3)
    second = start(started_desk)
    assert "Solving" not in second
    assert set(re.findall(r"signin/\S+", first)).isdisjoint(re.findall(r"signin/\S+", second))
    assert started_desk.json("roster", "list") == people
    assert started_desk.json("keys", "status", code=3) == keys


@OF_ONE_START
def test_a_link_that_is_made_later_leads_to_the_port_that_was_served(
    started: Started, started_desk: Desk
) -> None:
    served = re.search(r"^Serving at (\S+)$", started.told, re.MULTILINE)
    assert served
    assert started_desk.run("roster", "signin-link", "student02").stdout.startswith(
        f"{served[1]}/signin/"
    )


OWN_DATES = "# Ours.\n[pset7]\nopens = 2031-01-01T09:00:00\ndue = 2031-01-08T23:59:00\n"


@pytest.mark.usefixtures("no_server", "no_practice")
def test_the_dates_that_an_operator_wrote_are_kept_and_count(bare_desk: Desk) -> None:
    dates = bare_desk.write_instance("dates.toml", OWN_DATES)
    told = start(bare_desk)
    assert dates.read_text() == OWN_DATES
    assert "dates.toml is kept" in told
    bare_desk.run("policy", "status")
    # Its assignment is not open before 2031, so that the invented class could not answer.
    assert {row["total"] for row in bare_desk.json("export", "gradebook")} == {"0"}


@pytest.mark.usefixtures("no_server")
def test_the_demo_is_open_though_the_policy_was_published_with_other_dates(
    bare_desk: Desk,
) -> None:
    bare_desk.run("db", "upgrade")
    (before,) = bare_desk.json("policy", "publish", "pset7")
    start(bare_desk)
    after = bare_desk.json("policy", "status")[0]
    assert (before["active_version"], after["active_version"], after["state"]) == (1, 2, "current")
    # The course's own due date has passed: work counts by the demo's dates only.
    assert len({row["total"] for row in bare_desk.json("export", "gradebook")}) > 1
    (variants,) = bare_desk.json("keys", "publish", "pset7/calibration", "--variants", 0)
    assert variants["variants"] == DEMO_VARIANTS


@OF_ONE_START
@pytest.mark.usefixtures("no_server", "no_practice")
def test_a_demo_that_was_interrupted_after_its_dates_is_open_too(
    started: Started, bare_desk: Desk
) -> None:
    bare_desk.run("db", "upgrade")
    bare_desk.run("policy", "publish", "pset7")
    demo_dates = (started.desk.instance / "dates.toml").read_text()
    bare_desk.write_instance("dates.toml", demo_dates)
    start(bare_desk)
    bare_desk.run("policy", "status")


@pytest.mark.usefixtures("no_server")
def test_without_a_demo_there_are_keys_but_no_people(bare_desk: Desk) -> None:
    told = start(bare_desk, "--no-demo")
    assert "Sign in as" not in told
    assert "For others" not in told
    assert bare_desk.json("roster", "list") == []
    assert not (bare_desk.instance / "dates.toml").exists()
    bare_desk.run("keys", "status")


@pytest.mark.usefixtures("no_server")
def test_a_course_with_people_gets_no_demo_and_no_links(desk: Desk) -> None:
    desk.enrol("student01", "ada")
    told = start(desk)
    assert "Sign in as" not in told
    assert [person["login"] for person in desk.json("roster", "list")] == ["ada", "student01"]


@OF_ONE_START
@pytest.mark.usefixtures("no_server")
def test_an_inactive_key_is_left_to_the_operator(started_desk: Desk) -> None:
    started_desk.edit(f"{ENTROPY}/problem.toml", "tolerance = 0.00001", "tolerance = 0.0001")
    start(started_desk)
    states = {s["problem"]: s["state"] for s in started_desk.json("keys", "status", code=3)}
    assert states[ENTROPY] == "stale"


@pytest.mark.usefixtures("no_server")
def test_a_broken_problem_file_stops_the_start_with_file_and_line(bare_desk: Desk) -> None:
    bare_desk.edit(f"{ENTROPY}/problem.toml", "points = 5", "pionts = 5")
    refusal = bare_desk.run("serve", "--port", "0", code=1).stderr
    assert re.search(r"problem\.toml, line \d+: ", refusal)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def test_a_taken_port_is_named_with_one_that_is_free(bare_desk: Desk, taken: int) -> None:
    refusal = bare_desk.run("serve", "--port", taken, code=1).stderr
    match = re.fullmatch(
        rf"Error: Port {taken} is taken\. Try: grader serve --port (\d+)\n", refusal
    )
    assert match
    socket.create_server(("127.0.0.1", int(match[1]))).close()
    assert not bare_desk.instance.exists()


def test_ports_that_are_taken_too_are_passed_over() -> None:
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        port = first.getsockname()[1]
        second.bind(("127.0.0.1", port + 1))
        for other in (first, second):
            other.listen()
        with pytest.raises(InvalidRequest) as refusal:
            serve.listen("127.0.0.1", port)
    assert not str(refusal.value).endswith(f"--port {port + 1}")


def test_where_no_port_after_it_is_free_any_is_offered(
    taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "_NEXT_PORTS", 0)
    with pytest.raises(InvalidRequest, match=r"--port 0$"):
        serve.listen("127.0.0.1", taken)


def test_an_address_of_another_machine_is_refused(bare_desk: Desk) -> None:
    refusal = bare_desk.run("serve", "--host", "192.0.2.1", "--port", "0", code=1).stderr
    assert refusal.startswith("Error: Can't listen on 192.0.2.1 port 0: ")


def test_an_address_of_six_is_bracketed() -> None:
    if not socket.has_dualstack_ipv6():
        pytest.skip("needs IPv6, which this machine lacks")
    with serve.listen("::1", 0) as listening:
        assert re.fullmatch(r"http://\[::1\]:\d+", serve.url_of(listening))


class Production(Desk):
    """A desk of a real course."""

    base_url = "https://grader.example.edu"

    @property
    def environment(self) -> dict[str, str]:
        return {
            **super().environment,
            "GRADER_ENV": "production",
            "GRADER_SECRET_KEY": LONG_TEXT,
            "GRADER_RECEIPT_KEY": SEED,
            "GRADER_BASE_URL": self.base_url,
        }


@pytest.fixture
def production(tmp_path: Path) -> Production:
    """A migrated SQLite database for production; nothing is published yet."""
    made = Production(tmp_path, make_desk(tmp_path, "").url)
    made.run("db", "upgrade")
    return made


@pytest.mark.usefixtures("no_server")
def test_production_serves_under_its_public_address_and_makes_nothing(
    production: Production,
) -> None:
    told = start(production)
    assert "Serving at https://grader.example.edu\n" in told
    assert "No answer key is published for pset7/logistic_regression" in told
    assert production.json("roster", "list") == []
    assert {s["state"] for s in production.json("keys", "status", code=3)} == {"missing"}
    production.run("keys", "publish")
    assert "No answer key" not in start(production)


def test_production_refuses_to_start_without_a_database(tmp_path: Path) -> None:
    bare = Production(tmp_path, make_desk(tmp_path, "").url)
    assert "grader db upgrade" in bare.run("serve", code=1).stderr
    assert not bare.instance.exists()


def test_production_refuses_to_start_while_a_migration_is_pending(production: Production) -> None:
    engine = production.engine()
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    engine.dispose()
    assert "at revision 0000" in production.run("serve", code=1).stderr


def test_production_refuses_to_start_while_others_may_read_its_database(
    production: Production,
) -> None:
    (production.instance / "grader.db").chmod(0o644)
    refusal = production.run("serve", code=1).stderr
    assert "Others may read the database file" in refusal
    assert LONG_TEXT not in refusal


@pytest.mark.parametrize("address", ["", "http://grader.example.edu"])
def test_production_refuses_to_start_without_its_public_address(
    production: Production, address: str
) -> None:
    production.base_url = address
    assert "GRADER_BASE_URL has to be the public address" in production.run("serve", code=1).stderr


@contextmanager
def serving(desk: Desk) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A real server that answers; gives its process and its address."""
    desk.run("db", "upgrade")
    process = subprocess.Popen(
        [sys.executable, "-m", "grader", "serve", "--port", "0", "--no-demo"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **desk.environment},
    )
    alarm = threading.Timer(60, process.kill)
    alarm.start()
    try:
        assert process.stdout is not None
        address = process.stdout.readline().removeprefix("Serving at ").strip()
        # Asked at once: the port is taken before the address is told, so this waits for the server.
        with urllib.request.urlopen(f"{address}/readyz", timeout=50) as reply:  # noqa: S310 - http, ours.
            assert json.load(reply)["status"] == "ok"
        yield process, address
    finally:
        alarm.cancel()
        process.kill()
        process.communicate()


def test_the_server_answers_where_it_said_and_stops_when_told(bare_desk: Desk) -> None:
    with serving(bare_desk) as (process, _address):
        process.send_signal(signal.SIGTERM)
        assert process.wait(50) == 0


def test_where_its_processes_counted_goes_with_the_server(
    bare_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADER_METRICS_TOKEN", LONG_TEXT)
    monkeypatch.setenv("TMPDIR", str(bare_desk.folder))
    with serving(bare_desk) as (process, _address):
        (folder,) = bare_desk.folder.glob("grader-metrics-*")
        assert list(folder.iterdir())
        process.send_signal(signal.SIGTERM)
        assert process.wait(50) == 0
        assert not folder.exists()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc to see processes")
def test_a_file_that_breaks_and_a_process_that_dies_stop_no_server(bare_desk: Desk) -> None:
    with serving(bare_desk) as (process, address):
        bare_desk.edit("pset7/ancestry/problem.toml", "title", "broken = =\ntitle")
        # The first one answers; the others may not have been made yet.
        workers = processes_below(process.pid)
        assert workers
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        with urllib.request.urlopen(f"{address}/signin", timeout=50) as reply:  # noqa: S310 - http, ours.
            assert reply.status == HTTPStatus.OK
        assert process.poll() is None


def processes_below(parent: int) -> list[int]:
    """The processes that this one started."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        # Other processes come and go while they are read.
        with suppress(FileNotFoundError, ProcessLookupError):
            # After the name in brackets, which may hold anything, come the state and the parent.
            head, _, tail = stat.read_text().rpartition(") ")
            if int(tail.split()[1]) == parent:
                found.append(int(head.partition(" ")[0]))
    return found


@pytest.mark.parametrize("path", ["/api/v1/submissions", "/signin"])
def test_a_body_that_does_not_say_its_length_is_refused_whole(bare_desk: Desk, path: str) -> None:
    with serving(bare_desk) as (_process, address):
        client = http.client.HTTPConnection(address.removeprefix("http://"), timeout=50)
        pieces = (b"login=somebody", b" " * 100_000)
        with closing(client) as connection:
            connection.request("POST", path, pieces, encode_chunked=True)
            reply = connection.getresponse()
            assert reply.status == HTTPStatus.LENGTH_REQUIRED
            assert b"Content-Length" in reply.read()
