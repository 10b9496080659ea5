"""What the class answered: the most common numbers of a problem's parts, and the students behind them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import islice
from operator import itemgetter

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db.models import Person, Submission
from grader.domain.alarms import Figures
from grader.domain.grading import Verdict
from grader.domain.problem import Part, Problem
from grader.services.figures.given_values import Given, Kind, everybody, gathered, given_values
from grader.services.figures.selected import of_students

NAMED = 20
"""How many of the students behind a group are named where there are many groups."""
Names = Mapping[str, tuple[str, str]]
"""Login and name by the id of a person, in order of name."""


@dataclass(frozen=True, slots=True)
class AnswerGroup:
    """Numbers given for a part that are the same within the tolerance: the most common is its ``value``.

    ``values`` counts the different ones, ``students`` and ``submissions`` those who gave them, and
    ``people`` are the first of these students by name. ``tag`` names the mistake that explains the numbers,
    if one is known.
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

    def group_of(self, value: Decimal) -> AnswerGroup | None:
        """The answers that stand under this value; None if nobody gave it."""
        return next((each for each in self.groups if each.value == value), None)

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


def problem_insight(
    session: Session, *, problem: Problem, tolerances: Mapping[str, Decimal], groups: int = 20
) -> tuple[PartInsight, ...]:
    """The answers of active students to each part of a problem, the ``groups`` most common ones.

    ``tolerances`` are the active key's, by part; a part that it does not cover has its own.
    """
    given = given_values(session, problems=[problem.slug], selected=of_students(session))
    names = _names(session)
    return tuple(
        _insight(
            part, given[part.slug], tolerances.get(part.slug, part.tolerance), names, most=groups
        )
        for part in problem.parts
    )


def part_insight(
    session: Session, *, problem: Problem, part: Part, tolerance: Decimal
) -> PartInsight:
    """All answers of active students to one part, with everybody behind each."""
    theirs = of_students(session).where(Submission.part == part.slug)
    given = given_values(session, problems=[problem.slug], selected=theirs)
    return _insight(part, given[part.slug], tolerance, _names(session), most=None, named=None)


def _insight(
    part: Part,
    given: Mapping[Kind, list[Given]],
    tolerance: Decimal,
    names: Names,
    *,
    most: int | None,
    named: int | None = NAMED,
) -> PartInsight:
    right = [each for kind, alike in given.items() if kind[0] == Verdict.CORRECT for each in alike]
    groups = [(kind, each) for kind, alike in given.items() for each in gathered(alike, tolerance)]
    groups.sort(key=lambda group: group[1].place, reverse=True)
    return PartInsight(
        part,
        tuple(_group(kind, each, names, named) for kind, each in groups[:most]),
        tried=len(everybody(each for alike in given.values() for each in alike)),
        solved=len(everybody(right)),
        # A student has one first attempt at a part.
        first_try=sum(each.at_once for each in right),
    )


def _group(kind: Kind, given: Given, names: Names, named: int | None) -> AnswerGroup:
    return AnswerGroup(
        value=given.value,
        correct=kind[0] == Verdict.CORRECT,
        tag=kind[1],
        students=len(given.people),
        submissions=given.submissions,
        first_seen=given.first_seen,
        last_seen=given.last_seen,
        values=given.values,
        people=tuple(islice((who for id_, who in names.items() if id_ in given.people), named)),
    )


def _names(session: Session) -> Names:
    """Everybody on the roster in order of name: so the first of any group are found by going through once."""
    rows = session.execute(select(Person.id, Person.login, Person.name).where(Person.active))
    ordered = sorted(rows, key=itemgetter(2, 1))
    return {str(person_id): (login, name) for person_id, login, name in ordered}
