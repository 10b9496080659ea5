"""Problem 5, Calibrating ChatGPT.

Reported: (a) the fraction of label 1 in the bucket that is asked for; (b) the expected calibration error.
Source: lecture "Deep Learning", CS109 winter 2026; Pset 7, problem 5.
"""

from reference.inputs import Inputs
from reference.numerics.calibration import K, nearest_bucket, reliability
from reference.outputs import report


def solve(inputs: Inputs) -> dict[str, float]:
    """The value of each part.

    Raises:
        ValueError: the inputs can't be used, or the bucket that is asked for is empty.
    """
    _, y = inputs.labelled("ancestry-calibration")
    p = inputs.column("ancestry-calibration", "LogRegPr")
    table = reliability(nearest_bucket(p), p, y)
    return report(a=table.fraction(_asked(inputs.real("bucket"))), b=table.expected_error())


def _asked(value: float) -> int:
    """The index of the bucket with this value."""
    index = round(value * K)
    if not 0 <= index <= K or index / K != value:
        raise ValueError(f"the parameter bucket must be one of 0, 1/{K}, ..., 1, not {value}")
    return index
