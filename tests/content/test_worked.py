from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.content.worked import MOST_POINTS, work
from grader.domain.errors import SolutionError
from grader.domain.worked import BarsFigure, Bucket, LineFigure, ReliabilityFigure
from tests.support.authoring import Author, authoring

TOLD = """
from reference.worked import bars, line, reliability, step

def solve(inputs):
    return {{"a": 0.5, "b": 2.0}}

def worked(inputs):
    return {}
"""
LINE = "line('L', caption='c', x='step', y='height', points={})"
BARS = (
    "bars('B', caption='c', names='weight', y='value', values=[('a', 1), ('b', -2.5)], marked={})"
)
BUCKETS = "reliability('R', caption='c', buckets=[(0, 0, None, None), (1, 2, 0.9, {})])"


@pytest.fixture
def author(tmp_path: Path) -> Iterator[Author]:
    with authoring(tmp_path) as write:
        yield write


def step(figure: str = "", text: str = "By $x^2$.") -> str:
    return f"[step('First', {text!r}, {figure})]"


def test_steps_are_told_in_their_order_with_their_figures(author: Author) -> None:
    line = LINE.format("[(0, 1), (1, 4)]")
    source = f"{step(line)} + {step(BARS.format('None'))} + {step(BUCKETS.format(0.5))}"
    worked = work(author("told", TOLD.format(source)), {})
    assert worked is not None
    assert [each.text for each in worked.steps] == ["By $x^2$."] * 3
    assert [each.figures for each in worked.steps] == [
        (LineFigure("line", "L", "c", "step", "height", ((0.0, 1.0), (1.0, 4.0)), 5),),
        (BarsFigure("bars", "B", "c", "weight", "value", (("a", 1.0), ("b", -2.5)), None, 5),),
        (
            ReliabilityFigure(
                "reliability", "R", "c", (Bucket(0, 0, None, None), Bucket(1, 2, 0.9, 0.5)), 5
            ),
        ),
    ]


def test_a_solution_need_not_be_told(author: Author) -> None:
    assert work(author("silent", "def solve(inputs):\n    return {}\n"), {}) is None


def test_a_long_line_keeps_what_a_plot_can_show(author: Author) -> None:
    source = step(LINE.format("[(i, i * i) for i in range(10_001)]"))
    worked = work(author("long", TOLD.format(source)), {})
    assert worked is not None
    (figure,) = worked.steps[0].figures
    assert isinstance(figure, LineFigure)
    assert len(figure.points) == 101 <= MOST_POINTS
    assert figure.points[:2] == ((0, 0), (100, 10_000))
    assert figure.points[-1] == (10_000, 100_000_000)


@pytest.mark.parametrize(
    ("name", "source", "reason"),
    [
        ("fails", "1 / 0", "failed: ZeroDivisionError"),
        ("no_steps", "[]", "a worked solution needs a step"),
        ("no_list", "7", "steps: Input should be a valid"),
        ("no_json", "[object()]", "failed: TypeError"),
        ("formula", step(text=r"By $\nothing{$."), "the step 'First': the formula"),
        ("point", step(LINE.format("[(0, 1)]")), "LineFigure: a line needs two points"),
        ("nan", step(LINE.format("[(0, 1), (1, float('nan'))]")), "LineFigure: a figure needs finite"),
        ("mark", step(BARS.format("'z'")), "BarsFigure: the marked bar 'z' is none"),
        ("share", step(BUCKETS.format(2)), "buckets.1: the shares of a bucket"),
        ("lacking", step("{'kind': 'line', 'title': 't'}"), "LineFigure.caption: Field required"),
        ("kind", step("{'kind': 'pie'}"), "kind: Input should be 'line'"),
        ("unknown", "[{'title': 't', 'text': '', 'figures': [], 'more': 1}]", "steps.0.more: "),
        ("number", "[{'title': 1, 'text': '', 'figures': []}]", "steps.0.title: "),
        ("value", "[step('First', '{{ x }}')]", "failed: KeyError: 'x'"),
    ],
)  # fmt: skip
def test_what_can_t_be_shown_is_an_error_that_names_the_field(
    name: str, source: str, reason: str, author: Author
) -> None:
    # Braces in an author's words are no places of the test's own template.
    problem = author(f"wrong_{name}", TOLD.format("SOURCE").replace("SOURCE", source))
    with pytest.raises(
        SolutionError, match=rf"reference/demo/wrong_{name}.py: worked\(\).*"
    ) as told:
        work(problem, {})
    assert reason in str(told.value)
