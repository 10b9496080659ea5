from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import BaseModel

from grader.content.assignment_file import (
    AssignmentFile,
    AttemptsTable,
    HintsTable,
    LatenessTable,
)
from grader.content.course_file import CourseFile
from grader.content.problem_file import DataTable, PartTable, ProblemFile
from grader.content.tomlfile import read_toml
from grader.domain.errors import ContentError


def text(length: int) -> str:
    """A text of this length, as TOML."""
    return f"'{'a' * length}'"


def write(folder: Path, text: str) -> Path:
    file = folder / "file.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_what_an_assignment_may_leave_out_has_a_default(tmp_path: Path) -> None:
    file = write(tmp_path, 'title = "x"\nproblems = ["a"]\n')
    found = read_toml(file, AssignmentFile)
    assert (found.opens, found.due, found.closes, found.graded) == (None, None, None, True)
    assert (found.attempts.limit, found.attempts.free_wrong) == (None, 5)
    assert (found.lateness.max_late_days, found.hints) == (0, None)
    assert (found.lateness.grace_minutes, found.lateness.penalty_percent_per_day) == (0, 100)


@pytest.mark.parametrize(
    ("written", "after_wrong"), [("'never'", None), ("'at once'", 1), ("1", 1), ("2", 2)]
)
def test_hints_are_told_from_a_wrong_attempt_on_or_never(
    written: str, after_wrong: int | None, tmp_path: Path
) -> None:
    file = write(tmp_path, f"after_wrong = {written}\n")
    assert read_toml(file, HintsTable).after_wrong == after_wrong


def test_times_are_local(tmp_path: Path) -> None:
    file = write(tmp_path, 'title = "x"\nproblems = ["a"]\ndue = 2026-03-11T23:59:00\n')
    assert read_toml(file, AssignmentFile).due == datetime(2026, 3, 11, 23, 59)  # noqa: DTZ001


COURSE = {
    "title": "'x'",
    "name": "'x'",
    "term": "'x'",
    "timezone": "'UTC'",
    "late_days": "0",
    "assignments": "['a']",
}
ASSIGNMENT = {"title": "'x'", "problems": "['a']"}
DATA = {"name": "'a.csv'", "title": "'x'", "kind": "'labelled'", "features": "1"}
PART = {"id": "'a'", "title": "'x'", "prompt": "'x'", "points": "1"}
LATE = {"max_late_days": "0"}
LIMITS: list[tuple[type[BaseModel], dict[str, str], str, list[str], list[str]]] = [
    (CourseFile, COURSE, "title", [text(1), text(500)], ["''", text(501)]),
    (CourseFile, COURSE, "late_days", ["0", "100"], ["-1", "101"]),
    (CourseFile, COURSE, "assignments", [f"[{text(40)}]"], ["[]", f"[{text(41)}]", "['1a']"]),
    (AssignmentFile, ASSIGNMENT, "problems", ["['a']"], ["[]"]),
    (AttemptsTable, {}, "limit", ["1", "1000"], ["0", "-1", "1.5"]),
    (AttemptsTable, {}, "free_wrong", ["1", "99"], ["0"]),
    (AttemptsTable, {}, "cooldown_first_seconds", ["0", "86400"], ["-1", "86401"]),
    (AttemptsTable, {}, "cooldown_longest_seconds", ["0", "86400"], ["-1", "86401"]),
    (LatenessTable, {}, "max_late_days", ["0", "100"], ["-1", "101"]),
    (LatenessTable, LATE, "grace_minutes", ["0", "1440"], ["-1", "1441", "1.5", "true"]),
    (LatenessTable, LATE, "penalty_percent_per_day", ["1", "100"], ["0", "-1", "101", "10.5"]),
    (
        HintsTable,
        {},
        "after_wrong",
        ["1", "9", "'never'", "'at once'"],
        ["0", "-1", "true", "1.5", "'1'"],
    ),
    (DataTable, DATA, "features", ["1", "1000"], ["0", "1001"]),
    (DataTable, DATA, "extra", ["[]", "['A_1']"], ["['1']", "['']"]),
    (PartTable, PART, "id", ["'a'", text(10)], ["''", text(11), "'A'", "'1'"]),
    (PartTable, PART, "prompt", [text(2000)], ["''", text(2001)]),
    (PartTable, PART, "points", ["0", "0.5", "1000"], ["-0.1", "1000.1", "'5'", "inf"]),
    (PartTable, PART, "tolerance", ["1e-9", "1.0"], ["0.0", "-0.1", "1.1", "nan"]),
    (PartTable, PART, "decimals", ["0", "15"], ["-1", "16"]),
    (ProblemFile, {"title": "'x'", "parts": "[]"}, "number", [], ["''", text(11)]),
    (ProblemFile, {"title": "'x'", "number": text(10)}, "parts", [], ["[]"]),
]


@pytest.mark.parametrize(
    ("model", "others", "key", "good", "bad"),
    LIMITS,
    ids=[f"{model.__name__}.{key}" for model, _, key, _, _ in LIMITS],
)
def test_values_are_taken_up_to_their_limits_and_no_further(
    *,
    model: type[BaseModel],
    others: dict[str, str],
    key: str,
    good: list[str],
    bad: list[str],
    tmp_path: Path,
) -> None:
    def read(value: str) -> BaseModel:
        # Last, so that its line is known; and alone, so that it is what is complained of first.
        rest = "".join(f"{name} = {other}\n" for name, other in others.items() if name != key)
        return read_toml(write(tmp_path, f"{rest}{key} = {value}\n"), model)

    for value in good:
        assert key in read(value).model_fields_set
    for value in bad:
        with pytest.raises(ContentError, match=f": {key}"):
            read(value)


def test_a_whole_number_stays_one_among_parameters(tmp_path: Path) -> None:
    part = "[[parts]]\nid = 'a'\ntitle = 'x'\nprompt = 'y'\npoints = 1\n"
    text = f"number = '1'\ntitle = 'x'\n[parameters]\na = 1\nb = 1.0\nc = [1]\n{part}"
    found = read_toml(write(tmp_path, text), ProblemFile).parameters
    assert {name: type(value) for name, value in found.items()} == {
        "a": int,
        "b": Decimal,
        "c": list,
    }
