"""Precision and recall of a classifier that looks for dogs.

Reported: (a) the precision, (b) the recall, (c) the prevalence, (d) the accuracy.
Source: lecture "Deep Learning", CS109 winter 2026.
"""

from collections.abc import Callable, Mapping

from reference.inputs import Inputs
from reference.misconceptions import Misconception, Values
from reference.numerics.retrieval import Confusion
from reference.outputs import report
from reference.worked import Document, step

_TABLE = r"""
Four numbers say everything:

| | a dog | no dog | together |
|---|---:|---:|---:|
| predicted a dog | {{ tp }} | {{ fp }} | {{ predicted }} |
| predicted none | {{ fn }} | {{ tn }} | {{ others }} |
| together | {{ actual }} | {{ none }} | {{ n }} |
"""
_FRACTIONS = r"""
- Precision asks how many of the predicted dogs are dogs: {{ tp }} / {{ predicted }} = {{ a }}.
- Recall asks how many of the dogs were found: {{ tp }} / {{ actual }} = {{ b }}.
- Prevalence asks how many of all images show a dog: {{ actual }} / {{ n }} = {{ c }}.
- Accuracy asks how many of all images are classified rightly: ({{ tp }} + {{ tn }}) / {{ n }} = {{ d }}.
"""


def solve(inputs: Inputs) -> dict[str, float]:
    """The value of each part.

    Raises:
        ValueError: the inputs can't be used.
    """
    return _parts(_counts(inputs))


def worked(inputs: Inputs) -> list[Document]:
    """The way to the values: the four counts, then the four fractions of them."""
    it = _counts(inputs)
    numbers = {
        "tp": it.tp,
        "fp": it.fp,
        "fn": it.fn,
        "tn": it.tn,
        "n": it.n,
        "predicted": it.predicted,
        "actual": it.actual,
        "others": it.n - it.predicted,
        "none": it.n - it.actual,
    }
    return [
        step("Fill in the table", _TABLE, **numbers),
        step("Divide", _FRACTIONS, **numbers, **solve(inputs)),
    ]


def _counts(inputs: Inputs) -> Confusion:
    n, dogs = inputs.whole("images"), inputs.whole("dogs")
    predicted, found = inputs.whole("predicted"), inputs.whole("found")
    return Confusion(
        tp=found, fp=predicted - found, fn=dogs - found, tn=n - dogs - predicted + found
    )


def _parts(counts: Confusion) -> dict[str, float]:
    return report(
        a=counts.precision(), b=counts.recall(), c=counts.prevalence(), d=counts.accuracy()
    )


def _instead(values: Callable[[Confusion], Mapping[str, float]]) -> Values:
    return lambda inputs: values(_counts(inputs))


def _other_class(counts: Confusion) -> dict[str, float]:
    """The parts of one who looks for the others; the accuracy is the same, and so is left out."""
    if counts.n in {counts.predicted, counts.actual}:
        return {}
    others = Confusion(tp=counts.tn, fp=counts.fn, fn=counts.fp, tn=counts.tp)
    return {part: value for part, value in _parts(others).items() if part != "d"}


def _f1(counts: Confusion) -> dict[str, float]:
    value = 2.0 * counts.tp / (counts.predicted + counts.actual)
    return {"a": value, "b": value, "d": value}


MISCONCEPTIONS = (
    Misconception(
        "precision_for_recall",
        "You mixed up precision and recall. They differ in what you divide by.",
        _instead(lambda counts: {"a": counts.recall(), "b": counts.precision()}),
        "four-fractions",
    ),
    Misconception(
        "divided_by_all",
        "You divided the dogs that were found by all the images. Look at what this fraction is of.",
        _instead(lambda counts: dict.fromkeys("abd", counts.tp / counts.n)),
        "four-fractions",
    ),
    Misconception(
        "other_class",
        "You looked for the images without a dog.",
        _instead(_other_class),
        "four-fractions",
    ),
    Misconception(
        "complement_of_precision",
        "This is the fraction of the predicted dogs that are none.",
        _instead(lambda counts: {"a": 1.0 - counts.precision()}),
        "four-fractions",
    ),
    Misconception(
        "missed_dogs",
        "This is the fraction of the dogs that were missed.",
        _instead(lambda counts: {"b": 1.0 - counts.recall()}),
        "four-fractions",
    ),
    Misconception(
        "error_rate",
        "This is the fraction of the images that were classified wrongly.",
        _instead(lambda counts: {"d": 1.0 - counts.accuracy()}),
        "four-fractions",
    ),
    Misconception(
        "predicted_prevalence",
        "This is how often a dog was predicted. Prevalence is how often there is one.",
        _instead(lambda counts: {"c": counts.predicted / counts.n}),
        "four-fractions",
    ),
    Misconception(
        "f1_score",
        "This is the F-score, a mean of precision and recall.",
        _instead(_f1),
        "four-fractions",
    ),
    Misconception(
        "odds",
        "You divided by the images without a dog. Divide by all of them.",
        _instead(
            lambda counts: (
                {"c": counts.actual / (counts.n - counts.actual)}
                if counts.n > counts.actual
                else {}
            )
        ),
        "four-fractions",
    ),
)
