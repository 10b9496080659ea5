"""Drafting practice variants: generate from a seed, solve, review beside the graded instance.

Only the CLI comes here: it runs generators and reference solutions.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from grader.content.generators import generate
from grader.domain.errors import SolutionError
from grader.domain.grading import AnswerKey
from grader.domain.problem import Problem
from grader.domain.reviewing import review
from grader.services.keys.checks import CHECKS
from grader.services.keys.drafting import Draft, draft_from


@dataclass(frozen=True, slots=True)
class Discarded:
    """A draft that is not deployed, and the kind of reason; ``detail`` says more where there is more."""

    reason: str
    detail: str = ""


def draft_variant(
    problem: Problem, seed: int, *, graded: AnswerKey, others: Sequence[AnswerKey]
) -> Draft | Discarded:
    """The variant of a seed, with the seed in its provenance, or why it can't be deployed.

    Raises:
        SolutionError: the generator is missing, fails, or does not keep to the problem's shape.
    """
    instance = generate(problem, seed)
    try:
        draft = draft_from(instance.problem, instance.data)
    except SolutionError as error:
        return Discarded("not solvable", str(error))
    reason = review(draft.key, parts=problem.parts, graded=graded, others=others)
    if reason is not None:
        return Discarded(reason)
    for name, (_, check) in CHECKS.items():
        for finding in check(instance.problem, draft):
            return Discarded(f"failing the test {name}", f"{finding.where}: {finding.what}")
    # Larger than a JSON reader has to keep exactly, so it is stored as a text.
    return replace(draft, provenance={**draft.provenance, "seed": str(seed)})
