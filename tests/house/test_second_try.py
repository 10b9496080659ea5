"""CI tries few failed tests a second time: what it tries, and what then counts."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import ROOT

CACHE = ".pytest_cache/v/cache/lastfailed"
RUN = """#!/usr/bin/env bash
echo "$*" >>called
code=$(head -n 1 codes)
sed -i 1d codes
if [[ -e failing ]]; then mkdir -p "$(dirname CACHE)" && mv failing CACHE; fi
exit "$code"
""".replace("CACHE", CACHE)
PLAIN, GROUPED = "tests/web/test_a.py::test_a[x@y-1]", "tests/cli/test_b.py::test_b[1]@started"
FIRST = "test --cov"
SECOND = "test --cov --cov-append"


def tried(folder: Path, failing: list[str], *codes: int) -> tuple[int, list[str], str]:
    """The exit code, what was called in its order, and what was printed; the codes are those of each call."""
    (folder / ".ci").mkdir()
    shutil.copy(ROOT / ".ci/tests", folder / ".ci/tests")
    (folder / ".venv/bin").mkdir(parents=True)
    (folder / ".venv/bin/python").symlink_to(sys.executable)
    (folder / "run").write_text(RUN)
    (folder / "run").chmod(0o755)
    (folder / "codes").write_text("".join(f"{code}\n" for code in codes))
    if failing:
        (folder / "failing").write_text(json.dumps(dict.fromkeys(failing, True)))
    done = subprocess.run(
        [folder / ".ci/tests"], capture_output=True, text=True, check=False, cwd=folder
    )
    return done.returncode, (folder / "called").read_text().splitlines(), done.stdout


def test_what_passes_at_the_second_try_passes_and_is_named(tmp_path: Path) -> None:
    code, called, told = tried(tmp_path, [PLAIN, GROUPED], 1, 0)
    names = [PLAIN, "tests/cli/test_b.py::test_b[1]"]
    assert (code, called) == (0, [FIRST, f"{SECOND} {' '.join(names)}"])
    assert told.endswith(f"to be mended:\n  {names[0]}\n  {names[1]}\n")


def test_what_fails_again_fails(tmp_path: Path) -> None:
    code, called, told = tried(tmp_path, [PLAIN], 1, 1)
    assert (code, called) == (1, [FIRST, f"{SECOND} {PLAIN}"])
    assert "Passed" not in told


@pytest.mark.parametrize(
    ("failing", "code"),
    [
        pytest.param([], 0, id="none failed"),
        pytest.param([], 1, id="only the coverage fails"),
        pytest.param([f"{PLAIN}{number}" for number in range(4)], 1, id="four failed"),
        pytest.param(["tests/web/test_a.py"], 1, id="a file that does not load"),
        pytest.param([PLAIN, "tests/faults/test_c.py::test_c@load"], 1, id="an answer is lost"),
        pytest.param([PLAIN, "tests/security/test_c.py::test_c"], 1, id="something leaks"),
        pytest.param([PLAIN], 2, id="interrupted"),
        pytest.param([PLAIN], 3, id="broke off"),
        pytest.param([PLAIN], 10, id="tests were left out"),
    ],
)
def test_there_is_no_second_try(tmp_path: Path, failing: list[str], code: int) -> None:
    assert tried(tmp_path, failing, code, 0)[:2] == (code, [FIRST])


def test_what_an_earlier_run_left_does_not_count(tmp_path: Path) -> None:
    (tmp_path / CACHE).parent.mkdir(parents=True)
    (tmp_path / CACHE).write_text(json.dumps({PLAIN: True}))
    (tmp_path / ".coverage").write_text("old")
    assert tried(tmp_path, [], 1, 0)[:2] == (1, [FIRST])
    assert not (tmp_path / ".coverage").exists()
