"""The numbers that a class gave for parts, each once, with who gave it; those that are alike are one."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from grader.db import class_queries
from grader.domain.clusters import clusters
from grader.services.figures.selected import Selected

Kind = tuple[str, str | None]
"""A verdict, and the tag of the mistake that explains it."""


@dataclass(frozen=True, slots=True)
class Given:
    """A number given for a part, or several that are alike; ``at_once`` gave it at the first attempt.

    ``people`` are the ids of who gave it, as texts: a database lists them so, and most are only counted.
    """

    value: Decimal
    people: frozenset[str]
    submissions: int
    first_seen: datetime
    last_seen: datetime
    at_once: int
    values: int = 1

    @property
    def place(self) -> tuple[int, datetime]:
        """What is more common comes first, and of two the one that was seen later."""
        return len(self.people), self.last_seen


def given_values(
    session: Session, *, problems: Collection[str], selected: Selected
) -> Mapping[str, Mapping[Kind, list[Given]]]:
    """By part and kind each number that these submissions gave."""
    found: dict[str, dict[Kind, list[Given]]] = defaultdict(lambda: defaultdict(list))
    for query in class_queries.given(
        problems, *class_queries.behind(), who=selected.who, held=selected.held
    ):
        for part, value, verdict, tag, ids, *figures in session.execute(query):
            people = frozenset(ids.split(","))
            found[part][verdict, tag].append(Given(value, people, *figures))
    return found


def gathered(alike: Iterable[Given], tolerance: Decimal) -> Iterator[Given]:
    """Numbers of one kind, those within the tolerance of a more common one together with it."""
    ordered = sorted(alike, key=lambda each: each.place, reverse=True)
    for members in clusters([each.value for each in ordered], tolerance):
        yield _together([ordered[place] for place in members])


def everybody(given: Iterable[Given]) -> frozenset[str]:
    """Who gave any of these numbers."""
    return frozenset[str]().union(*(each.people for each in given))


def _together(members: list[Given]) -> Given:
    """Several as one; the first gives its value."""
    if len(members) == 1:
        return members[0]
    return Given(
        value=members[0].value,
        people=everybody(members),
        submissions=sum(each.submissions for each in members),
        first_seen=min(each.first_seen for each in members),
        last_seen=max(each.last_seen for each in members),
        at_once=sum(each.at_once for each in members),
        values=len({each.value for each in members}),
    )
