"""How results are written: tables, JSON, CSV."""

import json
import re
import sys
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import click
import pytest
from click.testing import CliRunner

from grader.cli.cells import Cell
from grader.cli.output import finish, format_option, note, show
from grader.cli.progress import progress, working

COLUMNS = ("name", "points", "at", "on", "none")
ROWS: list[tuple[Cell, ...]] = [
    ("Ada [red]", Decimal("2.50"), datetime(2026, 3, 9, 12, tzinfo=UTC), True, None),
    ("Bob \x1b[31m", Decimal(10), datetime(2026, 3, 9, 13, tzinfo=UTC), False, None),
]


def become_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let standard output and error, as they are captured now, be a wide terminal."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)


def test_a_plain_table_has_aligned_columns_and_no_control_characters(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show("table", COLUMNS, ROWS)
    assert capsys.readouterr().out.splitlines() == [
        "name       points  at                    on   none",
        "Ada [red]     2.5  2026-03-09T12:00:00Z  yes",
        "Bob \ufffd[31m      10  2026-03-09T13:00:00Z  no",
    ]


def test_a_table_on_a_terminal_takes_no_text_for_markup(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    become_terminal(monkeypatch)
    show("table", COLUMNS, ROWS)
    out = capsys.readouterr().out
    assert "Ada [red]" in out
    assert "\x1b[31m" not in out
    assert "\ufffd[31m" in out
    assert "\x1b[1m" in out  # The head is bold: it is the rich table.


def lines_at(
    width: int,
    columns: tuple[str, ...],
    rows: list[tuple[Cell, ...]],
    shown: tuple[pytest.CaptureFixture[str], pytest.MonkeyPatch],
) -> list[str]:
    capsys, monkeypatch = shown
    become_terminal(monkeypatch)
    monkeypatch.setenv("COLUMNS", str(width))
    show("table", columns, rows)
    return [
        re.sub(r"\x1b\[\d*m", "", line).rstrip() for line in capsys.readouterr().out.splitlines()
    ]


def test_a_table_that_is_too_wide_is_wrapped_between_words(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: list[tuple[Cell, ...]] = [("ada", "one two three four five"), ("bob", "six")]
    assert lines_at(20, ("login", "why"), rows, (capsys, monkeypatch)) == [
        "login  why",
        "ada    one two three",
        "       four five",
        "bob    six",
    ]


def test_a_table_whose_words_would_be_cut_apart_is_shown_row_by_row(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: list[tuple[Cell, ...]] = [("pgabcdefgh", "read submit", None), ("pgijklmnop", "[red]", 7)]
    columns = ("prefix", "scopes", "uses")
    assert lines_at(22, columns, rows, (capsys, monkeypatch)) == [
        "prefix  pgabcdefgh",
        "scopes  read submit",
        "uses",
        "",
        "prefix  pgijklmnop",
        "scopes  [red]",
        "uses    7",
    ]
    wide = lines_at(24, columns, rows, (capsys, monkeypatch))
    assert wide[0] == "prefix      scopes  uses"


def test_json_is_the_rows_as_objects(capsys: pytest.CaptureFixture[str]) -> None:
    show("json", COLUMNS, ROWS)
    assert json.loads(capsys.readouterr().out)[0] == {
        "name": "Ada [red]",
        "points": "2.5",
        "at": "2026-03-09T12:00:00+00:00",
        "on": True,
        "none": None,
    }


def test_json_is_a_document_where_there_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    show("json", COLUMNS, ROWS, document={"a": 0.1}, summary=["left out"])
    assert json.loads(capsys.readouterr().out) == {"a": 0.1}


def test_what_has_no_json_form_is_an_error_of_ours() -> None:
    with pytest.raises(TypeError, match="object has no JSON form"):
        show("json", COLUMNS, [], document={"a": object()})


def test_csv_has_numbers_as_numbers_and_harmless_text(capsys: pytest.CaptureFixture[str]) -> None:
    show("csv", ("name", "points", "on", "at"), [("=1", Decimal("-2.50"), True, ROWS[0][2])])
    assert capsys.readouterr().out == ("name,points,on,at\r\n'=1,-2.5,yes,2026-03-09T12:00:00Z\r\n")


def test_the_summary_stands_above_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    show("table", ("n",), [(1,)], summary=["One row.", "No \x07bell."])
    assert capsys.readouterr().out == "One row.\nNo \ufffdbell.\nn\n1\n"


@pytest.mark.parametrize(
    ("summary", "said"), [([], "Nothing to list.\n"), (["None yet."], "None yet.\n")]
)
def test_without_rows_that_is_said_once(
    capsys: pytest.CaptureFixture[str], summary: list[str], said: str
) -> None:
    show("table", COLUMNS, [], summary=summary)
    assert capsys.readouterr().out == said


def test_a_note_goes_to_people_and_not_to_programs(capsys: pytest.CaptureFixture[str]) -> None:
    note("By the way \x1b.")
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "By the way \ufffd.\n")


def test_progress_is_silent_unless_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with progress([1, 2, 3], "Counting") as bar:
        assert list(bar) == [1, 2, 3]
    assert capsys.readouterr().err.strip() in {"", "Counting"}


def test_progress_on_a_terminal_goes_to_stderr(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    become_terminal(monkeypatch)
    with progress([1, 2, 3], "Counting") as bar:
        assert list(bar) == [1, 2, 3]
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "100%" in shown.err


def test_work_of_unknown_length_is_silent_unless_on_a_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with working("Importing"):
        pass
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "")


def test_work_of_unknown_length_moves_a_bar_on_stderr_and_takes_it_away(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    become_terminal(monkeypatch)
    with working("Importing [red]"):
        click.echo("a result")
    shown = capsys.readouterr()
    assert shown.out == "a result\n"
    assert "Importing [red]" in shown.err
    assert "0:00:00" in shown.err
    assert shown.err.endswith("\x1b[2K"), "the line is empty again at the end"


def test_work_that_is_refused_takes_its_bar_away_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    become_terminal(monkeypatch)
    with pytest.raises(ValueError, match="refused"), working("Importing"):
        raise ValueError("refused")
    assert capsys.readouterr().err.endswith("\x1b[2K")


@pytest.mark.parametrize(("pending", "code"), [(True, 3), (False, 0)])
def test_pending_changes_end_with_exit_code_3(*, pending: bool, code: int) -> None:
    @click.command()
    @format_option
    def command(layout: str) -> None:
        assert layout == "table"
        finish(pending=pending)

    assert CliRunner().invoke(command).exit_code == code


def test_an_unknown_format_is_a_usage_error() -> None:
    @click.command()
    @format_option
    def command(**_: Any) -> None:
        """Do nothing."""

    assert CliRunner().invoke(command, ["--format", "xml"]).exit_code == 2
