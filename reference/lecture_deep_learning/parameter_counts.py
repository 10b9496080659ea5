"""How many parameters a network has.

Reported, of a network with one hidden layer: (a) the number of weights in theta^(y), (b) in theta^(h),
(c) in total. Source: lecture "Deep Learning", CS109 winter 2026.
"""

from collections.abc import Callable

from reference.inputs import Inputs
from reference.misconceptions import Misconception, Values
from reference.numerics.network import parameter_counts
from reference.outputs import report
from reference.worked import Document, step

Counts = Callable[[int, int, int], tuple[int, int]]

_TEXT = r"""
Without bias weights there is one parameter for each connection. Each of the $|h| = {{ h }}$ hidden
neurons is joined to each of the $|y| = {{ y }}$ outputs, so $\theta^{(y)}$ has ${{ h }} \cdot {{ y }} =
{{ a }}$ parameters. Each of the $|x| = {{ x }}$ inputs is joined to each hidden neuron, so
$\theta^{(h)}$ has ${{ x }} \cdot {{ h }} = {{ b }}$. Together that is {{ c }}.
"""


def solve(inputs: Inputs) -> dict[str, float]:
    """The value of each part.

    Raises:
        ValueError: the inputs can't be used.
    """
    to_hidden, to_output = parameter_counts([inputs.whole(name) for name in ("x", "h", "y")])
    return _parts(to_output, to_hidden)


def worked(inputs: Inputs) -> list[Document]:
    """The way to the values."""
    sizes = {name: inputs.whole(name) for name in ("x", "h", "y")}
    counts = {part: int(value) for part, value in solve(inputs).items()}
    return [step("Count the connections", _TEXT, **sizes, **counts)]


def _parts(theta_y: int, theta_h: int) -> dict[str, float]:
    return report(a=theta_y, b=theta_h, c=theta_y + theta_h)


def _counted(count: Counts) -> Values:
    """The parts of one who counts theta^(y) and theta^(h) in this way from |x|, |h| and the outputs."""
    return lambda inputs: _parts(*count(*(inputs.whole(name) for name in ("x", "h", "y"))))


def _output_counted(count: Callable[[int, int, int], int]) -> Values:
    """The same of one who counts theta^(y) in this way, and theta^(h) rightly."""

    def values(inputs: Inputs) -> dict[str, float]:
        x, h, y = (inputs.whole(name) for name in ("x", "h", "y"))
        theta_y = count(x, h, y)
        return report(a=theta_y, c=theta_y + x * h)

    return values


def _swapped(inputs: Inputs) -> dict[str, float]:
    """The total comes out right."""
    right = solve(inputs)
    return {"a": right["b"], "b": right["a"]}


def _multiplied(inputs: Inputs) -> dict[str, float]:
    right = solve(inputs)
    return report(c=right["a"] * right["b"])


MISCONCEPTIONS = (
    Misconception(
        "bias_weights_counted",
        "You counted bias weights. This network has none.",
        _counted(lambda x, h, y: ((h + 1) * y, (x + 1) * h)),
        "the-network",
    ),
    Misconception(
        "layers_swapped",
        "You mixed up the two layers of weights: look at where each of them begins and ends.",
        _swapped,
        "the-network",
    ),
    Misconception(
        "neurons_counted",
        "You counted neurons. A parameter is a weight on a connection between two of them.",
        _counted(lambda _, h, y: (y, h)),
        "the-network",
    ),
    Misconception(
        "layers_added",
        "You added the sizes of two layers. Each neuron of the one is joined to each of the other.",
        _counted(lambda x, h, y: (h + y, x + h)),
        "the-network",
    ),
    Misconception(
        "two_outputs",
        "You counted one output neuron for each label. This network has a single one.",
        _output_counted(lambda _, h, y: h * (y + 1)),
        "the-network",
    ),
    Misconception(
        "inputs_joined_to_output",
        "You joined the inputs to the output as well. They reach it through the hidden layer only.",
        _output_counted(lambda x, h, y: (x + h) * y),
        "the-network",
    ),
    Misconception(
        "layers_multiplied",
        "You multiplied the numbers of weights in the two layers. They add up.",
        _multiplied,
        "what-to-report",
    ),
)
