"""What one student has done: the read models behind their pages, and behind the staff's page of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from grader.db import queries
from grader.db.models import Submission
from grader.domain.attempts import next_attempt_at
from grader.domain.errors import NotFound
from grader.domain.misconceptions import Hint
from grader.domain.policy import Policy
from grader.domain.problem import Part, Problem
from grader.services.answers.hinting import told_hints
from grader.services.answers.looking import attempt_state


@dataclass(frozen=True, slots=True)
class PartProgress:
    """A part, the attempts at it (newest first) and when the next one is taken.

    ``hints`` are those that the student is told, by the ids of the attempts.
    """

    part: Part
    attempts: tuple[Row[*tuple[Any, ...]], ...]
    solved: bool
    next_attempt_at: datetime | None
    attempts_left: int | None
    hints: Mapping[int, Hint]


def problem_progress(
    session: Session, *, problem: Problem, policy: Policy, person_id: int
) -> tuple[PartProgress, ...]:
    """Where a student stands with each part of a problem, in one query."""
    rows = session.execute(
        queries.submissions().where(
            Submission.person_id == person_id, Submission.problem == problem.slug
        )
    ).all()
    by_part: dict[str, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    for row in rows:
        by_part[row.part].append(row)
    return tuple(
        _part_progress(session, part, policy, by_part[part.slug]) for part in problem.parts
    )


def list_submissions(
    session: Session,
    *,
    person_id: int,
    limit: int,
    before: int | None = None,
    part: str | None = None,
) -> Sequence[Row[*tuple[Any, ...]]]:
    """One person's submissions with their standing verdict, newest first; ``before`` is the cursor."""
    if part is not None and not part.isprintable():
        return []  # No slug is; PostgreSQL takes no NUL, and no database half a character.
    query = queries.submissions().where(Submission.person_id == person_id).limit(limit)
    if before is not None:
        query = query.where(Submission.id < before)
    if part is not None:
        query = query.where(Submission.part == part)
    return session.execute(query).all()


def find_submission(
    session: Session, *, person_id: int, submission_id: int
) -> Row[*tuple[Any, ...]]:
    """One of a person's own submissions.

    Raises:
        NotFound: it does not exist, or is somebody else's: the two can't be told apart.
    """
    row = session.execute(
        queries.submissions().where(
            Submission.person_id == person_id, Submission.id == submission_id
        )
    ).first()
    if row is None:
        raise NotFound("There is no such submission.")
    return row


def _part_progress(
    session: Session, part: Part, policy: Policy, rows: Sequence[Row[*tuple[Any, ...]]]
) -> PartProgress:
    state = attempt_state(rows)
    limit = policy.attempts.limit
    return PartProgress(
        part=part,
        attempts=tuple(rows),
        solved=state.solved,
        next_attempt_at=next_attempt_at(policy.attempts, state),
        attempts_left=None if limit is None else max(limit - state.attempts, 0),
        hints=told_hints(session, rows, policy=policy, wrong=state.wrong),
    )
