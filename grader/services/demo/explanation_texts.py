"""What demo students write: a few texts for each problem, from careful to hasty, and two rubrics.

``@A@``, ``@B@`` and ``@N@`` stand for numbers that differ from student to student.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Template:
    """A text, and the items of the problem's rubric that apply to it, counted from 1."""

    text: str
    applies: tuple[int, ...] = ()


RUBRICS = {
    "pset7/ancestry": (
        ("Lists all twenty-one weights", "1"),
        ("Says that a large weight moves the prediction much", "1.5"),
        ("Says what the sign of a weight means", "1.5"),
        ("Says that a weight near zero hardly matters", "1"),
        ("Takes a large weight for a cause", "-0.5"),
    ),
    "pset7/decision_tree_entropy": (
        ("Shows the probabilities of the root and of both children", "2"),
        ("Weights the children by their shares", "1.5"),
        ("Says that the gain compares C.4 with other features", "1.5"),
        ("Uses the natural logarithm", "-1"),
    ),
}
"""For some of the problems: the words and points of each item."""

TEMPLATES = {
    "pset7/logistic_regression": (
        Template(
            r"""I compute the whole gradient before I touch a weight:

```python
for step in range(steps):
    error = y - sigmoid(X @ theta)   # one number for each row
    theta = theta + eta * (X.T @ error)
```

Because `X.T @ error` is $\sum_i x_j^{(i)} [y^{(i)} - \sigma(\theta^T \mathbf{x}^{(i)})]$ for every
$j$ at once, all weights move from the *same* $\theta$. At the end $\theta_0 \approx @A@$, and the
two others are @B@ and @B@. The accuracy on the test set is 1.
"""
        ),
        Template(
            r"""The gradient is a loop over the rows. I add up `x[j] * (y - p)` in a list with one
entry for each weight, and after the last row I add $\eta$ times the list to $\theta$. Updating
inside the loop gave me other numbers, and took me an hour to find. My weights: @A@, @B@, @B@.
Accuracy: 100 %.
"""
        ),
        Template("It does gradient ascent @N@ times and then it classifies everything right.\n"),
    ),
    "pset7/ancestry": (
        Template(
            r"""My weights, rounded:

| weight | value |
|---|---:|
| $\theta_0$ | @A@ |
| $\theta_1$ | @B@ |
| $\theta_2$ | $-1.2$ |

and so on, all twenty-one are in my notebook's output below.

```
[@A@, @B@, -1.2, 0.4, 0.0, 0.9, -0.3, 0.1, 1.1, -0.8, 0.2,
 0.31, -0.07, 0.02, 0.6, -0.5, 0.3, 0.0, -0.1, 0.7, -0.2]
```

**Large**: the feature changes $\theta^T \mathbf{x}$ by $\theta_j$, so the odds by a factor
$e^{\theta_j}$. **Almost zero**: with the variant or without it, the prediction is nearly the same.
**Positive**: having the variant makes label 1 more likely; **negative**: less likely.
""",
            (1, 2, 3, 4),
        ),
        Template(
            r"""A positive weight $\theta_j > 0$ pushes $\sigma(\theta^T \mathbf{x})$ towards 1 if
the variant is there, a negative one towards 0. The bigger $|\theta_j|$ is, the harder it pushes.
The biggest of mine is @B@. If a weight is about 0 the model has learned to ignore the feature.
""",
            (2, 3, 4),
        ),
        Template(
            r"""The largest weight is @B@, so this gene *causes* the ancestry. Negative weights are
the genes that people of this ancestry don't have.
""",
            (3, 5),
        ),
        Template(
            "theta = [@A@, @B@, ...]. Big weights are important, small weights are not.\n", (2, 4)
        ),
    ),
    "pset7/calibration": (
        Template(
            r"""| bucket | examples | mean label | mean prediction |
|---:|---:|---:|---:|
| 0 | 41 | 0.02 | 0.03 |
| 0.2 | 22 | 0.14 | 0.19 |
| 0.4 | 17 | 0.35 | 0.41 |
| 0.6 | 19 | 0.58 | 0.60 |
| 0.8 | 30 | 0.9 | 0.81 |
| 1 | 71 | 0.99 | 0.97 |

Where $\bar{p}_b > \bar{y}_b$ the model is too sure of label 1: at 0.2 and 0.4. At 0.8 it is not
sure enough. For a chatbot I would ask many yes/no questions whose answers I know, have it say a
probability with each, and put those into the same buckets. I'd take at least @N@ questions, so
that $n_b$ is not tiny.
"""
        ),
        Template(
            r"""It is too sure in the low buckets and not sure enough around 0.8. My ECE is small,
about 0.0@N@, so on the whole its promises are kept: $\sum_b \frac{n_b}{n} |\bar{y}_b - \bar{p}_b|$
weights the buckets by how many examples they have. A chatbot can be measured by asking it the same
question a lot of times.
"""
        ),
        Template(
            "I rounded to the nearest 0.2 and compared the averages. It is well calibrated.\n"
        ),
    ),
    "pset7/decision_tree_entropy": (
        Template(
            r"""At the root $P(Y=0)$ and $P(Y=1)$ are the column sums over the total. In the left
child and in the right child I take the two counts of the row over the sum of the row. With

```python
def entropy(*counts):
    n = sum(counts)
    return sum(c / n * log2(n / c) for c in counts if c)
```

the expected entropy is $H(Y \mid C) = \frac{n_L}{n} H_L + \frac{n_R}{n} H_R$. The gain is how many
bits of the question "is this heart healthy?" C.4 answers on average. The tree computes it for each
feature and splits by the one with the largest gain.
""",
            (1, 2, 3),
        ),
        Template(
            r"""Gain $= H(\text{root}) - \tfrac12 (H_L + H_R)$, since there are two children. A
larger gain is better.
""",
            (3,),
        ),
        Template(
            r"""I used $-\sum p \ln p$ for the root, the left and the right child, with the shares
of the patients in front of the children. The numbers were too small, so in the end I divided by
$\ln 2$.
""",
            (1, 2),
        ),
        Template("H = -p log p - q log q. The gain was positive so C.4 is a good feature.\n", (4,)),
    ),
}
"""By problem, the careful ones first."""

COMMENTS = (
    "Good, and clear.",
    "Please say it in a whole sentence next time: what does it mean *for a feature*?",
    r"Have a look at $e^{\theta_j}$: it is what the odds are multiplied by.",
    "",
)
