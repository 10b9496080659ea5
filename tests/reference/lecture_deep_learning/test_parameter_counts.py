from itertools import product

import pytest

from reference.lecture_deep_learning.parameter_counts import MISCONCEPTIONS, solve
from tests.reference.shipped import shipped_inputs


def test_the_lectures_network_has_20_and_800_weights() -> None:
    # The lecture's own numbers.
    assert solve(shipped_inputs("parameter_counts")) == {"a": 20, "b": 800, "c": 820}


def test_the_weights_are_the_pairs_of_neurons_that_are_joined() -> None:
    to_hidden = list(product(range(3), range(4)))
    to_output = list(product(range(4), range(2)))
    values = solve(shipped_inputs("parameter_counts", x=3, h=4, y=2))
    assert values == {
        "a": len(to_output),
        "b": len(to_hidden),
        "c": len(to_output) + len(to_hidden),
    }


@pytest.mark.parametrize(
    ("tag", "values"),
    [
        ("bias_weights_counted", {"a": 21, "b": 41 * 20, "c": 841}),
        ("layers_swapped", {"a": 800, "b": 20}),
        ("neurons_counted", {"a": 1, "b": 20, "c": 21}),
        ("layers_added", {"a": 21, "b": 60, "c": 81}),
        ("two_outputs", {"a": 40, "c": 840}),
        ("inputs_joined_to_output", {"a": 60, "c": 860}),
        ("layers_multiplied", {"c": 16000}),
    ],
)
def test_a_mistake_gives_the_number_worked_out_by_hand(tag: str, values: dict[str, int]) -> None:
    made = {each.tag: each.values for each in MISCONCEPTIONS}
    assert len(made) == 7
    assert made[tag](shipped_inputs("parameter_counts")) == values
