from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from grader.content.generators import generate
from grader.domain.errors import SolutionError
from grader.domain.problem import DataFile, Parameter, Problem
from tests.support.authoring import Author, authoring

SOURCE = """
from decimal import Decimal
from reference.variants import Generated

def generate(draw):
    return {}
"""
FILE = DataFile("sum-train.csv", "training set", 2, ())
ROWS = "col0,col1,Label\n0,1,1\n1,1,0\n"


@pytest.fixture
def author(tmp_path: Path) -> Iterator[Author]:
    with authoring(tmp_path) as write:
        yield write


def problem(author: Author, name: str, made: str, *data: DataFile) -> Problem:
    written = author(name, SOURCE.format(made))
    stated: dict[str, Parameter] = {"eta": Decimal("0.1"), "steps": 10, "left": (3, Decimal("4.5"))}
    return replace(written, generator="generate", parameters=stated, data=data)


def test_a_generator_changes_the_parameters_that_it_gives_and_no_others(author: Author) -> None:
    made = "Generated(parameters={'steps': 20, 'left': [5, Decimal('6.5')]})"
    instance = generate(problem(author, "changing", made), 1)
    assert instance.problem.parameters == {
        "eta": Decimal("0.1"),
        "steps": 20,
        "left": (5, Decimal("6.5")),
    }
    assert instance.data == {}


def test_the_seed_decides_what_is_drawn(author: Author) -> None:
    given = problem(author, "drawing", "Generated(parameters={'steps': int(draw.random() * 1e9)})")
    one, again, other = (generate(given, seed).problem.parameters["steps"] for seed in (1, 1, 2))
    assert one == again != other


def test_a_data_file_is_what_students_will_download(author: Author) -> None:
    spaced = ROWS.replace(",", ", ").replace("\n", "\r\n")
    given = problem(author, "files", f"Generated({{'sum-train.csv': {spaced!r}.encode()}})", FILE)
    assert generate(given, 1).data == {"sum-train.csv": ROWS.encode()}


@pytest.mark.parametrize(
    ("name", "made", "reason"),
    [
        ("fails", "1 / 0", r"generate\(\) failed: ZeroDivisionError"),
        ("nothing", "None", r"generate\(\) failed: AttributeError"),
        ("unknown", "Generated(parameters={'rate': 1})", "the parameter rate, which"),
        ("float", "Generated(parameters={'eta': 0.2})", "gives eta = 0.2, but"),
        ("kind", "Generated(parameters={'steps': Decimal(2)})", "gives steps = Decimal"),
        ("bool", "Generated(parameters={'steps': True})", "gives steps = True, but"),
        ("nan", "Generated(parameters={'eta': Decimal('nan')})", r"gives eta = Decimal\('NaN'\)"),
        ("short", "Generated(parameters={'left': [5]})", r"gives left = \[5\], but"),
        ("flat", "Generated(parameters={'left': 5})", "gives left = 5, but"),
        ("list", "Generated(parameters={'steps': [5]})", r"gives steps = \[5\], but"),
        (
            "missing",
            "Generated()",
            r"gives the files \[\], but the problem has \['sum-train.csv'\]",
        ),
        ("other", "Generated({'x.csv': b''})", r"gives the files \['x.csv'\]"),
        (
            "shape",
            "Generated({'sum-train.csv': b'col0,Label\\n0,1\\n'})",
            "gives a file that can't be used: sum-train.csv, line 1",
        ),
    ],
)
def test_what_does_not_keep_to_the_problems_shape_is_an_error_that_names_it(
    name: str, made: str, reason: str, author: Author
) -> None:
    data = (FILE,) if "Generated(" in made and "parameters" not in made else ()
    with pytest.raises(SolutionError, match=reason):
        generate(problem(author, f"wrong_{name}", made, *data), 1)


def test_a_generator_that_is_named_and_not_there_is_an_error(author: Author) -> None:
    given = replace(problem(author, "absent", "None"), generator="vary")
    with pytest.raises(SolutionError, match=r"vary\(\) is missing, and problem.toml names it"):
        generate(given, 1)


def test_a_problem_without_a_generator_has_no_instances(author: Author) -> None:
    given = replace(problem(author, "plain", "None"), generator=None)
    with pytest.raises(SolutionError, match="demo/plain names no generator"):
        generate(given, 1)
