"""Problem 5, Calibrating ChatGPT.

Reported: (a) the fraction of label 1 in the bucket that is asked for; (b) the expected calibration error.
Source: lecture "Deep Learning", CS109 winter 2026; Pset 7, problem 5.
"""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from random import Random

import numpy as np

from reference.datasets import another_population, people
from reference.draws import one_of
from reference.inputs import Inputs
from reference.misconceptions import Misconception
from reference.numerics.calibration import (
    Array,
    Indices,
    K,
    Reliability,
    nearest_bucket,
    reliability,
)
from reference.numerics.literal import expected_error, fraction, in_buckets
from reference.outputs import report
from reference.variants import Generated
from reference.worked import Document, step
from reference.worked import reliability as reliability_diagram

# The file holds the rows of ancestry-test, then those of ancestry-train.
TEST_ROWS, ROWS = 184, 467
BUCKETS = tuple(Decimal(text) for text in ("0.2", "0.4", "0.6", "0.8"))

_BUCKETS = r"""
Each of the {{ n }} predictions goes to the nearest of 0, 0.2, 0.4, 0.6, 0.8 and 1. Of each bucket
three things are needed: how many examples fall in it, their mean prediction, and the fraction of
them whose label is 1. If the predictions are calibrated, the last two agree.
"""
_FRACTION = r"""
In the bucket {{ bucket }} there are {{ count }} examples, of which {{ ones }} have label 1, so the
fraction is {{ ones }} / {{ count }} = {{ fraction }}.
"""
_ERROR = r"""
The gap of a bucket $b$ is the distance between its mean prediction and its fraction of label 1. The
expected calibration error weighs each gap by the share of the examples that fall in the bucket:

$$
\text{ECE} = \sum_{b} \frac{n_b}{n} \left| \overline{y}_b - \overline{p}_b \right| = {{ error }} .
$$

| bucket | count | share | gap | share times gap |
|---|---:|---:|---:|---:|
{{ rows }}
"""


def solve(inputs: Inputs) -> dict[str, float]:
    """The value of each part.

    Raises:
        ValueError: the inputs can't be used, or the bucket that is asked for is empty.
    """
    table = _table(inputs)
    return report(a=table.fraction(_asked(inputs)), b=table.expected_error())


def literal(inputs: Inputs) -> dict[str, float]:
    """The same values by counting one example after the other."""
    buckets = in_buckets(zip(*_predictions(inputs), strict=True), K)
    return report(a=fraction(buckets[_asked(inputs)]), b=expected_error(buckets))


def generate(draw: Random) -> Generated:
    """Other people with the predictions of a model of their own; another bucket is asked for, or the same."""
    name = "ancestry-calibration.csv"
    made = people(draw, another_population(draw))
    return Generated({name: made[name]}, {"bucket": one_of(draw, BUCKETS)})


def worked(inputs: Inputs) -> list[Document]:
    """The way to the values: the buckets, the fraction in one, and the error over all."""
    table, asked = _table(inputs), _asked(inputs)
    n, gaps = table.n.sum(), table.gaps()
    rows = [
        f"| {b / K:g} | {count:.0f} | {count / n:.5f} | {gap:.5f} | {count / n * gap:.5f} |"
        for b, (count, gap) in enumerate(zip(table.n, gaps, strict=True))
    ]
    return [
        step("Sort the predictions into buckets", _BUCKETS, _diagram(table), n=int(n)),
        step(
            "Take the fraction in one bucket",
            _FRACTION,
            bucket=f"{asked / K:g}",
            count=int(table.n[asked]),
            ones=int(table.labels[asked]),
            fraction=table.fraction(asked),
        ),
        step("Weigh the gaps", _ERROR, error=table.expected_error(), rows="\n".join(rows)),
    ]


def _diagram(table: Reliability) -> Document:
    return reliability_diagram(
        "Reliability of the predictions",
        caption="On the dashed line predictions and frequencies agree; each upright is a bucket’s gap to it. "
        "Below, how many predictions fall in each bucket.",
        buckets=[
            (b / K, int(n), float(predictions / n), float(labels / n))
            if n
            else (b / K, 0, None, None)
            for b, (n, labels, predictions) in enumerate(
                zip(table.n, table.labels, table.predictions, strict=True)
            )
        ],
    )


def _table(inputs: Inputs, rows: slice = slice(None)) -> Reliability:
    p, y = _predictions(inputs)
    return reliability(nearest_bucket(p[rows]), p[rows], y[rows])


def _predictions(inputs: Inputs) -> tuple[Array, Array]:
    _, y = inputs.labelled("ancestry-calibration")
    return inputs.column("ancestry-calibration", "LogRegPr"), y


