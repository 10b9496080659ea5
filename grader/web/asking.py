"""What a student may ask to be graded again, and what came of it: for the pages of grades and requests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from grader.domain.policy import Policy
from grader.domain.problem import Assignment
from grader.domain.requests import Asked, asking_ends, objection
from grader.services.requests.standing import Request


@dataclass(frozen=True, slots=True)
class Asking:
    """A student's requests for an assignment, newest first, and the rules as they hold for them."""

    assignment: Assignment
    policy: Policy
    made: Sequence[Request]
    now: datetime

    @property
    def ends(self) -> datetime | None:
        """Until when requests are taken; None without an end, or without requests."""
        rules = self.assignment.requests
        return asking_ends(rules, self.policy) if rules else None

    @property
    def over(self) -> bool:
        """Whether the time for requests has passed."""
        return self.ends is not None and self.now >= self.ends

    @property
    def left(self) -> int:
        """How many more there may be."""
        rules = self.assignment.requests
        return max(rules.limit - len(self.made), 0) if rules else 0

    def of(self, about: str) -> list[Request]:
        """The requests about a part, or about the explanation of a problem."""
        return [each for each in self.made if each.about == about]

    def objection(self, about: str, *, handed_in: bool) -> str | None:
        """Why this can't be asked for now, or None."""
        waiting = any(each.reply is None for each in self.of(about))
        asked = Asked(len(self.made), handed_in, waiting)
        return objection(self.assignment.requests, self.policy, asked, self.now)


def address(about: str) -> str:
    """Where to ask about a part, or about the explanation of a problem."""
    slug, name, *part = about.split("/")
    return url_for("regrade_requests.page", slug=slug, name=name, part=part[0] if part else None)
