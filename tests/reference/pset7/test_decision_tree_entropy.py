from math import log2

import pytest

from reference.inputs import Parameter
from reference.pset7.decision_tree_entropy import solve
from tests.reference.shipped import shipped_inputs


def test_the_five_numbers_have_the_closed_form_worked_out_by_hand() -> None:
    # The children hold 52 and 28 of the 80 patients, and 40 patients have each label.
    # With counts a and b, H = log2(a + b) - (a log2 a + b log2 b) / (a + b).
    left = log2(52) - (35 * log2(35) + 17 * log2(17)) / 52
    right = log2(28) - (5 * log2(5) + 23 * log2(23)) / 28
    after = 52 / 80 * left + 28 / 80 * right
    values = solve(shipped_inputs("decision_tree_entropy"))
    assert list(values) == ["a", "b", "c", "d", "e"]
    assert list(values.values()) == pytest.approx(
        [1.0, left, right, after, 1.0 - after], abs=1e-12, rel=0
    )


def test_the_counts_are_the_files() -> None:
    inputs = shipped_inputs("decision_tree_entropy", left=(4, 0), right=(1, 3))
    right = 2 - 0.75 * log2(3)
    root = 3 - (5 * log2(5) + 3 * log2(3)) / 8
    assert list(solve(inputs).values()) == pytest.approx(
        [root, 0.0, right, right / 2, root - right / 2], abs=1e-12, rel=0
    )


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"left": (35, 17, 1)}, "must count the same labels"),
        ({"left": (0, 0)}, "no counts of labels"),
        ({"right": (5, -23)}, "the parameter right must be a list of counts"),
    ],
)
def test_counts_that_make_no_split_are_refused(changed: dict[str, Parameter], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        solve(shipped_inputs("decision_tree_entropy", **changed))
