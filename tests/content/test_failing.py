"""The line of ``reference/`` at which a solution stopped."""

from pathlib import Path

import pytest

from grader.content.failing import place_of
from grader.content.mutations import mutate
from grader.content.solutions import solve
from grader.domain.errors import SolutionError
from tests.support.authoring import authoring

MISTAKE = """
from reference.misconceptions import Misconception
def solve(inputs):
    return {"a": 1.0, "b": 2.0}
MISCONCEPTIONS = (
    Misconception("wrong", "You are wrong.", lambda inputs: {
        "a": 1 / 0}),
)
"""


@pytest.mark.parametrize(
    ("source", "file", "line"),
    [
        ("def solve(inputs):\n    x = 1\n    return x / 0\n", "failing.py", 3),
        ("def solve(inputs):\n    return inputs.real('eta')\n", "inputs.py", None),
        ("import math\n\ndef solve(inputs):\n    return math.sqrt('x')\n", "failing.py", 4),
        ("\nx = 1 / 0\n", "failing.py", 2),
        ("def solve(inputs):\n    return (1\n", "failing.py", 2),
        (MISTAKE, "failing.py", 7),
    ],
)
def test_the_place_is_the_last_line_of_ours_that_was_running(
    tmp_path: Path, source: str, file: str, line: int | None
) -> None:
    with authoring(tmp_path) as write:
        problem = write("failing", source)
        with pytest.raises(SolutionError) as refusal:
            solve(problem, {})
            mutate(problem, {})
    place = place_of(refusal.value)
    assert place is not None
    path, _, where = place.partition(", line ")
    assert Path(path).name == file
    assert line is None or int(where) == line


def test_a_solution_that_gives_no_number_stopped_nowhere(tmp_path: Path) -> None:
    with authoring(tmp_path) as write:
        problem = write("wrong", "def solve(inputs):\n    return {'a': 1.0}\n")
        with pytest.raises(SolutionError) as refusal:
            solve(problem, {})
    assert place_of(refusal.value) is None


def test_a_place_in_the_project_is_told_from_its_own_folder(tmp_path: Path) -> None:
    with authoring(tmp_path) as write:
        problem = write("asks", "def solve(inputs):\n    return inputs.real('eta')\n")
        with pytest.raises(SolutionError) as refusal:
            solve(problem, {})
    assert (place_of(refusal.value) or "").startswith("reference/inputs.py, line ")
