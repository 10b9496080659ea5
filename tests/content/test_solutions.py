from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from math import log2
from pathlib import Path

import pytest

from grader.config import PROJECT
from grader.content.catalog import Catalog
from grader.content.loading import load_catalog
from grader.content.solutions import make_calibration, solve
from grader.content.sources import package_versions, solution_sha256
from grader.domain.errors import SolutionError
from grader.domain.problem import DataFile
from tests.support.authoring import Author, authoring


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return load_catalog(PROJECT / "problems", tmp_path_factory.mktemp("instance"))


@pytest.fixture
def author(tmp_path: Path) -> Iterator[Author]:
    with authoring(tmp_path) as write:
        yield write


def entropy(*counts: int) -> float:
    return -sum(count / sum(counts) * log2(count / sum(counts)) for count in counts)


def test_a_shipped_solution_gives_each_part_s_value_at_full_precision(shipped: Catalog) -> None:
    problem = shipped.course.problem("pset7/decision_tree_entropy")
    assert problem is not None
    values = solve(problem, {}).values
    left, right = entropy(35, 17), entropy(5, 23)
    expected = (52 * left + 28 * right) / 80
    for letter, value in zip("abcde", (1, left, right, expected, 1 - expected), strict=True):
        found = values[f"{problem.slug}/{letter}"]
        assert float(found) == pytest.approx(value, abs=1e-12)
    assert values[f"{problem.slug}/a"] == 1
    assert values[f"{problem.slug}/b"] == Decimal(repr(float(values[f"{problem.slug}/b"])))
    assert len(str(values[f"{problem.slug}/b"])) > 15


def test_every_shipped_problem_has_a_solution_for_its_data(shipped: Catalog) -> None:
    for problem in shipped.course.problems:
        solved = solve(problem, shipped.data(problem))
        assert solved.values.keys() == {part.slug for part in problem.parts}


def test_a_solution_follows_the_parameters_and_the_data(author: Author) -> None:
    problem = replace(
        author(
            "follows",
            "def solve(inputs):\n"
            "    rows = inputs.data['numbers']['Label']\n"
            "    p = inputs.parameters\n"
            "    return {'a': rows.sum() + p['steps'], 'b': p['eta'] * len(p['left'])}\n",
        ),
        parameters={"steps": 1000, "eta": Decimal("0.5"), "left": (35, 17)},
        data=(DataFile("numbers.csv", "numbers", 1, ()),),
    )
    solved = solve(problem, {"numbers.csv": b"x, Label\n1, 2\n0, 3\n"})
    assert solved.values == {"demo/follows/a": Decimal(1005), "demo/follows/b": Decimal(1)}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x = 1\n", "reference/demo/fails.py failed: AttributeError: .*solve"),
        ("import nowhere\n", "fails.py: can't be imported .*nowhere.*; each problem needs a sol"),
        ("from math import nowhere\n", "reference/demo/fails.py failed: ImportError: .*nowhere"),
        ("def solve(:\n", "reference/demo/fails.py failed: SyntaxError: "),
        ("def solve(i):\n    return 1 / 0\n", "fails.py failed: ZeroDivisionError: division"),
        ("def solve(i):\n    return 7\n", r"solve\(\) gave int, but .* asks \['a', 'b'\]"),
        ("def solve(i):\n    return {'a': 1}\n", r"solve\(\) gave \['a'\], but .* asks"),
        ("def solve(i):\n    return {'a': 1, 2: 1}\n", r"gave \['2', 'a'\], but the problem"),
        ("def solve(i):\n    return {'a': 1, 'b': float('nan')}\n", "part b is nan, no number"),
        ("def solve(i):\n    return {'a': float('inf'), 'b': 1}\n", "part a is inf, no number"),
        ("def solve(i):\n    return {'a': None, 'b': 1}\n", "part a is None, no number"),
        ("def solve(i):\n    return {'a': '0.5', 'b': 1}\n", "part a is 0.5, no number"),
        ("def solve(i):\n    return {'a': 10**400, 'b': 1}\n", "part a is 10+, no number"),
    ],
)
def test_a_solution_that_fails_is_named_with_the_reason(
    source: str, message: str, author: Author
) -> None:
    problem = author("fails", source)
    with pytest.raises(SolutionError, match=message):
        solve(problem, {})


