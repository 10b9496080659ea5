"""The noise audit of answer keys: are the tolerances above the noise, and below the mistakes?

Only the CLI comes here: it runs reference solutions.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from grader.content.catalog import Catalog
from grader.content.otherwise import solve_otherwise
from grader.domain.comparing import distance
from grader.domain.errors import SolutionError
from grader.domain.grading import PartKey
from grader.domain.noise import ABOVE_NOISE, BELOW_MISTAKES, Noise
from grader.domain.problem import Part, Problem
from grader.services.keys.clean_processes import clean_keys
from grader.services.keys.drafting import draft_key


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a part's tolerance; ``accepted`` says why its author lets it be, if so."""

    what: str
    accepted: str | None


@dataclass(frozen=True, slots=True)
class Audited:
    """A part, its noise, and what was found."""

    noise: Noise
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing was found that is not accepted."""
        return all(finding.accepted is not None for finding in self.findings)


def audit(catalog: Catalog, problem: Problem) -> list[Audited]:
    """Solve a problem in several ways, and compare each part's tolerance with what they tell.

    Raises:
        ContentError: a data file is missing.
        SolutionError: the solution fails, in one of the ways or altogether.
    """
    key = draft_key(catalog, problem).key
    ways = dict(solve_otherwise(problem, catalog.data(problem)))
    # All of them, so that no process is left behind when one of them failed.
    for threads, again in list(clean_keys(catalog, problem)):
        way = f"{threads} BLAS thread{'s' if threads != '1' else ''}"
        if isinstance(again, str):
            raise SolutionError(f"reference/{problem.slug}.py failed, solved with {way}: {again}")
        ways[way] = {slug: part.expected for slug, part in again.parts.items()}
    return [
        _audited(
            part,
            key.parts[part.slug],
            {way: values[part.slug] for way, values in ways.items()},
        )
        for part in problem.parts
    ]


def _audited(part: Part, key: PartKey, others: Mapping[str, Decimal]) -> Audited:
    nearest = min(
        ((each.tag, each.value) for each in key.misconceptions),
        key=lambda each: distance(each[1], key.expected),
        default=None,
    )
    noise = Noise(part.slug, key.tolerance, key.expected, others, nearest)
    return Audited(noise, tuple(_findings(part, noise)))


def _findings(part: Part, noise: Noise) -> Iterator[Finding]:
    if noise.drowns:
        yield Finding(
            f"{noise.worst} gives {noise.others[noise.worst]}, {noise.spread:.1e} from the expected value; "
            f"the tolerance {noise.tolerance:f} is less than {ABOVE_NOISE} times that",
            part.accepts_noise,
        )
    if noise.blurs and noise.nearest is not None:
        yield Finding(
            f"the misconception {noise.nearest[0]} gives {noise.nearest[1]}, which is less than "
            f"{BELOW_MISTAKES} times the tolerance {noise.tolerance:f} from the expected value",
            part.accepts_mistakes,
        )
