"""The files of a new problem: a small worked example, to be turned into what the author has in mind."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

_SKELETON = Path(__file__).parent / "skeleton"


def problem_files(*, number: str, title: str) -> dict[str, str]:
    """The public files of a problem, by their names in its folder."""
    words = {"NUMBER": json.dumps(number), "TITLE": json.dumps(title, ensure_ascii=False)}
    return {
        "problem.toml": _filled("problem.toml", words),
        "statement.md": _filled("statement.md", {}),
    }


def solution_module() -> str:
    """The reference solution of that problem, with one misconception."""
    return _filled("solution.txt", {})


def assignment_file(assignment: str, problem: str) -> str:
    """The file of a new assignment with one problem."""
    words = {"TITLE": json.dumps(title_of(assignment)), "PROBLEM": json.dumps(problem)}
    return _filled("assignment.toml", words)


def course_file(assignment: str) -> str:
    """The file of a new course with one assignment."""
    return _filled("course.toml", {"ASSIGNMENT": json.dumps(assignment)})


def package_file(assignment: str) -> str:
    """What makes the folder of an assignment's solutions a package."""
    return _filled("package.txt", {"ASSIGNMENT": assignment})


def title_of(name: str) -> str:
    """A title made of a name: ``Pset 8`` of ``pset8``, ``Two urns`` of ``two_urns``."""
    return re.sub(r"(?<=[a-z])(?=[0-9])", " ", name).replace("_", " ").strip().capitalize()


def _filled(name: str, words: Mapping[str, str]) -> str:
    # Neither braces nor dollars can mark a place here: statements have their own use for both.
    return re.sub(
        r"@([A-Z]+)@",
        lambda mark: words[mark[1]],
        (_SKELETON / name).read_text(encoding="utf-8"),
    )
