"""``grader problems new``: a problem that passes every check as it is written."""

import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from grader.config import PROJECT
from grader.services.problems.new_problem import start_problem
from tests.support.workshops import Workshop, make_workshop


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return make_workshop(tmp_path)


def test_what_it_writes_passes_all_tests_as_it_is(workshop: Workshop) -> None:
    done = workshop.run("problems", "new", "pset8/urns", "--title", "Two urns")
    assert "written  problems/pset8/urns/problem.toml" in done.stdout
    assert "changed  problems/course.toml" in done.stdout
    assert "grader problems test pset8/urns --watch" in done.stderr
    (tested,) = workshop.json("problems", "test", "pset8/urns")
    assert tested["passed"]
    assert {check["result"] for check in tested["checks"]} == {"passed"}
    collisions = workshop.run("keys", "check", "pset8/urns").stdout
    assert "2 numbers of misconceptions: 2 can be told, 0 can't." in collisions


def test_its_example_is_right(workshop: Workshop) -> None:
    start_problem(workshop.catalog(), secret=workshop.reference, slug="pset8/urns")
    solved = workshop.json("keys", "solve", "pset8/urns")
    # Counted over all ordered pairs of the twelve balls, seven of them red.
    balls = [place < 7 for place in range(12)]
    pairs = [(balls[i], balls[j]) for i in range(12) for j in range(12) if i != j]
    red = Fraction(sum(one and other for one, other in pairs), len(pairs))
    mixed = Fraction(sum(one is not other for one, other in pairs), len(pairs))
    assert solved == pytest.approx({"a": float(red), "b": float(mixed)}, abs=1e-15)


@pytest.mark.parametrize("tool", [("check",), ("format", "--check")], ids=" ".join)
def test_what_it_writes_is_in_the_project_s_style(
    workshop: Workshop, tool: tuple[str, ...]
) -> None:
    start_problem(workshop.catalog(), secret=workshop.reference, slug="pset8/urns")
    settings = ["--no-cache", "--config", str(PROJECT / "pyproject.toml"), "reference/pset8"]
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *tool, *settings],
        cwd=workshop.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_in_an_empty_folder_a_course_is_begun_too(workshop: Workshop) -> None:
    shutil.rmtree(workshop.problems)
    refused = workshop.run("problems", "new", "pset8/urns", code=1)
    assert "course.toml: this file is missing" in refused.stderr
    workshop.problems.mkdir()
    done = workshop.run("problems", "new", "pset8/urns")
    assert "written  problems/course.toml" in done.stdout
    assert [each.slug for each in workshop.catalog().course.assignments] == ["pset8"]
    done = workshop.run("problems", "new", "pset9/coins")
    assert "changed  problems/course.toml" in done.stdout
    assert [each.slug for each in workshop.catalog().course.assignments] == ["pset8", "pset9"]
    (tested,) = workshop.json("problems", "test", "pset8/urns")
    assert tested["passed"]


def test_a_course_that_can_t_be_begun_leaves_the_folder_empty(workshop: Workshop) -> None:
    shutil.rmtree(workshop.problems)
    workshop.problems.mkdir()
    workshop.run("problems", "new", "pset8/No", code=1)
    (workshop.folder / "instance").mkdir(exist_ok=True)
    (workshop.folder / "instance" / "dates.toml").write_text("[pset7]\n")
    workshop.run("problems", "new", "pset8/urns", code=1)
    assert list(workshop.problems.iterdir()) == []


def test_as_a_document_it_names_the_files(workshop: Workshop) -> None:
    document = workshop.json("problems", "new", "set/urns")
    assert document["problem"] == "set/urns"
    assert [Path(file).name for file in document["written"]] == [
        "problem.toml",
        "statement.md",
        "urns.py",
    ]
    assert [Path(file).name for file in document["changed"]] == ["assignment.toml"]


def test_a_second_time_is_refused_and_changes_nothing(workshop: Workshop) -> None:
    start_problem(workshop.catalog(), secret=workshop.reference, slug="set/urns")
    before = workshop.files()
    refusal = workshop.run("problems", "new", "set/urns", code=1).stderr
    assert "problems/set/urns is there already" in refusal
    assert workshop.files() == before


def test_a_bad_name_is_refused_with_the_rule(workshop: Workshop) -> None:
    refusal = workshop.run("problems", "new", "set/Two-Urns", code=1).stderr
    assert "a small letter, then small letters, digits and underscores" in refusal
