"""T20: production does not start on what is unsafe, names the reason and prints no secret."""

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from select import select

import pytest

from grader.config import PROJECT
from grader.db.engine import make_engine
from grader.db.migrating import downgrade
from tests.support.databases import Databases

OWN = "Kq3vX9rT2mZ7wB5nH8cJ4dL6pS1fG0yA"
SEED = "c2VydmUtdGVzdHMtb2YtcmVjZWlwdHMtMDEyMzQ1Njc"
SHORT, PASSWORD = OWN[:31], "hush-hush-hush"
SAMPLE = "change-me-change-me-change-me-change-me"
SECRETS = (OWN, SEED, SHORT, PASSWORD, SAMPLE)

MAIN = "from grader.cli import main\nmain()\n"

Breaking = Callable[[Path], None]


@pytest.fixture(scope="module")
def template(databases: Databases) -> Iterator[Path]:
    """A migrated database, copied for each test."""
    url = databases.migrated("sqlite")
    yield Path(url.removeprefix("sqlite:///"))
    databases.give_back(url)


@pytest.fixture
def file(template: Path, tmp_path: Path) -> Path:
    """The database of a course: its owner's alone."""
    made = tmp_path / "grader.db"
    made.write_bytes(template.read_bytes())
    made.chmod(0o600)
    return made


def environment(file: Path, changes: Mapping[str, str]) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("GRADER_")}
    return {
        **plain,
        "PYTHONPATH": str(PROJECT),
        "GRADER_ENV": "production",
        "GRADER_DATABASE_URL": f"sqlite:///{file}",
        "GRADER_INSTANCE_DIR": str(file.parent),
        "GRADER_SECRET_KEY": OWN,
        "GRADER_RECEIPT_KEY": SEED,
        "GRADER_BASE_URL": "https://grader.example.edu",
        "GRADER_SMTP_URL": f"smtp://user:{PASSWORD}@localhost:587",
        **changes,
    }


def start(file: Path, changes: Mapping[str, str], *program: str) -> "subprocess.Popen[str]":
    command = [sys.executable, *(program or ("-m", "grader")), "serve", "--port", "0"]
    return subprocess.Popen(
        command,
        env=environment(file, changes),
        cwd=file.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def refusal(file: Path, changes: Mapping[str, str], *program: str) -> str:
    """Start it; it has to end by itself with exit code 1. Gives what it printed, which holds no secret."""
    process = start(file, changes, *program)
    try:
        assert process.stdout is not None
        # It says where it serves, or ends, which closes this.
        ended, _, _ = select([process.stdout], [], [], 30)
        said = process.stdout.readline() if ended else "nothing"
        assert said == "", f"production started: {said}"
        _, err = process.communicate(timeout=30)
    finally:
        end(process)
    assert process.returncode == 1
    assert not any(secret in err for secret in SECRETS), "a secret is printed"
    assert "Traceback" not in err, "a traceback is printed"
    return err


def end(process: "subprocess.Popen[str]") -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def test_what_is_safe_starts(file: Path) -> None:
    """The control: each refusal below is for its one reason, and not for another."""
    process = start(file, {})
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "Serving at https://grader.example.edu\n"
        # Its port is not told, since a proxy in front has another; the kernel knows it.
        wanted = urllib.request.Request(
            f"http://127.0.0.1:{port_of(process.pid)}/readyz",
            headers={"Host": "grader.example.edu"},
        )
        with urllib.request.urlopen(wanted, timeout=30) as reply:  # noqa: S310 - as above.
            assert reply.status == HTTPStatus.OK
    finally:
        end(process)


def port_of(pid: int) -> int:
    """The port on which a process listens."""
    sockets = set()
    for each in Path(f"/proc/{pid}/fd").iterdir():
        # The process goes on meanwhile, and closes files.
        with suppress(FileNotFoundError):
            sockets.add(str(each.readlink()).removeprefix("socket:[").removesuffix("]"))
    for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[9] in sockets:
            return int(fields[1].partition(":")[2], 16)
    raise LookupError(pid)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"GRADER_SECRET_KEY": ""}, "GRADER_SECRET_KEY needs at least 32 characters"),
        ({"GRADER_SECRET_KEY": SHORT}, "GRADER_SECRET_KEY needs at least 32 characters"),
        ({"GRADER_SECRET_KEY": SAMPLE}, "GRADER_SECRET_KEY has to be a random text"),
        ({"FLASK_DEBUG": "1"}, "FLASK_DEBUG is set"),
        ({"GRADER_BASE_URL": ""}, "GRADER_BASE_URL has to be the public address"),
    ],
)
def test_a_setting_that_is_unsafe_stops_the_start(
    file: Path, changes: dict[str, str], reason: str
) -> None:
    assert reason in refusal(file, changes)


def make_pending(file: Path) -> None:
    engine = make_engine(f"sqlite:///{file}")
    downgrade(engine, "-1")
    engine.dispose()


def drop_trigger(file: Path) -> None:
    engine = make_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER grades_no_update")
    engine.dispose()


@pytest.mark.parametrize(
    ("breaking", "reason"),
    [
        (Path.unlink, "There is no database yet"),
        (make_pending, "and this version needs"),
        (lambda file: file.chmod(0o640), "Others may read the database file (its mode is 640)"),
        (drop_trigger, "The trigger grades_no_update, which keeps grades insert-only, is missing"),
        (
            lambda file: file.write_bytes(b"no database, but a long enough text" * 99),
            "not a database",
        ),
    ],
)
def test_a_database_that_is_unsafe_stops_the_start(
    file: Path, breaking: Breaking, reason: str
) -> None:
    breaking(file)
    assert reason in refusal(file, {})


@pytest.mark.parametrize("name", ["synchronous", "foreign_keys"])
def test_a_pragma_that_is_unsafe_stops_the_start(file: Path, name: str) -> None:
    # As if somebody had changed the one place that sets them.
    careless = (
        "from grader.db import engine\n"
        "right = engine._configure_sqlite\n"
        "def wrong(connection, record):\n"
        "    right(connection, record)\n"
        f"    connection.execute('PRAGMA {name} = 0')\n"
        "engine._configure_sqlite = wrong\n"
    )
    assert f"PRAGMA {name} is 0 and has to be" in refusal(file, {}, "-c", careless + MAIN)


def test_a_database_that_is_not_there_is_named_without_its_password(file: Path) -> None:
    address = f"postgresql://grader:{PASSWORD}@127.0.0.1:1/grader"
    assert "The database failed" in refusal(file, {"GRADER_DATABASE_URL": address})


@pytest.mark.parametrize(
    ("careless", "found"),
    [
        ("serve.findings = lambda *_, **__: []", "production started: Serving at https"),
        ("serve.note(settings.secret_key.get_secret_value())", "a secret is printed"),
        ("serve.note(settings.smtp_url.get_secret_value())", "a secret is printed"),
        ("raise RuntimeError('a file is missing')", "a traceback is printed"),
    ],
)
def test_a_careless_start_is_found(file: Path, careless: str, found: str) -> None:
    """The negative control: a check that does this first."""
    drop_trigger(file)
    program = (
        "from grader.cli import serve\n"
        "right = serve.check_production\n"
        "def wrong(settings):\n"
        f"    {careless}\n"
        "    right(settings)\n"
        "serve.check_production = wrong\n"
    )
    with pytest.raises(AssertionError, match=f"^{found}"):
        refusal(file, {}, "-c", program + MAIN)
