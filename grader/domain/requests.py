"""Whether a student may ask for a regrade: of a part, or of the explanation of a problem."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from grader.domain.deadlines import end_of_work, local_time
from grader.domain.policy import Policy
from grader.domain.problem import RequestRules

LONGEST = 2000
"""The most characters of a reason, and of an answer to it."""


class Decision(StrEnum):
    """What staff say to a request. Neither changes a score by itself."""

    CHANGED = "changed"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Asked:
    """What there is of a student: how many requests for the assignment, and of this very thing.

    ``handed_in`` says that there is something to look at, ``waiting`` that it was asked and not answered.
    """

    made: int
    handed_in: bool
    waiting: bool


def asking_ends(rules: RequestRules, policy: Policy) -> datetime | None:
    """The first instant at which no request is taken; None where work never ends.

    ``policy`` holds the student's own dates: who has more time to work has more time to ask.
    """
    end = end_of_work(policy)
    return None if end is None else end + timedelta(days=rules.days)


def objection(
    rules: RequestRules | None, policy: Policy, asked: Asked, now: datetime
) -> str | None:
    """Why a request can't be made now, for the student to read; None if it can."""
    if rules is None:
        return "This assignment takes no regrade requests. Please talk to the course staff."
    if asked.waiting:
        return "You have asked for this already. The course staff will answer here."
    if not asked.handed_in:
        return "You have handed in nothing here that could be looked at again."
    ends = asking_ends(rules, policy)
    if ends is not None and now >= ends:
        return f"Regrade requests for this assignment ended on {local_time(policy, ends)}."
    if asked.made >= rules.limit:
        return f"You have used all of your requests for this assignment: {rules.limit}."
    return None
