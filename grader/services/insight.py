"""What the class answered: the most common numbers of a problem's parts, and the students behind them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from operator import itemgetter
from typing import Any

from sqlalchemy import Select, String, case, cast, func, select
from sqlalchemy.orm import Session

from grader.db import queries
from grader.db.models import GradeRow, Person, Submission
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


@dataclass(frozen=True, slots=True)
class _Given:
    """One number given for a part, and the ids of who gave it."""

    value: Decimal
    verdict: str
    tag: str | None
    people: frozenset[int]
    submissions: int
    first_seen: datetime
    last_seen: datetime


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
    tallies = _tallies(session, problem)
    return tuple(
        PartInsight(
            part,
            tuple(
                _groups(given[part.slug], tolerances.get(part.slug, part.tolerance), names)[:groups]
            ),
            *tallies.get(part.slug, (0, 0, 0)),
        )
        for part in problem.parts
    )


def _groups(
    given: list[_Given], tolerance: Decimal, names: Mapping[int, tuple[str, str]]
) -> list[AnswerGroup]:
    """The numbers gathered within the tolerance, each kind of verdict and mistake by itself."""
    kinds: dict[tuple[str, str | None], list[_Given]] = defaultdict(list)
    for each in sorted(given, key=lambda one: (len(one.people), one.last_seen), reverse=True):
        kinds[each.verdict, each.tag].append(each)
    found = [
        _group([alike[place] for place in members], names)
        for alike in kinds.values()
        for members in clusters([each.value for each in alike], tolerance)
    ]
    return sorted(found, key=lambda one: (one.students, one.last_seen), reverse=True)


def _group(members: list[_Given], names: Mapping[int, tuple[str, str]]) -> AnswerGroup:
    people = frozenset[int]().union(*(each.people for each in members))
    return AnswerGroup(
        value=members[0].value,
        correct=members[0].verdict == Verdict.CORRECT,
        tag=members[0].tag,
        students=len(people),
        submissions=sum(each.submissions for each in members),
        first_seen=min(each.first_seen for each in members),
        last_seen=max(each.last_seen for each in members),
        values=len(members),
        people=tuple(sorted(map(names.__getitem__, people), key=itemgetter(1, 0))[:NAMED]),
    )


def _given(session: Session, problem: Problem) -> Mapping[str, list[_Given]]:
    """Each number that was given for each part."""
    times = Submission.submitted_at
    rows = session.execute(
        _answers(
            problem,
            (Submission.part, Submission.value, GradeRow.verdict, GradeRow.misconception),
            (
                func.aggregate_strings(cast(Submission.person_id, String), ","),
                func.count(),
                func.min(times, type_=times.type),
                func.max(times, type_=times.type),
            ),
        )
    )
    found: dict[str, list[_Given]] = defaultdict(list)
    for part, value, verdict, tag, ids, *figures in rows:
        people = frozenset(map(int, ids.split(",")))
        found[part].append(_Given(value, verdict, tag, people, *figures))
    return found


def _names(session: Session) -> Mapping[int, tuple[str, str]]:
    rows = session.execute(select(Person.id, Person.login, Person.name).where(Person.active))
    return {person_id: (login, name) for person_id, login, name in rows}


def _tallies(session: Session, problem: Problem) -> Mapping[str, list[int]]:
    """By part how many students tried it, solved it, and were right at once."""
    right = GradeRow.verdict == Verdict.CORRECT
    tried = func.count(Submission.person_id.distinct())
    solved = func.count(case((right, Submission.person_id)).distinct())
    # A student has one first attempt at a part.
    first_try = func.count(case((right & (Submission.attempt == 1), Submission.person_id)))
    rows = session.execute(_answers(problem, (Submission.part,), (tried, solved, first_try)))
    return {part: tally for part, *tally in rows}


def _answers(
    problem: Problem, groups: tuple[Any, ...], figures: tuple[Any, ...]
) -> Select[*tuple[Any, ...]]:
    """Figures over the standing grades of a problem, students only, grouped."""
    return (
        queries.graded(*groups, *figures)
        .join(Person, Person.id == Submission.person_id)
        .where(Submission.problem == problem.slug, Person.role == "student", Person.active)
        .group_by(*groups)
    )
