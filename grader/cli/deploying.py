"""Brings a problem to the wanted number of practice variants, as part of ``grader keys publish``."""

import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from grader.cli.context import actor, looking, now, writing
from grader.cli.progress import progress
from grader.domain.errors import SolutionError
from grader.domain.grading import AnswerKey
from grader.domain.problem import Problem
from grader.services.keys.drafting import Draft
from grader.services.practice.deploying import deploy, newest_graded
from grader.services.practice.drafting import draft_variant
from grader.services.practice.variants import deployed

MOST_DRAFTS = 40
"""Drafts for one variant. Of the shipped generators' drafts one in two is in order, or more."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """How many variants a problem has now, how many of them are new, and the drafts that were discarded."""

    problem: str
    variants: int
    made: int
    discarded: Counter[str]

    def __str__(self) -> str:
        """Say it in a sentence."""
        said = f"{self.problem}: {self.variants} practice variants, {self.made} of them new"
        if not self.discarded:
            return f"{said}."
        return f"{said}. Discarded drafts: {_counted(self.discarded)}."


def deploy_variants(
    engine: Engine, problem: Problem, wanted: int, *, clock: Callable[[], datetime] = now
) -> Deployment:
    """Deploy as many as are missing, each in a transaction of its own; nothing is solved within one.

    Raises:
        SolutionError: the generator can't be used, or too few of its drafts; what was deployed stays.
    """
    with looking(engine) as session:
        key_id, graded = newest_graded(session, problem.slug)
        keys = list(deployed(session, key_id=key_id))
    missing, discarded = max(wanted - len(keys), 0), Counter[str]()
    with progress(range(missing), f"Variants of {problem.slug}") as bar:
        for _each in bar:
            draft = _draft(problem, graded, keys, discarded)
            with writing(engine) as session:
                deploy(session, draft=draft, key_id=key_id, actor=actor(), now=clock())
            keys.append(draft.key)
    return Deployment(problem.slug, len(keys), missing, discarded)


def _draft(
    problem: Problem, graded: AnswerKey, others: list[AnswerKey], discarded: Counter[str]
) -> Draft:
    """The first draft that may be deployed; those before it are counted."""
    tried, detail = Counter[str](), ""
    for _try in range(MOST_DRAFTS):
        # Whoever knew a seed could compute the answers.
        outcome = draft_variant(problem, secrets.randbits(128), graded=graded, others=others)
        if isinstance(outcome, Draft):
            discarded.update(tried)
            return outcome
        tried[outcome.reason] += 1
        detail = outcome.detail and f" {outcome.detail}."
    raise SolutionError(
        f"{problem.slug} has {len(others)} variants, and the last {MOST_DRAFTS} drafts for another one were "
        f"all discarded: {_counted(tried)}.{detail} Look at its generator, or ask for fewer variants."
    )


def _counted(discarded: Counter[str]) -> str:
    return ", ".join(f"{count} {reason}" for reason, count in discarded.most_common())