def _asked(inputs: Inputs) -> int:
    """The index of the bucket that is asked for."""
    value = inputs.real("bucket")
    index = round(value * K)
    if not 0 <= index <= K or index / K != value:
        raise ValueError(f"the parameter bucket must be one of 0, 1/{K}, ..., 1, not {value}")
    return index


def _both(table: Reliability, bucket: int) -> dict[str, float]:
    """Both parts off a mistaken table, whose bucket may be empty or not exist."""
    error = report(b=table.expected_error())
    there = bucket >= 0 and table.n[bucket] > 0
    return report(a=table.fraction(bucket)) | error if there else error


def _floor(p: Array) -> Indices:
    """The bucket b with b / K <= p < (b + 1) / K; the bounds are the floats that 0.2, ... are read to."""
    return np.searchsorted(np.arange(K + 1) / K, p, side="right").astype(np.int64) - 1


def _rounded_down(inputs: Inputs) -> dict[str, float]:
    p, y = _predictions(inputs)
    return _both(reliability(_floor(p), p, y), _asked(inputs))


def _rounded_up(inputs: Inputs) -> dict[str, float]:
    """The same buckets under other names: their error is the same, and so is left out."""
    p, y = _predictions(inputs)
    values = _both(reliability(_floor(p), p, y), _asked(inputs) - 1)
    return {part: value for part, value in values.items() if part == "a"}


def _to_tenths(inputs: Inputs) -> dict[str, float]:
    p, y = _predictions(inputs)
    return _both(reliability(nearest_bucket(p, 2 * K), p, y, 2 * K), 2 * _asked(inputs))


def _only(rows: slice, inputs: Inputs) -> dict[str, float]:
    if len(_predictions(inputs)[0]) != ROWS:
        return {}  # where the test rows end is known of a file of this size only.
    return _both(_table(inputs, rows), _asked(inputs))


def _in_bucket(value: Callable[[Reliability, int], float], inputs: Inputs) -> dict[str, float]:
    return report(a=value(_table(inputs), _asked(inputs)))


def _over_buckets(value: Callable[[Reliability], float], inputs: Inputs) -> dict[str, float]:
    return report(b=value(_table(inputs)))


MISCONCEPTIONS = (
    Misconception(
        "rounded_down",
        "You rounded the predictions down. Each goes to the bucket that is nearest, above or below it.",
        _rounded_down,
        "buckets",
    ),
    Misconception(
        "rounded_up",
        "You rounded the predictions up. Each goes to the bucket that is nearest, above or below it.",
        _rounded_up,
        "buckets",
    ),
    Misconception(
        "nearest_tenth",
        "You rounded to the nearest tenth. There are fewer buckets, twice as far apart.",
        _to_tenths,
        "buckets",
    ),
    Misconception(
        "mean_prediction",
        "This is the mean prediction in the bucket. The question is how often the label really was one.",
        partial(_in_bucket, lambda table, b: table.predictions[b] / table.n[b]),
        "what-to-report",
    ),
    Misconception(
        "fraction_of_label_zero",
        "This is the fraction of the other label in the bucket.",
        partial(_in_bucket, lambda table, b: 1.0 - table.fraction(b)),
        "what-to-report",
    ),
    Misconception(
        "bucket_given_label",
        "You conditioned the other way round: this is the fraction in the bucket among the examples "
        "with label one.",
        partial(_in_bucket, lambda table, b: table.labels[b] / max(table.labels.sum(), 1.0)),
        "what-to-report",
    ),
    Misconception(
        "joint_probability",
        "You divided by the number of all examples. Divide by the number in the bucket.",
        partial(_in_bucket, lambda table, b: table.labels[b] / table.n.sum()),
        "what-to-report",
    ),
    Misconception(
        "largest_gap",
        "This is the largest gap of any bucket. The expected calibration error averages the gaps.",
        partial(_over_buckets, lambda table: table.gaps().max()),
        "the-expected-calibration-error",
    ),
    Misconception(
        "unweighted_mean",
        "You gave every bucket the same weight. A bucket weighs as much as it has examples.",
        partial(_over_buckets, lambda table: table.gaps()[table.n > 0].mean()),
        "the-expected-calibration-error",
    ),
    Misconception(
        "only_test_rows",
        "You used the rows of the test set only. Use all the rows of the file.",
        partial(_only, slice(TEST_ROWS)),
        "data",
    ),
    Misconception(
        "only_training_rows",
        "You used the rows of the training set only. Use all the rows of the file.",
        partial(_only, slice(TEST_ROWS, None)),
        "data",
    ),
)
