from fractions import Fraction

import pytest

from reference.lecture_deep_learning.precision_recall import MISCONCEPTIONS, solve
from tests.reference.shipped import shipped_inputs

MADE = {each.tag: each.values for each in MISCONCEPTIONS}


def test_the_lectures_dogs() -> None:
    # 22 images, 12 dogs, 8 predicted of which 5 are: 3 false alarms, 7 missed, 7 rightly passed over.
    assert solve(shipped_inputs("precision_recall")) == {
        "a": 5 / 8,
        "b": 5 / 12,
        "c": 12 / 22,
        "d": (5 + 7) / 22,
    }


@pytest.mark.parametrize(
    ("tag", "values"),
    [
        ("precision_for_recall", {"a": Fraction(5, 12), "b": Fraction(5, 8)}),
        ("divided_by_all", dict.fromkeys("abd", Fraction(5, 22))),
        ("other_class", {"a": Fraction(7, 14), "b": Fraction(7, 10), "c": Fraction(10, 22)}),
        ("complement_of_precision", {"a": Fraction(3, 8)}),
        ("missed_dogs", {"b": Fraction(7, 12)}),
        ("error_rate", {"d": Fraction(10, 22)}),
        ("predicted_prevalence", {"c": Fraction(8, 22)}),
        ("f1_score", dict.fromkeys("abd", 2 / (Fraction(8, 5) + Fraction(12, 5)))),
        ("odds", {"c": Fraction(12, 10)}),
    ],
)
def test_a_mistake_gives_the_fraction_worked_out_by_hand(
    tag: str, values: dict[str, Fraction]
) -> None:
    assert len(MADE) == 9
    expected = {part: float(value) for part, value in values.items()}
    given = shipped_inputs("precision_recall")
    assert MADE[tag](given) == pytest.approx(expected, abs=1e-15, rel=0)


@pytest.mark.parametrize("counts", [{"dogs": 22, "found": 8}, {"predicted": 22, "found": 12}])
def test_where_nothing_is_left_over_a_mistake_that_divides_by_it_is_left_out(
    counts: dict[str, int],
) -> None:
    given = shipped_inputs("precision_recall", **counts)
    assert MADE["other_class"](given) == {}
    assert bool(MADE["odds"](given)) == (counts.get("dogs") != 22)


def test_more_dogs_found_than_predicted_are_refused() -> None:
    with pytest.raises(ValueError, match="negative count"):
        solve(shipped_inputs("precision_recall", found=9))
