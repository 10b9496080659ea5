"""What the class answered: the most common numbers of a problem's parts, and the students behind them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from operator import itemgetter

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db import class_queries
from grader.db.models import Person, Submission
from grader.domain.alarms import Figures
from grader.domain.grading import Verdict
from grader.domain.policy import Policy
from grader.domain.problem import Assignment, Part, Problem
from grader.services.figures.answer_groups import grouped, most_common
from grader.services.figures.given_values import (
    Given,
    Kind,
    everybody,
    gathered,
    given_values,
    together,
)
from grader.services.figures.part_counts import part_counts
from grader.services.figures.selected import of_students

GROUPS, IN_ALL = 20, 120
"""How many groups of each part are shown, and of all parts together: fewer of each where there are many."""
NAMED = 10
"""How many of the students behind a group are named where there are many groups."""
Names = Mapping[str, tuple[str, str]]
"""Login and name by the id of a person."""


@dataclass(frozen=True, slots=True)
class AnswerGroup:
    """Numbers given for a part that are the same within the tolerance: the most common is its ``value``.

    ``values`` counts the different ones, ``students`` and ``submissions`` those who gave them, and
    ``people`` are some of these students in order of name. ``tag`` names the mistake that explains the
    numbers, if one is known.
    """

    value: Decimal
    correct: bool
    tag: str | None
    students: int
    submissions: int
    first_seen: datetime
    last_seen: datetime
    values: int = 1
    people: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PartInsight:
    """A part with its answers, the most common first, and how many students tried and solved it.

    ``first_try`` were right at once.
    """

    part: Part
    groups: tuple[AnswerGroup, ...]
    tried: int
    solved: int
    first_try: int

    @property
    def figures(self) -> Figures:
        """What may speak against the key."""
        rival = next((each for each in self.groups if not each.correct), None)
        return Figures(
            tried=self.tried,
            solved=self.solved,
            first_try=self.first_try,
            rival=rival.value if rival else None,
            rivals=rival.students if rival else 0,
        )


@dataclass(frozen=True, slots=True)
class PartAnswers:
    """All answers to a part, the most common first, with everybody behind each; ``tried`` counts students."""

    groups: tuple[AnswerGroup, ...]
    tried: int

    def group_of(self, value: Decimal) -> AnswerGroup | None:
        """The answers that stand under this value; None if nobody gave it."""
        return next((each for each in self.groups if each.value == value), None)


def problem_insight(
    session: Session,
    *,
    assignment: Assignment,
    policy: Policy | None,
    problem: Problem,
    tolerances: Mapping[str, Decimal],
    groups: int = GROUPS,
) -> tuple[PartInsight, ...]:
    """The answers of active students to each part of a problem, the ``groups`` most common ones at most.

    ``tolerances`` are the active key's, by part; a part that it does not cover has its own.
    """
    selected = of_students(session)
    tolerances = {part.slug: part.tolerance for part in problem.parts} | dict(tolerances)
    most = min(groups, max(IN_ALL // max(len(problem.parts), 1), 1))
    found = {
        part: most_common(kinds, most=most)
        for part, kinds in grouped(session, problem, selected, tolerances, named=NAMED).items()
    }
    names = _names(session)
    counts = part_counts(session, assignment, policy, class_queries.in_class())
    return tuple(
        PartInsight(
            part,
            tuple(_group(each, names, named=NAMED) for each in found.get(part.slug, ())),
            tried=counts[part.slug].tried,
            solved=counts[part.slug].solved,
            first_try=counts[part.slug].first_try,
        )
        for part in problem.parts
    )


def part_answers(
    session: Session, *, problem: Problem, part: Part, tolerance: Decimal
) -> PartAnswers:
    """All answers of active students to one part, with everybody behind each."""
    theirs = of_students(session).where(Submission.part == part.slug)
    kinds = given_values(session, problems=[problem.slug], selected=theirs)[part.slug]
    groups = {
        kind: [together(members) for members in gathered(alike, tolerance)]
        for kind, alike in kinds.items()
    }
    names = _names(session)
    return PartAnswers(
        tuple(_group(each, names) for each in most_common(groups)),
        tried=len(everybody(each for alike in kinds.values() for each in alike)),
    )


def _group(group: tuple[Kind, Given], names: Names, *, named: int | None = None) -> AnswerGroup:
    kind, given = group
    people = (names[each] for each in given.people if each in names)
    return AnswerGroup(
        value=given.value,
        correct=kind[0] == Verdict.CORRECT,
        tag=kind[1],
        students=given.students,
        submissions=given.submissions,
        first_seen=given.first_seen,
        last_seen=given.last_seen,
        values=given.values,
        people=tuple(sorted(people, key=itemgetter(1, 0))[:named]),
    )


def _names(session: Session) -> Names:
    """Everybody on the roster."""
    rows = session.execute(select(Person.id, Person.login, Person.name).where(Person.active))
    return {str(person_id): (login, name) for person_id, login, name in rows}
