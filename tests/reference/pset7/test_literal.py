from importlib import import_module

import pytest

from tests.reference.shipped import shipped_inputs

SHIPPED = ("logistic_regression", "ancestry", "calibration", "decision_tree_entropy")


@pytest.mark.parametrize("name", SHIPPED)
def test_the_plain_loops_find_what_the_solution_finds(name: str) -> None:
    module = import_module(f"reference.pset7.{name}")
    inputs = shipped_inputs(name)
    assert module.literal(inputs) == pytest.approx(module.solve(inputs), abs=1e-12, rel=0)
