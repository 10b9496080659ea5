"""Which files an author's tests depend on, and when one of them has changed."""

import os
from pathlib import Path

import pytest

from grader.config import PROJECT
from grader.content.watching import author_files, files_below, stamp
from tests.support.authoring import authoring
from tests.support.coursefiles import write_course


def named(files: set[Path], folder: Path) -> set[str]:
    return {str(file.relative_to(folder)) for file in files if file.is_relative_to(folder)}


def test_a_problem_is_its_folder_its_assignment_and_the_course(tmp_path: Path) -> None:
    problems = write_course(tmp_path)
    found = author_files(problems, tmp_path / "instance", ["set/sum"])
    assert named(found, problems) == {
        "course.toml",
        "set/assignment.toml",
        "set/sum/problem.toml",
        "set/sum/statement.md",
        "set/sum/data/sum-train.csv",
    }
    assert named(found, tmp_path / "instance") == {"data/manifest.json", "dates.toml"}


def test_without_a_slug_all_problems_are_looked_at(tmp_path: Path) -> None:
    problems = write_course(tmp_path)
    found = author_files(problems, tmp_path / "instance", [])
    assert named(found, problems) == named(set(files_below(problems)), problems)


def test_a_solution_is_its_module_with_all_that_it_imports_from_reference(tmp_path: Path) -> None:
    with authoring(tmp_path) as write:
        write("first", "from reference.demo import second\n")
        write("second", "from reference.inputs import Inputs\nimport numpy\n")
        write("third", "")
        found = author_files(tmp_path, tmp_path, ["demo/first"])
        assert named(found, tmp_path / "demo") >= {"first.py", "second.py"}
        assert "third.py" not in named(found, tmp_path / "demo")
        assert any(file.parts[-2:] == ("reference", "inputs.py") for file in found)
        assert not any("numpy" in file.parts for file in found)


@pytest.mark.parametrize(
    "source", ["def solve(:\n", "\0", "from ....far import away\n", "import reference.nothing\n"]
)
def test_a_solution_that_can_not_be_parsed_is_watched_all_the_same(
    tmp_path: Path, source: str
) -> None:
    with authoring(tmp_path) as write:
        write("broken", source)
        found = author_files(tmp_path, tmp_path, ["demo/broken"])
        assert "broken.py" in named(found, tmp_path / "demo")


def test_a_solution_that_is_not_there_yet_is_watched_for(tmp_path: Path) -> None:
    problems = write_course(tmp_path)
    assert author_files(problems, tmp_path, ["set/nothing"]) == {
        PROJECT / "reference/set/nothing.py",
        PROJECT / "reference/set/__init__.py",
        problems / "course.toml",
        problems / "set/assignment.toml",
        tmp_path / "data/manifest.json",
        tmp_path / "dates.toml",
    }


@pytest.mark.parametrize("name", [".statement.md.swp", "statement.md~", "#statement.md#"])
def test_what_an_editor_keeps_beside_a_file_is_no_file_of_the_course(
    tmp_path: Path, name: str
) -> None:
    problems = write_course(tmp_path)
    before = set(files_below(problems))
    (problems / "set/sum" / name).write_text("x")
    assert set(files_below(problems)) == before


def test_a_stamp_changes_with_each_change_of_a_file_and_not_otherwise(tmp_path: Path) -> None:
    file, other = tmp_path / "file", tmp_path / "other"
    stamps = [stamp([file, other])]
    file.write_text("one")
    stamps.append(stamp([file, other]))
    assert stamp([file, other]) == stamps[-1]
    file.write_text("three")
    os.utime(file, ns=(1, 1))
    stamps.append(stamp([file, other]))
    file.write_text("seven")
    os.utime(file, ns=(2, 2))
    stamps.append(stamp([file, other]))
    other.write_text("")
    stamps.append(stamp([file, other]))
    file.unlink()
    stamps.append(stamp([file, other]))
    assert len(set(stamps)) == len(stamps)
