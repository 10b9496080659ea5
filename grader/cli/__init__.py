"""The command line: one module per noun, loaded only when its noun is used.

Exit codes: 0 done, 1 error, 2 usage, 3 changes pending (a preview that would change something, or a
status that is not current). A refusal is one sentence on stderr; with ``--format json`` stdout then
holds ``{"error": code, "message": sentence}``, so that a program always finds a JSON document there.
"""

import atexit
import gc
import json
import re
import sys
from collections.abc import Iterable
from importlib import import_module
from typing import IO, Any

import click

from grader import __version__
from grader.calling import NAME, called
from grader.domain.errors import GraderError, ImportRefused, NoPolicy, NotFound
from grader.garbage import settle

LAYOUT = "grader.layout"
"""Where the chosen ``--format`` is kept, for the refusals."""

NOUNS = {
    "serve": "Start the server.",
    "problems": "Begin, test, check and list problems.",
    "data": "Put the staff's data files in place.",
    "keys": "Solve problems, and publish the answer keys.",
    "policy": "Publish what decides scores (points, dates, attempts, lateness), and rescore by it.",
    "check": "Check one value against the reference solution.",
    "roster": "Import who is in the course, let them sign in, and hand out or remove who they are.",
    "tokens": "Issue and revoke API tokens.",
    "submissions": "Import and list submissions.",
    "receipts": "Hand out and check the signed receipts of answers.",
    "extensions": "Grant and withdraw more time for one student.",
    "overrides": "Import scores that staff decided.",
    "requests": "List and answer regrade requests.",
    "marks": "Say how far explanations are marked, and show the marks to students.",
    "regrade": "Plan, apply and undo a move to another answer key.",
    "recheck": "Compute stored grades again, and tell which differ.",
    "ledger": "Read and verify what staff and operators did.",
    "export": "Write the gradebook for other tools.",
    "db": "Migrate, check, back up and restore the database.",
}
"""The nouns in the order of ``grader --help``; here, so that help need not load their modules."""

LISTS = {
    "There is no regrade request": "requests list",
    "There is no regrade plan": "regrade list",
    "There is no regrade run": "regrade list",
    "There is no rescore plan": "policy list",
    "There is no rescore run": "policy list",
    "There is no token": "tokens list",
}
"""What shows the things of a kind, for a refusal that knows none of a name."""

_ANY_LENGTH = 1_000
_COMMAND = re.compile(rf"(?<![\w./-])(?<!run ){NAME}(?= (?:{'|'.join(NOUNS)})\b)")


class Refusal(click.ClickException):
    """A ``GraderError`` on its way out: a sentence for people, a document for programs, exit code 1."""

    exit_code = 1

    def __init__(self, error: GraderError, *, layout: str | None) -> None:
        self.text = as_called(f"{error}{_hint(error)}")
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
            click.echo(_plain(as_called(problem)), file=file, err=file is None)
        click.echo(f"Error: {self.message}", file=file, err=file is None)


class Verbs(click.Group):
    """The commands of a noun, each listed with its whole first sentence: a half of one helps nobody."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List them; a long sentence goes on in the next line."""
        with formatter.section("Commands"):
            formatter.write_dl(
                [
                    (name, command.get_short_help_str(_ANY_LENGTH))
                    for name in self.list_commands(ctx)
                    if (command := self.get_command(ctx, name)) is not None
                ]
            )


class Help(click.HelpFormatter):
    """Help whose examples begin with the command as it is called here."""

    def write_text(self, text: str) -> None:
        """Write a paragraph."""
        super().write_text(as_called(text))

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Write options or commands, each with what it does."""
        super().write_dl([(name, as_called(said)) for name, said in rows], col_max, col_spacing)


class Nouns(click.Group):
    """Finds a noun's module by its name, and turns refusals into sentences."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature.
        """Every noun, in the order of the table."""
        return list(NOUNS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Load the module of a noun."""
        if cmd_name not in NOUNS:
            return None
        return _load(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the noun; one that is mistyped is told with the one that was meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            raise click.exceptions.NoSuchCommand(
                error.command_name, possibilities=NOUNS, ctx=ctx
            ) from None

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
    click.Context.formatter_class = Help
    # Python looks for garbage once more when it ends, for as long as a whole command may take.
    atexit.register(gc.freeze)
    root(prog_name=called())


def _hint(error: GraderError) -> str:
    """What to do next; said here, since pages show the same sentences to people who have no commands."""
    if isinstance(error, NoPolicy):
        return " Publish it with: grader policy publish"
    if isinstance(error, NotFound):
        for missing, verb in LISTS.items():
            if str(error).startswith(f"{missing} "):
                return f" List them with: grader {verb}"
    return ""


def as_called(text: str) -> str:
    """A text in which each command begins as it is called here."""
    return _COMMAND.sub(lambda _: called(), text)


def _load(noun: str) -> click.Command:
    """Import a noun's module. None of that is garbage, and looking for some took an eighth of the start."""
    gc.disable()
    try:
        command: click.Command = import_module(f"grader.cli.{noun}").command
    finally:
        gc.enable()
    settle()
    return command


def _plain(text: str) -> str:
    """Without characters that could move a terminal's cursor or change its colours."""
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)
