"""How the exercise of problems 1 and 2 goes, step by step: what their worked solutions share."""

from reference.numerics.logistic import gradient, log_likelihood, path, sigma
from reference.pset7.training import Exercise
from reference.worked import Document, line, source, step

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")

_CODE = r"""
The weights begin at 0. A step adds to each of them $\eta$ times its component of the gradient of
the log likelihood,

$$
\frac{\partial LL}{\partial \theta_j} = \sum_{i=1}^{n} x_j^{(i)}
\left[ y^{(i)} - \sigma(\theta^T \mathbf{x}^{(i)}) \right],
$$

the sum over all training examples. With the examples as the rows of a matrix $X$, whose first
column is $x_0 = 1$, the whole gradient is $X^T (\mathbf{y} - \sigma(X \theta))$. This is the code
that computed the key:

{{ code }}
"""

_ASCENT = r"""
At $\theta = 0$ every example has probability one half, so the log likelihood begins at $n \log
\tfrac{1}{2}$, with $n = {{ n }}$ at ${{ first }}$. Gradient ascent with a small enough $\eta$ raises
it at each step; after {{ steps }} steps with $\eta = {{ eta }}$ it is ${{ last }}$. {{ remark }}
"""


def weight_name(j: int) -> str:
    """The name of theta_j in a figure."""
    return f"θ{str(j).translate(_SUBSCRIPTS)}"


def the_code() -> Document:
    """How the weights are found."""
    return step("Train by gradient ascent", _CODE, code=source(sigma, gradient, path))


def the_ascent(given: Exercise, remark: str) -> Document:
    """The log likelihood of the training set before the first step and after each."""
    thetas = path(given.X, given.y, eta=given.eta, steps=given.steps)
    heights = [log_likelihood(theta, given.X, given.y) for theta in thetas]
    figure = line(
        "Training log likelihood by step",
        caption="The higher, the better the weights explain the training labels. The highest possible is 0.",
        x="step",
        y="log likelihood (nats)",
        points=enumerate(heights),
    )
    return step(
        "Watch the log likelihood rise",
        _ASCENT,
        figure,
        n=len(given.y),
        first=heights[0],
        last=heights[-1],
        steps=f"{given.steps:,}",
        eta=f"{given.eta:g}",
        remark=remark,
    )
