"""``grader submissions`` and ``grader export``: answers in, points out."""

import csv
import io
import json
import os
import pty
import subprocess
import sys
from contextlib import suppress

import pytest

from tests.cli.desk import ENTROPY, RIGHT, WRONG, Desk

HEAD = "student,part,answer,submitted_at\n"
PART = f"{ENTROPY}/b"


@pytest.fixture
def open_desk(desk: Desk) -> Desk:
    """A course that takes answers, with two students."""
    desk.publish()
    desk.enrol("ada", section="A")
    desk.enrol("bob", section="B")
    return desk


def test_an_import_is_shown_first_and_then_stored(open_desk: Desk) -> None:
    rows = f"ada,{PART},{WRONG},2026-03-09T12:00\nada,{PART},{RIGHT},2026-03-09T13:00Z\n"
    file = open_desk.write("answers.csv", HEAD + rows)
    preview = open_desk.run("submissions", "import", file, code=3)
    assert "2 rows: 2 to add, 0 repeats." in preview.stdout
    assert "Times without an offset, read in America/Los_Angeles: 1." in preview.stdout
    assert "add --apply" in preview.stderr
    assert open_desk.json("submissions", "list", "--student", "ada") == []
    done = open_desk.json("submissions", "import", file, "--apply")
    assert done == {
        "applied": True,
        "rows": 2,
        "added": 2,
        "repeats": 0,
        "local_times": 1,
        "zone": "America/Los_Angeles",
        "parts": [
            {"part": PART, "added": 2, "correct": 1, "incorrect": 1, "late": 0, "repeats": 0}
        ],
    }
    again = open_desk.json("submissions", "import", file)
    assert (again["applied"], again["added"], again["repeats"]) == (False, 0, 2)


@pytest.mark.parametrize(
    ("noun", "content", "label"),
    [
        ("submissions", f"{HEAD}ada,{PART},{RIGHT},2026-03-09T13:00Z\n", "Importing answers"),
        ("roster", "login,name\nada,Ada\n", "Importing people"),
    ],
)
def test_an_import_shows_on_a_terminal_that_it_goes_on_and_keeps_its_result_apart(
    open_desk: Desk, noun: str, content: str, label: str
) -> None:
    file = open_desk.write("file.csv", content)
    command = [sys.executable, "-m", "grader", noun, "import", str(file), "--apply"]
    options = ["--allow-mass-drop"] if noun == "roster" else []
    terminal, stderr = pty.openpty()
    with subprocess.Popen(
        [*command, *options, "--format", "json"],
        env={**os.environ, **open_desk.environment, "TERM": "xterm", "COLUMNS": "100"},
        stdout=subprocess.PIPE,
        stderr=stderr,
    ) as process:
        os.close(stderr)
        shown = everything(terminal)
        assert process.stdout is not None
        assert json.load(process.stdout)["applied"] is True
    assert label.encode() in shown


def everything(terminal: int) -> bytes:
    """What was written to a terminal until the last writer closed it."""
    shown = b""
    with suppress(OSError):  # Linux tells the end of a terminal as an error.
        while piece := os.read(terminal, 1024):
            shown += piece
    os.close(terminal)
    return shown


def test_a_bad_file_is_refused_by_row_and_nothing_is_stored(open_desk: Desk) -> None:
    rows = f"ada,{PART},{RIGHT},2026-03-09T12:00Z\neve,{PART},{RIGHT},2026-03-09T12:00Z\n"
    file = open_desk.write("answers.csv", HEAD + rows)
    refusal = open_desk.json("submissions", "import", file, "--apply", code=1)
    assert refusal["error"] == "import_refused"
    assert refusal["problems"] == ["row 3: there is no student 'eve' on the roster"]
    assert open_desk.json("submissions", "list", "--student", "ada") == []


def test_a_students_answers_are_listed_newest_first(open_desk: Desk) -> None:
    open_desk.answers(("ada", "b", WRONG), ("ada", "b", RIGHT), ("ada", "a", "1"))
    listed = open_desk.json("submissions", "list", "--student", "ADA", "--part", PART)
    assert [(s["attempt"], s["text"], s["standing"]) for s in listed] == [
        (2, RIGHT, "correct"),
        (1, WRONG, "incorrect"),
    ]
    assert listed[0]["submitted_at"] == "2026-03-09T12:00:00+00:00"
    assert len(open_desk.json("submissions", "list", "--student", "ada", "--limit", "1")) == 1


def test_an_unknown_student_is_refused(open_desk: Desk) -> None:
    refusal = open_desk.run("submissions", "list", "--student", "eve", code=1).stderr
    assert "Nobody on the roster has the login 'eve'." in refusal
    open_desk.run("submissions", "list", code=2)


def test_the_gradebook_is_exported_as_csv(open_desk: Desk) -> None:
    open_desk.answers(("ada", "b", RIGHT), ("bob", "b", WRONG))
    text = open_desk.run("export", "gradebook", "--format", "csv").stdout
    rows = {row["login"]: row for row in csv.DictReader(io.StringIO(text))}
    assert list(rows) == ["ada", "bob"]
    assert (rows["ada"][PART], rows["bob"][PART]) == ("5", "0")
    assert (rows["ada"]["total"], rows["ada"]["possible"]) == ("5", "50")


def test_the_gradebook_can_be_one_section_of_one_assignment(open_desk: Desk) -> None:
    rows = open_desk.json("export", "gradebook", "--assignment", "pset7", "--section", "B")
    assert [row["login"] for row in rows] == ["bob"]
    assert rows[0]["total"] == "0"
    assert open_desk.json("export", "gradebook", "--section", "C") == []
    assert "Nothing to list." in open_desk.run("export", "gradebook", "--section", "C").stdout


def test_an_export_without_a_policy_says_what_to_do(desk: Desk) -> None:
    for layout in ("table", "json"):
        refusal = desk.run("export", "gradebook", "--format", layout, code=1)
        assert "grader policy publish" in (refusal.stdout if layout == "json" else refusal.stderr)
    assert (
        "no assignment 'pset8'"
        in desk.run("export", "gradebook", "--assignment", "pset8", code=1).stderr
    )