def test_a_problem_without_a_solution_is_named(shipped: Catalog) -> None:
    problem = replace(shipped.course.problems[0], slug="pset7/nothing")
    with pytest.raises(SolutionError, match=r"reference/pset7/nothing\.py: can't be imported"):
        solve(problem, {})
    with pytest.raises(SolutionError, match=r"^reference/pset7/nothing\.py is missing$"):
        solution_sha256(problem)
    elsewhere = replace(problem, slug="pset99/nothing")
    with pytest.raises(SolutionError, match=r"^reference/pset99/nothing\.py is missing$"):
        solution_sha256(elsewhere)


@pytest.mark.parametrize("content", [b"", b"a,b\n1\n1,2,3\n", b"a\n\xff\n"])
def test_a_data_file_that_is_no_table_is_named(content: bytes, shipped: Catalog) -> None:
    problem = shipped.course.problems[0]
    data = {**shipped.data(problem), "simple-train.csv": content}
    with pytest.raises(SolutionError, match=r"^simple-train\.csv: pandas can't read it: "):
        solve(problem, data)


def test_a_solution_s_digest_covers_all_of_reference_that_it_imports(author: Author) -> None:
    author("constants", "HALF = 0.5\n")
    author("deeper", "import reference.demo.constants\n")
    author("beside", "QUARTER = 0.25\n")
    author("apart", "UNUSED = 1\n")
    source = (
        "import math\n"
        "from . import deeper\n"
        "from .beside import QUARTER\n"
        "def solve(inputs):\n"
        "    from reference.numerics import entropy\n"
        "    return {'a': QUARTER, 'b': 2}\n"
    )
    problem = author("whole", source)
    digests = [solution_sha256(problem)]
    assert solution_sha256(problem) == digests[0]
    for name, changed in (
        ("constants", "HALF = 0.50\n"),
        ("deeper", "import reference.demo.constants as c\n"),
        ("beside", "QUARTER = 0.250\n"),
        ("whole", f"{source}\n"),
    ):
        author(name, changed)
        digests.append(solution_sha256(problem))
    author("apart", "UNUSED = 2\n")
    assert solution_sha256(problem) == digests[-1]
    assert len(set(digests)) == 5


def test_the_digests_of_the_shipped_solutions_differ(shipped: Catalog) -> None:
    digests = {solution_sha256(problem) for problem in shipped.course.problems}
    assert len(digests) == len(shipped.course.problems)


def test_the_versions_that_decide_the_last_bits_are_told() -> None:
    versions = package_versions()
    assert list(versions) == ["python", "numpy", "pandas"]
    assert all(version.split(".")[0].isdecimal() for version in versions.values())


def test_a_calibration_file_is_made_from_the_test_and_train_rows(shipped: Catalog) -> None:
    ancestry = shipped.course.problem("pset7/ancestry")
    calibration = shipped.course.problem("pset7/calibration")
    assert ancestry is not None
    assert calibration is not None
    data = shipped.data(ancestry)
    made = make_calibration(data["ancestry-test.csv"], data["ancestry-train.csv"])
    assert made == shipped.data(calibration)["ancestry-calibration.csv"]


def test_a_calibration_that_can_t_be_made_is_a_refusal() -> None:
    with pytest.raises(SolutionError, match="the calibration file can't be made: KeyError"):
        make_calibration(b"x\n1\n", b"x\n2\n")
    with pytest.raises(SolutionError, match="^ancestry-train.csv: pandas can't read it"):
        make_calibration(b"x,Label\n1,1\n", b"")
