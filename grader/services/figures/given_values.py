"""The numbers that a class gave for parts, each once, with who gave it; those that are alike are one."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from grader.db import class_queries
from grader.domain.clusters import clusters
from grader.services.figures.selected import Selected

Kind = tuple[str, str | None]
"""A verdict, and the tag of the mistake that explains it."""


@dataclass(frozen=True, slots=True)
class Given:
    """A number given for a part, or ``values`` that are alike; ``people`` gave it, or are some of these.

    They are ids as texts: a database lists them so, and most are only counted.
    """

    value: Decimal
    students: int
    submissions: int
    first_seen: datetime
    last_seen: datetime
    people: frozenset[str]
    values: int = 1

    @property
    def place(self) -> tuple[int, datetime]:
        """What is more common comes first, and of two the one that was seen later."""
        return self.students, self.last_seen


Kinds = Mapping[Kind, list[Given]]
"""The numbers of each kind."""


def given_values(
    session: Session, *, problems: Collection[str], selected: Selected
) -> Mapping[str, Kinds]:
    """By part and kind each number that these submissions gave, and who gave it."""
    figures = class_queries.all_behind(), *class_queries.times_given()
    who, held = selected.who, selected.held
    queries = [class_queries.given(problems, *figures, who=who, held=held)]
    if held:
        queries.append(class_queries.given_and_held(problems, *figures, who=who))
    return _by_part(session, queries)


def counted_values(
    session: Session, *, problems: Collection[str], selected: Selected, named: int
) -> Mapping[str, Kinds]:
    """The same, but only so many of who gave it are named, which is quicker; ``students`` counts all."""
    figures = *class_queries.times_given(), class_queries.students()
    who, held = selected.who, selected.held
    some = class_queries.some_behind(who, named, held=held)
    queries = [class_queries.given(problems, some, *figures, who=who, held=held)]
    if held:
        everybody = class_queries.all_behind()
        queries.append(class_queries.given_and_held(problems, everybody, *figures, who=who))
    return _by_part(session, queries)


def _by_part(session: Session, queries: Iterable[Select[*tuple[Any, ...]]]) -> Mapping[str, Kinds]:
    found: dict[str, dict[Kind, list[Given]]] = defaultdict(lambda: defaultdict(list))
    for query in queries:
        for part, value, verdict, tag, ids, times, first, last, *counted in session.execute(query):
            people = frozenset(ids.split(","))
            students = counted[0] if counted else len(people)
            given = Given(value, students, times, first, last, people)
            found[part][verdict, tag].append(given)
    return found


def gathered(alike: Iterable[Given], tolerance: Decimal) -> Iterator[list[Given]]:
    """Numbers of one kind, those within the tolerance of a more common one behind it."""
    ordered = sorted(alike, key=lambda each: each.place, reverse=True)
    for members in clusters([each.value for each in ordered], tolerance):
        yield [ordered[place] for place in members]


def together(members: Sequence[Given]) -> Given:
    """Several as one, of which the first gives the value; who gave them has to be known."""
    if len(members) == 1:
        return members[0]
    people = everybody(members)
    return Given(
        value=members[0].value,
        students=len(people),
        submissions=sum(each.submissions for each in members),
        first_seen=min(each.first_seen for each in members),
        last_seen=max(each.last_seen for each in members),
        people=people,
        values=len({each.value for each in members}),
    )


def everybody(given: Iterable[Given]) -> frozenset[str]:
    """Who gave any of these numbers."""
    return frozenset[str]().union(*(each.people for each in given))
