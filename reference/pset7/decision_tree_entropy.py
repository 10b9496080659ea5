"""Problem 6, Entropy and Decision Trees.

Reported, in bits: (a) the entropy of the root's labels, (b) of the left child's, (c) of the right child's;
(d) the expected entropy after the split; (e) the information gain.
Source: lecture "Deep Learning", CS109 winter 2026; Pset 7, problem 6.
"""

from collections.abc import Callable
from math import log, log10
from random import Random

import numpy as np

from reference.draws import whole
from reference.inputs import Inputs
from reference.misconceptions import Misconception, Values
from reference.numerics.entropy import (
    Array,
    Measure,
    entropy,
    expected_entropy,
    information_gain,
)
from reference.numerics.literal import entropy as literal_entropy
from reference.outputs import report
from reference.variants import Generated
from reference.worked import Document, bars, step

_NAMES = ("root", "left child", "right child", "expected", "gain")
_NODES = r"""
At each node the probability of a label is its frequency there, and $H = \sum_y p_y \log_2 (1 /
p_y)$:

| node | label 0 | label 1 | share of 1 | entropy |
|---|---:|---:|---:|---:|
{{ rows }}

A node whose labels are half and half has 1 bit; the purer the node, the less.
"""
_SPLIT = r"""
A patient drawn from the root is on the left with probability {{ left }} / {{ n }} and on the right
with probability {{ right }} / {{ n }}. These weigh the entropies of the children:

$$
H(Y \mid C) = \frac{{{ left }}}{{{ n }}} \cdot {{ b }} + \frac{{{ right }}}{{{ n }}} \cdot {{ c }} = {{ d }}
\text{ bits.}
$$

What the split has removed is the information gain,

$$
H(Y) - H(Y \mid C) = {{ a }} - {{ d }} = {{ e }} \text{ bits.}
$$
"""


def solve(inputs: Inputs) -> dict[str, float]:
    """The value of each part.

    Raises:
        ValueError: the inputs can't be used.
    """
    return _parts(_children(inputs))


def literal(inputs: Inputs) -> dict[str, float]:
    """The same values by the definitions, with Python's own arithmetic."""
    left, right = inputs.counts("left").tolist(), inputs.counts("right").tolist()
    root = [sum(counts) for counts in zip(left, right, strict=True)]
    expected = sum(
        sum(child) / sum(root) * literal_entropy(child) for child in (left, right) if sum(child)
    )
    a, b, c = (literal_entropy(counts) for counts in (root, left, right))
    return report(a=a, b=b, c=c, d=expected, e=a - expected)


def generate(draw: Random) -> Generated:
    """Another split: 2 to 60 patients of each label in each child."""
    left, right = ([whole(draw, 2, 60) for _label in range(2)] for _child in range(2))
    return Generated(parameters={"left": left, "right": right})


def worked(inputs: Inputs) -> list[Document]:
    """The way to the values: the entropy of each node, then what the split does to it."""
    children = _children(inputs)
    values = _parts(children)
    (left, right), n = children.sum(axis=1).astype(int), int(children.sum())
    figure = bars(
        "Entropy before and after the split",
        caption="The expected entropy lies between those of the children. What it lacks to the "
        "entropy of the root is the gain.",
        names="entropy of",
        y="bits",
        values=zip(_NAMES, values.values(), strict=True),
        marked="gain",
    )
    nodes = {"root": children.sum(axis=0), "left child": children[0], "right child": children[1]}
    rows = "\n".join(_row(name, counts) for name, counts in nodes.items())
    return [
        step("Find the entropy of each node", _NODES, rows=rows),
        step("Weigh the children", _SPLIT, figure, left=left, right=right, n=n, **values),
    ]


def _row(name: str, counts: Array) -> str:
    label_0, label_1 = counts
    share = label_1 / counts.sum()
    return f"| {name} | {label_0:.0f} | {label_1:.0f} | {share:.5f} | {entropy(counts):.5f} |"


