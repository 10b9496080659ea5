"""An author's workshop: problems, solutions and an instance of one's own, and the command line there."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.config import PROJECT
from grader.content.catalog import Catalog
from grader.content.loading import load_catalog

LIBRARY = ("__init__.py", "inputs.py", "misconceptions.py", "outputs.py")
COURSE = """\
title = "T1"
name = "Testing"
term = "Winter 2026"
timezone = "America/Los_Angeles"
late_days = 4
assignments = ["set"]
"""
ASSIGNMENT = 'title = "The set"\nproblems = ["first"]\n'


@dataclass(frozen=True, slots=True)
class Workshop:
    """A folder with ``problems/`` and ``reference/``, both the author's to change."""

    folder: Path

    @property
    def problems(self) -> Path:
        return self.folder / "problems"

    @property
    def reference(self) -> Path:
        return self.folder / "reference"

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "GRADER_ENV": "development",
            "GRADER_INSTANCE_DIR": str(self.folder / "instance"),
            "GRADER_PROBLEMS_DIR": str(self.problems),
            "GRADER_DATABASE_URL": "",
            # These solutions come before the project's own.
            "PYTHONPATH": str(self.folder),
        }

    def catalog(self) -> Catalog:
        return load_catalog(self.problems, self.folder / "instance")

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "grader", *arguments]

    def run(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a command in a process of its own, which has to end with this exit code."""
        done = subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done

    def json(self, *arguments: str, code: int = 0) -> Any:
        return json.loads(self.run(*arguments, "--format", "json", code=code).stdout)

    def edit(self, file: str, old: str, new: str) -> None:
        """Change a text in one of the files."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def files(self) -> dict[str, bytes]:
        """Everything that lies here, but for what Python compiled."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and path.suffix != ".pyc"
        }


def make_workshop(folder: Path) -> Workshop:
    """A course with one problem, ``set/first``, that has no parameters and is right at one half."""
    made = Workshop(folder)
    solutions, problem = made.reference / "set", made.problems / "set" / "first"
    for path in (solutions, problem):
        path.mkdir(parents=True)
    for name in LIBRARY:
        shutil.copy(PROJECT / "reference" / name, made.reference / name)
    (made.problems / "course.toml").write_text(COURSE)
    (problem.parent / "assignment.toml").write_text(ASSIGNMENT)
    (problem / "statement.md").write_text("Say one half.\n")
    (problem / "problem.toml").write_text(
        'number = "3"\ntitle = "First"\n\n[[parts]]\nid = "a"\ntitle = "it"\nprompt = "It?"\npoints = 1\n'
    )
    (solutions / "__init__.py").write_text('"""The set."""\n')
    (solutions / "first.py").write_text("def solve(inputs):\n    return {'a': 0.5}\n")
    return made
