"""The commands in the documentation work as they are written, in their order."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.config import PROJECT

PAGES = sorted(
    page
    for page in (PROJECT / "docs").rglob("*.md")
    if "./run grader" in page.read_text(encoding="utf-8")
)
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
FINE = {0: "done", 3: "changes pending"}

ROSTER = "login,name,email,section,role\nada,Ada Abebe,ada@example.edu,Mon,student\n"
SUBMISSIONS = "student,part,answer,submitted_at\nada,pset7/ancestry/a,1.3,2026-03-05T12:00:00Z\n"


def commands(page: Path) -> list[list[str]]:
    blocks = BLOCK.findall(page.read_text(encoding="utf-8"))
    lines = [line for block in blocks for line in block.splitlines()]
    return [shlex.split(line)[2:] for line in lines if line.startswith("./run grader ")]


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with the files that the documentation speaks of, and an instance."""
    (tmp_path / "roster.csv").write_text(ROSTER)
    (tmp_path / "submissions.csv").write_text(SUBMISSIONS)
    shutil.copytree(PROJECT / "problems/pset7/ancestry/data", tmp_path / "official-data")
    # Another first row than the shipped file's, so that the keys really become stale.
    train = tmp_path / "official-data" / "ancestry-train.csv"
    header, first, *rest = train.read_text().splitlines(keepends=True)
    train.write_text("".join([header, *rest, first, first]))
    (tmp_path / "instance").mkdir()
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_every_command_of_the_page_works(page: Path, desk: Path) -> None:
    environment = os.environ | {
        "GRADER_INSTANCE_DIR": str(desk / "instance"),
        "GRADER_DATABASE_URL": f"sqlite:///{desk}/instance/grader.db",
        "GRADER_ENV": "development",
    }
    found = commands(page)
    assert found, "a page that speaks of commands shows at least one that can be run"
    run_first = [] if found[0][:2] == ["db", "upgrade"] else [["db", "upgrade"]]
    for arguments in [*run_first, *found]:
        done = subprocess.run(
            [sys.executable, "-m", "grader", *arguments],
            cwd=desk,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in FINE, f"{arguments}: {done.stdout}{done.stderr}"
