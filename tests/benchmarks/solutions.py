"""The four reference solutions against the bare numpy loops that they can't do without."""

import time
from collections.abc import Callable
from statistics import median

import numpy as np

from grader.config import PROJECT
from grader.content.catalog import Catalog
from grader.content.loading import load_catalog
from grader.content.solutions import solve
from reference.numerics.literal import ascend
from tests.benchmarks.report import Section, spread

ROUNDS = 15
LITERAL_SHARE = 100


def measure() -> Section:
    """Both in turn, in one process."""
    catalog = load_catalog(PROJECT / "problems", PROJECT / "nowhere")
    data = {problem.slug: catalog.data(problem) for problem in catalog.course.problems}
    pset = catalog.course.assignment("pset7")
    assert pset is not None
    tables = [_table(catalog, name) for name in ("logistic_regression", "ancestry")]
    steps = [int(str(problem.parameters["steps"])) for problem in pset.problems[:2]]

    def ours() -> None:
        for problem in pset.problems:
            solve(problem, data[problem.slug])

    def bare() -> None:
        for (x, y), count in zip(tables, steps, strict=True):
            _ascend(x, y, count)

    def literal() -> None:
        for (x, y), count in zip(tables, steps, strict=True):
            # So many steps would take minutes; all are alike.
            ascend(x.tolist(), y.tolist(), eta=0.0001, steps=max(count // LITERAL_SHARE, 1))

    times: dict[str, list[float]] = {"ours": [], "bare": []}
    for number in range(ROUNDS + 1):
        for name, run in (("ours", ours), ("bare", bare)):
            took = _time(run)
            if number:
                times[name].append(took * 1000)
    loops = [_time(literal) * 1000 * LITERAL_SHARE for _round in range(3)]
    return Section(
        title="The four reference solutions",
        promise="Time of all four, reading their data included, over the bare gradient loops (at most 3)",
        ratio=median(a / b for a, b in zip(times["ours"], times["bare"], strict=True)),
        at_most=3.0,
        rows=[
            ("reference solutions", spread(times["ours"], "ms", 1)),
            ("bare numpy loops", spread(times["bare"], "ms", 1)),
            (
                f"the lecture's three loops, from a {LITERAL_SHARE}th of the steps",
                spread(loops, "ms"),
            ),
        ],
    )


def _table(catalog: Catalog, name: str) -> tuple[np.ndarray, np.ndarray]:
    problem = catalog.course.problem(f"pset7/{name}")
    assert problem is not None
    lines = catalog.data(problem)[problem.data[0].name].decode().splitlines()[1:]
    rows = np.array([[float(cell) for cell in line.split(",")] for line in lines])
    return np.column_stack([np.ones(len(rows)), rows[:, :-1]]), rows[:, -1]


def _ascend(x: np.ndarray, y: np.ndarray, steps: int) -> np.ndarray:
    theta = np.zeros(x.shape[1])
    for _ in range(steps):
        theta += 0.0001 * (x.T @ (y - 1 / (1 + np.exp(-(x @ theta)))))
    return theta


def _time(run: Callable[[], None]) -> float:
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun
