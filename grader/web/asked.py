"""A problem as it is asked now: its text from the files, its numbers from the active key.

The files may be newer than what is published, but students are graded by what is published. Every door
shows the problem through here, so that the API, the answer sheet and the staff's page say the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from grader.content.catalog import fill_in
from grader.domain.deadlines import check_opened
from grader.domain.errors import NotFound
from grader.domain.grading import AnswerKey
from grader.domain.policy import Policy
from grader.domain.problem import Assignment, Course, Parameter, Part, Problem
from grader.services.people.identity import Principal
from grader.services.policies.extensions import own_dates


@dataclass(frozen=True, slots=True)
class Asked:
    """What students may see of a problem and its key. It holds no value that is expected."""

    problem: Problem
    parameters: Mapping[str, Parameter]
    tolerances: Mapping[str, Decimal]
    data: Mapping[str, str]

    @property
    def statement(self) -> str:
        """The problem's text, in Markdown."""
        return fill_in(self.problem.statement, self.parameters)

    def prompt(self, part: Part) -> str:
        """What is asked of a part, in Markdown."""
        return fill_in(part.prompt, self.parameters)

    def tolerance(self, part: Part) -> Decimal:
        """How far from the reference value an answer may lie; the file's, if the key lacks the part."""
        return self.tolerances.get(part.slug, part.tolerance)


def asked(problem: Problem, key: AnswerKey) -> Asked:
    """Take from a key what may be seen; a parameter that it does not know in this shape is the file's."""
    return Asked(
        problem=problem,
        parameters={
            name: _in_force(value, key.parameters.get(name))
            for name, value in problem.parameters.items()
        },
        tolerances={slug: part.tolerance for slug, part in key.parts.items()},
        data=key.data,
    )


def find_problem(course: Course, slug: str, name: str) -> tuple[Assignment, Problem]:
    """The problem at an address.

    Raises:
        NotFound: there is none.
    """
    assignment = course.assignment(slug)
    problem = assignment.problem(f"{slug}/{name}") if assignment else None
    if assignment is None or problem is None:
        raise NotFound("There is no such problem.")
    return assignment, problem


def open_policy(
    session: Session, assignment: Assignment, person: Principal, now: datetime
) -> Policy | None:
    """The active policy with this person's own dates, if there is one; the assignment may be seen now.

    Raises:
        NotOpen: students see it later; staff may look before.
    """
    found = own_dates(session, assignment.slug, person.person_id)
    policy = found and found[0]
    if policy is not None and not person.role.is_staff:
        check_opened(policy, now)
    return policy


def _in_force(stated: Parameter, published: Parameter | None) -> Parameter:
    # The text comes from the files and has to find each number that it names: a list stays as long.
    lengths = [len(each) if isinstance(each, tuple) else None for each in (stated, published)]
    if published is None or lengths[0] != lengths[1]:
        return stated
    return published
