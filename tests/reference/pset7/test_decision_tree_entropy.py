# ruff: noqa: N802 - H is the lecture's symbol.
from collections.abc import Callable
from math import log, log2, log10

import pytest

from reference.inputs import Parameter
from reference.misconceptions import Misconception
from reference.pset7.decision_tree_entropy import MISCONCEPTIONS, solve
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


def H(*counts: int) -> float:
    """The entropy in bits, by the closed form in counts."""
    n = sum(counts)
    return log2(n) - sum(c * log2(c) for c in counts) / n


# The table of the problem, children 35 + 17 = 52 and 5 + 23 = 28 of 80, labels 40 and 40.
LEFT, RIGHT = H(35, 17), H(5, 23)
AFTER = (52 * LEFT + 28 * RIGHT) / 80


def scaled(factor: float) -> list[float | None]:
    return [factor, factor * LEFT, factor * RIGHT, factor * AFTER, factor * (1 - AFTER)]


def averaged(after: float) -> list[float | None]:
    return [None, None, None, after, 1 - after]


def impurity(zeros: int, ones: int) -> float:
    return 2 * zeros * ones / (zeros + ones) ** 2


def one_term(zeros: int, ones: int) -> float:
    n = zeros + ones
    return ones / n * (log2(n) - log2(ones))


def measured(measure: Callable[[int, int], float]) -> list[float | None]:
    after = (52 * measure(35, 17) + 28 * measure(5, 23)) / 80
    root = measure(40, 40)
    return [root, measure(35, 17), measure(5, 23), after, root - after]


MISTAKES = {
    "nats": scaled(log(2)),
    "decimal_logarithm": scaled(log10(2)),
    "other_child": [None, RIGHT, LEFT, None, None],
    "gain_and_expected_entropy": [None, None, None, 1 - AFTER, AFTER],
    "unweighted_mean": averaged((LEFT + RIGHT) / 2),
    "sum_of_children": averaged(LEFT + RIGHT),
    "weights_swapped": averaged((28 * LEFT + 52 * RIGHT) / 80),
    "gini": measured(impurity),
    "label_one_only": measured(one_term),
    # Rows for columns: the root has 52 and 28, the children 35 and 5, 17 and 23, of 40 each.
    "transposed": [H(52, 28), H(35, 5), H(17, 23), (H(35, 5) + H(17, 23)) / 2, None],
    "split_itself": [None, None, None, H(52, 28), H(52, 28)],
}


def test_every_mistake_has_its_closed_form() -> None:
    assert sorted(each.tag for each in MISCONCEPTIONS) == sorted(MISTAKES)


@pytest.mark.parametrize("misconception", MISCONCEPTIONS, ids=lambda each: each.tag)
def test_a_mistake_gives_its_closed_form(misconception: Misconception) -> None:
    expected = {
        part: pytest.approx(value, abs=1e-12, rel=0)
        for part, value in zip("abcde", MISTAKES[misconception.tag], strict=True)
        if value is not None
    }
    assert misconception.values(shipped_inputs("decision_tree_entropy")) == expected


def test_the_gain_of_the_transposed_table_is_the_right_one_and_no_mistake() -> None:
    transposed = shipped_inputs("decision_tree_entropy", left=(35, 5), right=(17, 23))
    assert solve(transposed)["e"] == pytest.approx(1 - AFTER, abs=1e-12, rel=0)


def test_a_child_without_the_label_adds_nothing_to_its_only_term() -> None:
    (only,) = (each for each in MISCONCEPTIONS if each.tag == "label_one_only")
    values = only.values(shipped_inputs("decision_tree_entropy", left=(4, 0), right=(2, 2)))
    assert (values["b"], values["c"]) == (0.0, 0.5)
