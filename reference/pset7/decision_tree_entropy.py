"""Problem 6, Entropy and Decision Trees.

Reported, in bits: (a) the entropy of the root's labels, (b) of the left child's, (c) of the right child's;
(d) the expected entropy after the split; (e) the information gain.
Source: lecture "Deep Learning", CS109 winter 2026; Pset 7, problem 6.
"""

import numpy as np

from reference.inputs import Inputs
from reference.numerics.entropy import entropy, expected_entropy, information_gain
from reference.outputs import report


def solve(inputs: Inputs) -> dict[str, float]:
    """The value of each part.

    Raises:
        ValueError: the inputs can't be used.
    """
    left, right = inputs.counts("left"), inputs.counts("right")
    if len(left) != len(right):
        raise ValueError("the parameters left and right must count the same labels")
    children = np.stack([left, right])
    return report(
        a=entropy(left + right),
        b=entropy(left),
        c=entropy(right),
        d=expected_entropy(children),
        e=information_gain(children),
    )
