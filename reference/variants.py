"""What a generator gives: the data and the parameters of one practice variant of a problem.

A generator is a function of a solution's module that ``problem.toml`` names. It takes a ``random.Random``
and draws by ``draws.py`` only, so that a variant's seed gives the same variant on every machine. It stands
here and not in public, since whoever has a seed and the generator has the answers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from reference.inputs import Parameter


@dataclass(frozen=True, slots=True)
class Generated:
    """The numbers of one variant.

    Attributes:
        data: Every data file of the problem, by its name, as the bytes that students download.
        parameters: The parameters that differ from ``problem.toml``: whole numbers and ``Decimal``s, no
            floats, since the statement shows them.
    """

    data: Mapping[str, bytes] = field(default_factory=dict)
    parameters: Mapping[str, Parameter] = field(default_factory=dict)


Generator = Callable[[Random], Generated]
