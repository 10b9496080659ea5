from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest

from reference.inputs import Inputs
from reference.pset7.calibration import solve
from tests.reference.shipped import shipped_inputs, shipped_lines


def by_bucket() -> dict[Fraction, list[tuple[Fraction, int]]]:
    """The shipped predictions and labels by nearest bucket; no prediction is half-way between two."""
    buckets: dict[Fraction, list[tuple[Fraction, int]]] = {}
    for row in shipped_lines("ancestry-calibration"):
        p = Fraction(row[-1])
        buckets.setdefault(Fraction(round(p * 5), 5), []).append((p, int(row[-2])))
    return buckets


def predictions(p: list[float], y: list[int]) -> Inputs:
    table = pd.DataFrame({"col0": [0] * len(p), "Label": y, "LogRegPr": p})
    return Inputs({"ancestry-calibration": table}, {"bucket": Decimal("0.6")})


def test_the_fraction_of_label_1_and_the_calibration_error_are_those_counted_exactly() -> None:
    buckets = by_bucket()
    asked = [y for _, y in buckets[Fraction(3, 5)]]
    gaps = [
        abs(sum(y for _, y in rows) - sum((p for p, _ in rows), Fraction(0)))
        for rows in buckets.values()
    ]
    error = sum(gaps, Fraction(0)) / 467
    values = solve(shipped_inputs("calibration"))
    assert list(values) == ["a", "b"]
    assert values["a"] == pytest.approx(sum(asked) / len(asked), abs=1e-12, rel=0)
    assert values["b"] == pytest.approx(float(error), abs=1e-12, rel=0)


@pytest.mark.parametrize("text", ["0", "0.2", "0.4", "0.6", "0.8", "1.0"])
def test_the_bucket_is_the_files(text: str) -> None:
    asked = [y for _, y in by_bucket()[Fraction(text)]]
    values = solve(shipped_inputs("calibration", bucket=Decimal(text)))
    assert values["a"] == pytest.approx(sum(asked) / len(asked), abs=1e-12, rel=0)


@pytest.mark.parametrize("bucket", [Decimal("0.5"), Decimal("1.2"), Decimal("-0.2"), 6])
def test_a_bucket_that_there_is_not_is_refused(bucket: Decimal | int) -> None:
    with pytest.raises(ValueError, match="the parameter bucket must be one of"):
        solve(shipped_inputs("calibration", bucket=bucket))


def test_a_prediction_half_way_between_two_buckets_goes_to_the_lower() -> None:
    # In bucket 0.6: 0.7, which is half-way to 0.8, and 0.6, but not 0.5, which is half-way to 0.4.
    assert solve(predictions([0.5, 0.6, 0.7], [0, 0, 1]))["a"] == 0.5


def test_an_empty_bucket_has_no_fraction_to_ask_for() -> None:
    with pytest.raises(ValueError, match="no prediction falls in bucket number 3"):
        solve(predictions([0.1, 0.9], [0, 1]))


def test_predictions_that_are_no_probabilities_are_refused() -> None:
    with pytest.raises(ValueError, match=r"outside 0\.\.1"):
        solve(predictions([0.6, 60.0], [0, 1]))