def _children(inputs: Inputs) -> Array:
    """The split (c, k): the counts of each label in the left child, then in the right one."""
    left, right = inputs.counts("left"), inputs.counts("right")
    if len(left) != len(right):
        raise ValueError("the parameters left and right must count the same labels")
    return np.stack([left, right])


def _parts(children: Array, measure: Measure = entropy) -> dict[str, float]:
    return report(
        a=measure(children.sum(axis=0)),
        b=measure(children[0]),
        c=measure(children[1]),
        d=expected_entropy(children, measure),
        e=information_gain(children, measure),
    )


def _measured(measure: Measure) -> Values:
    """Everything by another measure than the entropy in bits."""
    return lambda inputs: _parts(_children(inputs), measure)


def _averaged(average: Callable[[Array, Array], float]) -> Values:
    """Another average of the children's entropies H, given also how many examples n they have."""

    def values(inputs: Inputs) -> dict[str, float]:
        children = _children(inputs)
        H = np.array([entropy(child) for child in children])
        after = average(H, children.sum(axis=1))
        return report(d=after, e=entropy(children.sum(axis=0)) - after)

    return values


def _swapped(**places: str) -> Values:
    """Right answers in the boxes of other parts: to each part the one whose answer is given."""

    def values(inputs: Inputs) -> dict[str, float]:
        right = solve(inputs)
        return {part: right[other] for part, other in places.items()}

    return values


def _transposed(inputs: Inputs) -> dict[str, float]:
    """The information gain is symmetric in label and child: it comes out right, and is left out."""
    values = _parts(_children(inputs).T)
    del values["e"]
    return values


def _split_itself(inputs: Inputs) -> dict[str, float]:
    size = entropy(_children(inputs).sum(axis=1))
    return report(d=size, e=size)


def _gini(counts: Array) -> float:
    p = counts / counts.sum()
    return float(1.0 - p @ p)


def _label_one_only(counts: Array) -> float:
    p = counts[1] / counts.sum()
    return float(p * np.log2(1.0 / p)) if p > 0 else 0.0


MISCONCEPTIONS = (
    Misconception(
        "nats",
        "You took the natural logarithm. Entropy in bits takes the logarithm to base two.",
        _measured(lambda counts: entropy(counts) * log(2.0)),
        "entropy",
    ),
    Misconception(
        "decimal_logarithm",
        "You took the logarithm to base ten. Entropy in bits takes the logarithm to base two.",
        _measured(lambda counts: entropy(counts) * log10(2.0)),
        "entropy",
    ),
    Misconception(
        "other_child",
        "This is the entropy of the other child.",
        _swapped(b="c", c="b"),
        "data",
    ),
    Misconception(
        "gain_and_expected_entropy",
        "You took the expected entropy after the split for the information gain, or the gain for the "
        "expected entropy.",
        _swapped(d="e", e="d"),
        "what-a-split-gains",
    ),
    Misconception(
        "unweighted_mean",
        "You gave both children the same weight. A child weighs as much as it has patients.",
        _averaged(lambda H, _: H.mean()),
        "what-a-split-gains",
    ),
    Misconception(
        "sum_of_children",
        "You added up the entropies of the children. Weigh each by the probability of its child.",
        _averaged(lambda H, _: H.sum()),
        "what-a-split-gains",
    ),
    Misconception(
        "weights_swapped",
        "You weighed each child's entropy by the size of the other child.",
        _averaged(lambda H, n: H[::-1] @ n / n.sum()),
        "what-a-split-gains",
    ),
    Misconception(
        "gini",
        "This is the Gini impurity, another measure of uncertainty.",
        _measured(_gini),
        "entropy",
    ),
    Misconception(
        "label_one_only",
        "You took the term of one label only. The entropy sums over both labels.",
        _measured(_label_one_only),
        "entropy",
    ),
    Misconception(
        "transposed",
        "You read the table the wrong way round: its rows are the children, its columns the labels.",
        _transposed,
        "data",
    ),
    Misconception(
        "split_itself",
        "This is the entropy of the split itself, of how the patients are shared out between the "
        "children. The question is about the label.",
        _split_itself,
        "what-a-split-gains",
    ),
)
