"""The images, as far as they show without a Docker engine: what each holds, and that what it runs works."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.house.images import Stage, stages
from tests.house.source import ROOT

HIDDEN = "reference"
SETTINGS = {
    "GRADER_ENV": "production",
    "GRADER_BASE_URL": "https://grader.example.org",
    "GRADER_SECRET_KEY": "only-for-this-test-0123456789abcdef0123456789",
    "GRADER_RECEIPT_KEY": "only-for-this-test-0123456789abcdef01234567",
}
STARTS_WITHIN = 60


def test_the_web_image_holds_the_product_and_never_the_reference_solutions() -> None:
    assert stages()["web"].copied == {"grader", "problems", "migrations"}


def test_only_the_job_adds_the_reference_solutions() -> None:
    found = stages()
    assert found["job"].copied == found["web"].copied | {HIDDEN}
    assert [name for name, stage in found.items() if HIDDEN in stage.copied] == ["job"]


def test_a_stage_holds_what_the_stages_below_it_copied() -> None:
    found = stages(
        "FROM x AS low\nCOPY reference/ reference/\nFROM low AS web\nCOPY grader grader\n"
    )
    assert found["web"].copied == {"reference", "grader"}


def test_a_build_without_a_target_makes_the_web_image() -> None:
    assert list(stages())[-1] == "web"


def test_the_images_serve_without_rights() -> None:
    for name in ("web", "job"):
        assert stages()[name].last("USER") == "10001:10001"


def test_packages_come_from_the_lock_by_their_hashes() -> None:
    stage = stages()["packages"]
    assert stage.copied == {"requirements.lock"}
    installing = [value for name, value in stage.instructions if name == "RUN"]
    assert len(installing) == 1
    assert "--require-hashes" in installing[0]
    assert "--no-deps" in installing[0]


def test_the_base_image_is_pinned_to_a_patch_version() -> None:
    pinned = (ROOT / "Dockerfile").read_text().split("ARG PYTHON=")[1].split()[0]
    version, _, variant = pinned.partition("-")
    assert len(version.split(".")) == 3
    assert variant.startswith("slim-")


def test_only_what_the_images_copy_gets_near_the_builder() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line.strip("/") for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    allowed = {rule.removeprefix("!").strip("/") for rule in rules if rule.startswith("!")}
    assert allowed == {name for stage in stages().values() for name in stage.copied}


@pytest.mark.parametrize("empty_database_url", ["postgresql"], indirect=True)
def test_the_job_prepares_a_database_that_the_web_image_then_serves_in_health(
    empty_database_url: str, tmp_path: Path
) -> None:
    job, web = (_laid_out(stages()[name], tmp_path / name) for name in ("job", "web"))
    environment = _environment(empty_database_url, tmp_path / "instance")
    (tmp_path / "instance").mkdir()
    subprocess.run(_local(stages()["job"].command()), cwd=job, env=environment, check=True)
    with _serving(web, environment) as port:
        asking = _local(stages()["web"].command("HEALTHCHECK"), port)
        assert _becomes_healthy(asking, environment)
        # Another host's name is refused, so this shows that the check asks under ours.
        renamed = {**environment, "GRADER_BASE_URL": "https://other.example.org"}
        assert subprocess.run(asking, env=renamed, check=False).returncode == 1
    assert subprocess.run(asking, env=environment, check=False, capture_output=True).returncode


def test_the_web_image_can_not_solve_a_problem(tmp_path: Path) -> None:
    web = _laid_out(stages()["web"], tmp_path / "web")
    program = "import grader.web.app, importlib.util as u; print(u.find_spec('reference'))"
    done = subprocess.run(
        [sys.executable, "-S", "-c", program],
        cwd=web,
        env=_environment("", tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "None\n"


def _becomes_healthy(asking: list[str], environment: dict[str, str]) -> bool:
    """Ask as Docker does: again and again while the container is starting."""
    for _ in range(10):
        if subprocess.run(asking, env=environment, check=False).returncode == 0:
            return True
        time.sleep(1)
    return False


def _laid_out(stage: Stage, folder: Path) -> Path:
    stage.lay_out(folder)
    return folder


def _environment(database_url: str, instance: Path) -> dict[str, str]:
    """As in the image: our code comes from the folder, the packages from the environment."""
    packages = str(Path(pytest.__file__).parents[1])
    instance_dir = {"GRADER_INSTANCE_DIR": str(instance), "GRADER_DATABASE_URL": database_url}
    return {"PATH": os.environ["PATH"], "PYTHONPATH": packages, **SETTINGS, **instance_dir}


def _local(command: list[str], port: int = 0) -> list[str]:
    """A command of an image, with this Python and a free port."""
    # Without -S the environment's .pth file would lend the image our tree, reference/ included.
    words = [word.replace("python -m", f"{sys.executable} -S -m") for word in command]
    words = [word.replace("8109", str(port)).replace("0.0.0.0", "127.0.0.1") for word in words]  # noqa: S104
    return [sys.executable, "-S", *words[1:]] if words[0] == "python" else words


@contextmanager
def _serving(folder: Path, environment: dict[str, str]) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    command = _local(stages()["web"].command(), port)
    with subprocess.Popen(command, cwd=folder, env=environment) as server:
        try:
            _wait_for(port, server)
            yield port
        finally:
            server.terminate()


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"the server did not start (exit code {server.poll()})")
