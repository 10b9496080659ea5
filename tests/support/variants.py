"""Practice variants of the shipped problems, drafted once a process and deployed into a test's database."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine

from grader.config import PROJECT
from grader.content.loading import load_catalog
from grader.db.session import transaction
from grader.domain.grading import AnswerKey
from grader.domain.problem import Problem
from grader.services.keys.drafting import Draft, draft_key
from grader.services.practice.deploying import deploy, newest_graded
from grader.services.practice.drafting import draft_variant

GENERATED = ("logistic_regression", "ancestry", "calibration", "decision_tree_entropy")
ENTROPY = "pset7/decision_tree_entropy"


def make_draft(key: AnswerKey, data: Mapping[str, bytes] = {}) -> Draft:
    """A draft of a variant with this key, as if it had been reviewed."""
    return Draft(key, {"seed": "7"}, data)


def shipped_problem(slug: str) -> Problem:
    with TemporaryDirectory() as instance:
        problem = load_catalog(PROJECT / "problems", Path(instance)).course.problem(slug)
    assert problem is not None
    return problem


@cache
def shipped_key(slug: str) -> AnswerKey:
    """The graded instance of a shipped problem."""
    with TemporaryDirectory() as instance:
        catalog = load_catalog(PROJECT / "problems", Path(instance))
        return draft_key(catalog, shipped_problem(slug)).key


@cache
def shipped_variants(slug: str, wanted: int) -> tuple[Draft, ...]:
    """The first drafts from the seeds 0, 1, ... that may be deployed."""
    problem, drafts = shipped_problem(slug), list[Draft]()
    for seed in count():
        keys = [draft.key for draft in drafts]
        draft = draft_variant(problem, seed, graded=shipped_key(slug), others=keys)
        if isinstance(draft, Draft):
            drafts.append(draft)
        if len(drafts) == wanted:
            return tuple(drafts)
    raise AssertionError


def deploy_shipped(engine: Engine, slug: str = ENTROPY, wanted: int = 2) -> list[AnswerKey]:
    """Deploy variants beside the newest key; the first gets the number 1."""
    drafts = shipped_variants(slug, wanted)
    with transaction(engine) as session:
        key_id, _graded = newest_graded(session, slug)
        for draft in drafts:
            deploy(session, draft=draft, key_id=key_id, actor="op", now=datetime.now(UTC))
    return [draft.key for draft in drafts]
