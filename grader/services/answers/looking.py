"""What an answer is decided on: the pointers in force, and the student's attempts and last receipt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from grader.db import queries
from grader.db.models import Person
from grader.db.prepared import Prepared
from grader.domain.attempts import AttemptState
from grader.domain.errors import NoKey, NoPolicy
from grader.domain.grading import Verdict
from grader.services.answers.arriving import Arrival
from grader.services.receipts.receipting import Link

Rows = Sequence[Any]

# A whole class asks this in the last hour, so it is built once, and makes rows and no objects.
_LOOK = Prepared(
    queries.with_attempts(
        select(Person.login).select_from(Person).where(Person.id == bindparam("person_id"))
    )
)


@dataclass(frozen=True, slots=True)
class Seen:
    """How things stood when we looked; ``earlier`` are the student's submissions to the part, in order.

    ``key_id`` and ``policy_id`` were the active ones, ``link`` the end of the student's chain of receipts,
    and ``extension`` is until when they have more time, if they do.
    """

    key_id: int
    policy_id: int
    link: Link
    earlier: Rows
    extension: datetime | None


def look(connection: Connection, arrival: Arrival) -> Seen:
    """How things stand for this answer.

    Raises:
        NoKey, NoPolicy: nothing is published, so that nothing can be graded.
    """
    asked = {"person_id": arrival.person_id} | names(arrival.part)
    return seen(_LOOK.rows(connection, asked), arrival)


def names(part: str) -> dict[str, str]:
    """What ``queries.with_attempts`` needs to know of a part."""
    problem, assignment = part.rpartition("/")[0], part.partition("/")[0]
    return {"part": part, "problem": problem, "assignment": assignment}


def seen(rows: Rows, arrival: Arrival) -> Seen:
    """What the rows of a look say.

    Raises:
        NoKey, NoPolicy: as ``look`` tells.
    """
    first = rows[0]
    if first.active_key_id is None:
        raise NoKey(
            f"No answer key is published for {arrival.problem} yet. Please tell the course staff."
        )
    if first.policy_id is None:
        raise NoPolicy(
            f"No policy is published for {arrival.assignment} yet. Please tell the course staff."
        )
    # Without a submission, the one row has pointers alone.
    earlier = rows if first.id is not None else ()
    link = Link(first.login, first.receipts, first.last_receipt)
    return Seen(first.active_key_id, first.policy_id, link, earlier, first.extension)


def attempt_state(rows: Rows) -> AttemptState:
    """Fold a part's submissions into what the attempt rules need."""
    wrong = [row for row in rows if row.standing != Verdict.CORRECT]
    return AttemptState(
        attempts=len(rows) - _given_back(rows),
        wrong=len(wrong),
        solved=len(wrong) < len(rows),
        last_wrong_at=max((row.submitted_at for row in wrong), default=None),
    )


def _given_back(rows: Rows) -> int:
    """How often a student tried after an answer that stands as right, under a key that stands no more."""
    right = [row.attempt for row in rows if row.standing == Verdict.CORRECT]
    if not right:
        return 0
    return sum(row.attempt > min(right) and row.key_id != row.graded_by for row in rows)
