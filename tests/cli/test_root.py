"""The root: light help, refusals without tracebacks, examples everywhere."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from grader.cli import NOUNS, Refusal, main, root
from grader.domain.errors import ImportRefused, NotFound
from tests.cli.desk import ENTROPY, Desk

HEAVY = {"sqlalchemy", "alembic", "numpy", "pandas", "flask", "rich", "pydantic"}


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command and group, with its words."""

    def walk(words: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
        yield words, command
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                child = command.get_command(context, name)
                assert child is not None
                yield from walk(f"{words} {name}", child)

    yield from walk("grader", root)


COMMANDS = dict(commands())


def test_help_loads_none_of_the_heavy_libraries() -> None:
    program = (
        "import sys; from grader.cli import root\n"
        "try: root(['--help'])\n"
        "except SystemExit: pass\n"
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert all(noun in done.stdout for noun in NOUNS)
    assert "click" in done.stderr.split()
    assert not HEAVY & set(done.stderr.split())


def test_the_tree_holds_every_command_that_the_course_runs_on() -> None:
    assert COMMANDS.keys() >= {
        "grader serve",
        "grader check",
        *(f"grader db {verb}" for verb in ("upgrade", "check", "backup")),
        *(f"grader problems {verb}" for verb in ("check", "list")),
        *(f"grader keys {verb}" for verb in ("solve", "publish", "status", "show")),
        *(f"grader policy {verb}" for verb in ("publish", "status")),
        *(f"grader data {verb}" for verb in ("install", "status")),
        *(f"grader roster {verb}" for verb in ("import", "list", "signin-link")),
        *(f"grader tokens {verb}" for verb in ("issue", "list", "revoke")),
        *(f"grader submissions {verb}" for verb in ("import", "list")),
        *(f"grader regrade {verb}" for verb in ("plan", "apply", "undo", "list", "show")),
        "grader export gradebook",
    }


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_has_help_with_an_example_of_itself(words: str) -> None:
    result = CliRunner().invoke(root, [*words.split()[1:], "--help"], prog_name="grader")
    assert result.exit_code == 0
    assert f"Example: {words}" in result.stdout
    command = COMMANDS[words]
    assert command.help
    assert command.help.strip()


@pytest.mark.parametrize("words", [words for words in COMMANDS if words.count(" ") == 2])
def test_a_command_is_listed_with_its_whole_sentence(words: str) -> None:
    _, noun, _ = words.split()
    result = CliRunner().invoke(root, [noun, "--help"], prog_name="grader")
    listed = " ".join(result.stdout.split())
    assert COMMANDS[words].get_short_help_str(1000) in listed
    assert "..." not in listed.partition("Commands:")[2]


@pytest.mark.parametrize("noun", NOUNS)
def test_a_noun_says_of_itself_what_the_table_says_of_it(noun: str) -> None:
    assert COMMANDS[f"grader {noun}"].get_short_help_str(100).rstrip(".") == NOUNS[noun].rstrip(".")


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["keys", "nonsense"], ["check"], ["db", "upgrade", "--nonsense"]]
)
def test_a_command_that_does_not_exist_is_a_usage_error(arguments: list[str]) -> None:
    assert CliRunner().invoke(root, arguments).exit_code == 2


def test_a_noun_that_is_mistyped_is_told_with_the_one_that_was_meant() -> None:
    told = CliRunner().invoke(root, ["servee"]).stderr
    assert "No such command 'servee'. Did you mean 'serve'?" in told


def test_a_refusal_is_a_sentence_on_stderr_and_exit_code_1(bare_desk: Desk) -> None:
    result = bare_desk.run("keys", "solve", "pset7/nonsense", code=1)
    assert result.stdout == ""
    assert result.stderr.startswith(
        "Error: There is no problem 'pset7/nonsense'; the problems are:"
    )


def test_a_refusal_with_format_json_is_a_document_too(bare_desk: Desk) -> None:
    result = bare_desk.run("keys", "solve", "pset7/nonsense", "--format", "json", code=1)
    document = json.loads(result.stdout)
    assert document["error"] == NotFound.code
    assert result.stderr == f"Error: {document['message']}\n"


def test_a_hint_names_the_command_as_it_was_called(
    bare_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADER_COMMAND", "./run grader")
    refusal = bare_desk.run("keys", "status", code=1).stderr
    assert refusal == ("Error: There is no database yet; make it with: ./run grader db upgrade\n")
    bare_desk.run("db", "upgrade")
    noted = bare_desk.run("policy", "status", code=3).stderr
    assert "pset7: run: ./run grader policy publish pset7\n" in noted


def test_help_names_the_command_as_it_was_called(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GRADER_COMMAND", "./run grader")
    monkeypatch.setattr(click.Context, "formatter_class", click.HelpFormatter)
    monkeypatch.setattr(sys, "argv", ["grader", "ledger", "verify", "--help"])
    with pytest.raises(SystemExit):
        main()
    told = " ".join(capsys.readouterr().out.split())
    assert "Usage: ./run grader ledger verify" in told
    assert "see: ./run grader ledger head" in told
    assert "Example: ./run grader ledger verify" in told


def test_a_refused_import_lists_its_reasons(capsys: pytest.CaptureFixture[str]) -> None:
    refusal = Refusal(ImportRefused("No.", problems=("row 2: bad", "row 3: worse")), layout="json")
    refusal.show()
    shown = capsys.readouterr()
    assert shown.err == "row 2: bad\nrow 3: worse\nError: No.\n"
    assert json.loads(shown.out) == {
        "error": "import_refused",
        "message": "No.",
        "problems": ["row 2: bad", "row 3: worse"],
    }


def test_a_refusal_can_not_steer_the_terminal() -> None:
    assert Refusal(NotFound("no \x1b[2J here\nbut there"), layout=None).message == (
        "no \ufffd[2J here\nbut there"
    )


def test_a_wrong_setting_is_named_and_its_value_is_not_shown() -> None:
    environment = {**os.environ, "GRADER_ENV": "production", "GRADER_SECRET_KEY": "short-secret"}
    done = subprocess.run(
        [sys.executable, "-m", "grader", "keys", "solve"],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Error: GRADER_SECRET_KEY needs at least 32 characters")
    assert "Traceback" not in done.stderr
    assert "short-secret" not in done.stderr


def test_letters_that_the_terminal_lacks_do_not_stop_a_command(bare_desk: Desk) -> None:
    bare_desk.edit(f"{ENTROPY}/problem.toml", "Entropy and", "Entropie \u2193 and")
    done = subprocess.run(
        [sys.executable, "-m", "grader", "problems", "list"],
        capture_output=True,
        text=True,
        env={**os.environ, **bare_desk.environment, "PYTHONIOENCODING": "latin-1"},
        check=True,
    )
    assert "Entropie ? and" in done.stdout


def test_main_runs_the_root(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["grader", "--version"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith("grader, version ")


def test_main_takes_any_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    caught = io.StringIO()
    monkeypatch.setattr(sys, "argv", ["grader", "--version"])
    monkeypatch.setattr(sys, "stdout", caught)
    with pytest.raises(SystemExit):
        main()
    assert caught.getvalue().startswith("grader, version ")
