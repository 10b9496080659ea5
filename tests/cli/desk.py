"""The command line at an operator's desk: an instance folder, a database, and a copy of the problems."""

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from sqlalchemy import Engine

from grader.cli import root
from grader.config import PROJECT
from grader.db.engine import make_engine
from grader.db.session import transaction
from tests.support.people import add_person
from tests.support.unrecorded import held_to_the_ledger

ENTROPY = "pset7/decision_tree_entropy"
RIGHT, ALSO_RIGHT, WRONG = "0.91175", "0.911751", "0.9"
"""Values for the part b: its expected value is 0.91175175863..., with a tolerance of 0.00001."""


@dataclass
class Desk:
    """Runs commands as an operator would, and says what came of them."""

    folder: Path
    url: str

    @property
    def instance(self) -> Path:
        return self.folder / "instance"

    @property
    def problems(self) -> Path:
        return self.folder / "problems"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "GRADER_ENV": "development",
            "GRADER_INSTANCE_DIR": str(self.instance),
            "GRADER_PROBLEMS_DIR": str(self.problems),
            "GRADER_DATABASE_URL": self.url,
            "GRADER_SECRET_KEY": "",
            "GRADER_RECEIPT_KEY": "",
            "GRADER_BASE_URL": "",
        }

    def run(self, *arguments: object, code: int = 0, stdin: str = "") -> Result:
        """Run a command that has to end with this exit code."""
        with held_to_the_ledger():
            result = CliRunner().invoke(
                root,
                [str(argument) for argument in arguments],
                input=stdin,
                env=self.environment,
                catch_exceptions=False,
                prog_name="grader",
            )
        assert result.exit_code == code, result.output
        return result

    def json(self, *arguments: object, code: int = 0) -> Any:
        """Run a command and read the document that it prints."""
        return json.loads(self.run(*arguments, "--format", "json", code=code).stdout)

    def edit(self, file: str, old: str, new: str) -> None:
        """Change a text in one of the problem files."""
        path = self.problems / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def write(self, name: str, content: str | bytes) -> Path:
        """Put a file on the desk."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def write_instance(self, name: str, content: str) -> Path:
        """Put a file into the instance folder, whatever of that is there."""
        path = self.instance / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        return path

    def engine(self) -> Engine:
        """For a look at the rows; the caller disposes of it."""
        return make_engine(self.url or f"sqlite:///{self.instance / 'grader.db'}")

    def enrol(self, *logins: str, role: str = "student", section: str = "") -> None:
        """Put people on the roster."""
        engine = self.engine()
        with transaction(engine) as session:
            for login in logins:
                add_person(session, login, role=role, section=section)
        engine.dispose()

    def publish(self) -> None:
        """Publish the entropy problem's key and the policy: enough to submit to, and quickly solved."""
        self.run("keys", "publish", ENTROPY)
        self.run("policy", "publish")

    def answers(self, *answers: tuple[str, str, str], problem: str = ENTROPY) -> None:
        """Import answers: student, part of the problem, typed text."""
        at = datetime(2026, 3, 9, 12, tzinfo=UTC).isoformat()
        rows = "".join(f"{who},{problem}/{part},{text},{at}\n" for who, part, text in answers)
        file = self.write("answers.csv", f"student,part,answer,submitted_at\n{rows}")
        self.run("submissions", "import", file, "--apply")


def make_desk(folder: Path, url: str) -> Desk:
    """A desk with the shipped problems, copied so that a test may edit them."""
    shutil.copytree(PROJECT / "problems", folder / "problems")
    return Desk(folder, url)
