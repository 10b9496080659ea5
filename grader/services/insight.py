"""What the class answered: the most common numbers of a problem's parts, and the students behind them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import islice
from operator import itemgetter

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db import class_queries
from grader.db.models import Person
from grader.domain.alarms import Figures
from grader.domain.clusters import clusters
from grader.domain.grading import Verdict
from grader.domain.problem import Part, Problem

NAMED = 20
"""How many of the students behind a group are named."""


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


Kind = tuple[str, str | None]
"""A verdict and the tag of the mistake that explains it."""
Names = Mapping[str, tuple[str, str]]
"""Login and name by the id of a person, as a text: so a database lists them, and most are only counted."""


@dataclass(frozen=True, slots=True)
class _Given:
    """A number given for a part, or several that are alike; ``at_once`` gave it at the first attempt."""

    value: Decimal
    people: frozenset[str]
    submissions: int
    first_seen: datetime
    last_seen: datetime
    at_once: int
    values: int = 1


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


def problem_insight(
    session: Session, *, problem: Problem, tolerances: Mapping[str, Decimal], groups: int = 20
) -> tuple[PartInsight, ...]:
    """The answers of active students to each part of a problem, the ``groups`` most common ones.

    ``tolerances`` are the active key's, by part; a part that it does not cover has its own.
    """
    given = _given(session, problem)
    names = _names(session)
    return tuple(
        _insight(
            part, given[part.slug], tolerances.get(part.slug, part.tolerance), names, most=groups
        )
        for part in problem.parts
    )


def _insight(
    part: Part, given: Mapping[Kind, list[_Given]], tolerance: Decimal, names: Names, *, most: int
) -> PartInsight:
    right = [each for kind, alike in given.items() if kind[0] == Verdict.CORRECT for each in alike]
    groups = [
        (kind, gathered)
        for kind, alike in given.items()
        for gathered in _gathered(alike, tolerance)
    ]
    groups.sort(key=lambda one: _place(one[1]), reverse=True)
    return PartInsight(
        part,
        tuple(_group(kind, gathered, names) for kind, gathered in groups[:most]),
        tried=len(_everybody(each for alike in given.values() for each in alike)),
        solved=len(_everybody(right)),
        # A student has one first attempt at a part.
        first_try=sum(each.at_once for each in right),
    )


def _gathered(alike: list[_Given], tolerance: Decimal) -> Iterator[_Given]:
    """The numbers gathered within the tolerance, around the more common ones."""
    ordered = sorted(alike, key=_place, reverse=True)
    for members in clusters([each.value for each in ordered], tolerance):
        yield _together([ordered[place] for place in members])


def _place(given: _Given) -> tuple[int, datetime]:
    return len(given.people), given.last_seen


def _together(members: list[_Given]) -> _Given:
    """Several as one; the first gives its value."""
    if len(members) == 1:
        return members[0]
    return _Given(
        value=members[0].value,
        people=_everybody(members),
        submissions=sum(each.submissions for each in members),
        first_seen=min(each.first_seen for each in members),
        last_seen=max(each.last_seen for each in members),
        at_once=sum(each.at_once for each in members),
        values=len({each.value for each in members}),
    )


def _everybody(members: Iterable[_Given]) -> frozenset[str]:
    return frozenset[str]().union(*(each.people for each in members))


def _group(kind: Kind, gathered: _Given, names: Names) -> AnswerGroup:
    return AnswerGroup(
        value=gathered.value,
        correct=kind[0] == Verdict.CORRECT,
        tag=kind[1],
        students=len(gathered.people),
        submissions=gathered.submissions,
        first_seen=gathered.first_seen,
        last_seen=gathered.last_seen,
        values=gathered.values,
        people=tuple(islice((who for id_, who in names.items() if id_ in gathered.people), NAMED)),
    )


def _given(session: Session, problem: Problem) -> Mapping[str, Mapping[Kind, list[_Given]]]:
    """By part and kind each number that was given."""
    found: dict[str, dict[Kind, list[_Given]]] = defaultdict(lambda: defaultdict(list))
    queries = class_queries.given(
        [problem.slug], *class_queries.figures_given(), who=class_queries.students()
    )
    for query in queries:
        for part, value, verdict, tag, ids, *figures in session.execute(query):
            people = frozenset(ids.split(","))
            found[part][verdict, tag].append(_Given(value, people, *figures))
    return found


def _names(session: Session) -> Names:
    """Everybody on the roster in order of name: so the first of any group are found by going through once."""
    rows = session.execute(select(Person.id, Person.login, Person.name).where(Person.active))
    ordered = sorted(rows, key=itemgetter(2, 1))
    return {str(person_id): (login, name) for person_id, login, name in ordered}
