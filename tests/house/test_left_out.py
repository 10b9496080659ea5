"""A test that can't run here is named at the end, and fails the gate."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import LEFT_OUT
from tests.house.source import ROOT

TESTS = """
import pytest

@pytest.mark.needs("strace")
def test_that_needs_a_program():
    pass

def test_that_needs_none():
    pass

@pytest.mark.skip(reason="of its own accord")
def test_that_skips():
    pass
"""


def outcome(folder: Path, *arguments: str, ci: str, path: str = "") -> tuple[int, str]:
    (folder / "test_these.py").write_text(TESTS)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-c",
        str(ROOT / "pyproject.toml"),
        "-p",
        "tests.conftest",
    ]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider", "--rootdir", str(folder), *arguments, str(folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PATH": path, "CI": ci},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("workers", [[], ["-n", "1", "--dist", "loadgroup"]])
def test_what_was_left_out_is_told_and_fails_the_gate_only(
    workers: list[str], tmp_path: Path
) -> None:
    code, told = outcome(tmp_path, *workers, ci="")
    assert "LEFT OUT: 1 test, because strace is not installed." in told
    assert code == 0
    gate, told = outcome(tmp_path, *workers, ci="true")
    assert gate == LEFT_OUT
    assert re.search(r"^=.* 1 passed, 2 skipped", told.splitlines()[-1])


def test_nothing_is_told_where_the_program_is(tmp_path: Path) -> None:
    (tmp_path / "strace").write_text("")
    (tmp_path / "strace").chmod(0o755)
    code, told = outcome(tmp_path, ci="true", path=str(tmp_path))
    assert "LEFT OUT" not in told
    assert code == 0
