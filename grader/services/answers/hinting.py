"""What is told of stored wrong answers, by the tags of the grades that stand."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func
from sqlalchemy.orm import Session

from grader.db import queries
from grader.db.models import GradeRow, Submission
from grader.domain.grading import Verdict
from grader.domain.hinting import Mistake, mistake, told_hint
from grader.domain.misconceptions import Hint
from grader.domain.policy import Policy
from grader.services.keys.documents import load_key
from grader.services.policies.publishing import active_policy

Attempt = Row[*tuple[Any, ...]]
"""A row of ``queries.submissions``."""


def told_hints(
    session: Session | Connection, attempts: Iterable[Attempt], *, policy: Policy, wrong: int
) -> dict[int, Hint]:
    """Of these attempts of one student at one part, by their ids, the hints that the student is told.

    ``wrong`` counts all wrong attempts of the student at the part.
    """
    hints = (
        (
            each.id,
            told_hint(
                policy,
                load_key(session, each.graded_by),
                each.part,
                each.misconception,
                wrong=wrong,
            ),
        )
        for each in attempts
    )
    return {submission_id: hint for submission_id, hint in hints if hint is not None}


def own_hints(session: Session, *, person_id: int, rows: Sequence[Attempt]) -> dict[int, Hint]:
    """The same for submissions of one student to any parts."""
    by_part: dict[str, list[Attempt]] = defaultdict(list)
    for row in rows:
        by_part[row.part].append(row)
    wrong = _wrong_attempts(session, person_id)
    assignments = {part.partition("/")[0] for part in by_part}
    policies = {slug: active_policy(session, slug) for slug in assignments}
    found: dict[int, Hint] = {}
    for part, attempts in by_part.items():
        policy = policies[part.partition("/")[0]]
        if policy is not None:
            found |= told_hints(session, attempts, policy=policy, wrong=wrong.get(part, 0))
    return found


def mistakes(session: Session, rows: Iterable[Attempt]) -> dict[int, Mistake]:
    """By the ids of submissions what staff are told of them; nothing of those whose number is unexplained."""
    found = (
        (row.id, mistake(load_key(session, row.graded_by), row.part, row.misconception))
        for row in rows
    )
    return {submission_id: each for submission_id, each in found if each is not None}


def _wrong_attempts(session: Session, person_id: int) -> Mapping[str, int]:
    """How often a student was wrong at each part, by the grades that stand."""
    counts = (
        queries.graded(Submission.part, func.count())
        .where(Submission.person_id == person_id, GradeRow.verdict == Verdict.INCORRECT)
        .group_by(Submission.part)
    )
    return dict(iter(session.execute(counts)))
