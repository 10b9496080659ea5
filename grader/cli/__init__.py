"""The command line: one module per noun, loaded only when its noun is used.

Exit codes: 0 done, 1 error, 2 usage, 3 changes pending (a preview that would change something, or a
status that is not current). A refusal is one sentence on stderr; with ``--format json`` stdout then
holds ``{"error": code, "message": sentence}``, so that a program always finds a JSON document there.
"""

import json
import sys
from importlib import import_module
from typing import IO, Any

import click

from grader import __version__
from grader.domain.errors import GraderError, ImportRefused, NoPolicy

LAYOUT = "grader.layout"
"""Where the chosen ``--format`` is kept, for the refusals."""

NOUNS = {
    "serve": "Start the server.",
    "problems": "Begin, test, check and list problems.",
    "data": "Put the staff's data files in place.",
    "keys": "Solve problems, and publish the answer keys.",
    "policy": "Publish what decides scores and hints: points, dates, attempts, lateness.",
    "check": "Check one value against the reference solution.",
    "roster": "Import who is in the course, and let them sign in.",
    "tokens": "Issue and revoke API tokens.",
    "submissions": "Import and list submissions.",
    "receipts": "Hand out and check the signed receipts of answers.",
    "extensions": "Grant and withdraw more time for one student.",
    "overrides": "Import scores that staff decided.",
    "requests": "List and answer regrade requests.",
    "marks": "Say how far explanations are marked, and show the marks to students.",
    "regrade": "Plan, apply and undo a move to another answer key.",
    "ledger": "Read and verify what staff and operators did.",
    "export": "Write the gradebook for other tools.",
    "db": "Migrate, check and back up the database.",
}
"""The nouns in the order of ``grader --help``; here, so that help need not load their modules."""


class Refusal(click.ClickException):
    """A ``GraderError`` on its way out: a sentence for people, a document for programs, exit code 1."""

    exit_code = 1

    def __init__(self, error: GraderError, *, layout: str | None) -> None:
        # Said here, since students read the same sentence, and can do nothing about it.
        hint = " Publish it with: grader policy publish" if isinstance(error, NoPolicy) else ""
        self.text = f"{error}{hint}"
        super().__init__(_plain(self.text))
        self.error = error
        self.layout = layout

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the sentence and, for an import, each of its row-numbered reasons."""
        problems = self.error.problems if isinstance(self.error, ImportRefused) else ()
        if self.layout == "json":
            document = {"error": self.error.code, "message": self.text}
            click.echo(json.dumps(document | ({"problems": problems} if problems else {})))
        for problem in problems:
            click.echo(_plain(problem), file=file, err=file is None)
        click.echo(f"Error: {self.message}", file=file, err=file is None)


class Nouns(click.Group):
    """Finds a noun's module by its name, and turns refusals into sentences."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature.
        """Every noun, in the order of the table."""
        return list(NOUNS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Load the module of a noun."""
        if cmd_name not in NOUNS:
            return None
        command: click.Command = import_module(f"grader.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the nouns without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(NOUNS.items()))

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature.
        """Run the command; a refusal is no traceback."""
        try:
            return super().invoke(ctx)
        except GraderError as error:
            raise Refusal(error, layout=ctx.meta.get(LAYOUT)) from error


@click.group(
    cls=Nouns,
    epilog="Example: grader check pset7/decision_tree_entropy/b 0.91175\n\n"
    "Exit codes: 0 done, 1 error, 2 usage, 3 changes pending.",
)
@click.version_option(__version__)
def root() -> None:
    """Pset Grader: check numeric answers, record them for good, regrade them."""


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal's encoding lacks is shown with a question mark, never a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    root(prog_name="grader")


def _plain(text: str) -> str:
    """Without characters that could move a terminal's cursor or change its colours."""
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)
