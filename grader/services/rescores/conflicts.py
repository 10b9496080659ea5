"""Scores set by hand that a rescore would pass by: they stay as they are, and somebody has to look."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from grader.db.models import Person
from grader.domain.decisions import Decision
from grader.domain.grammar import canonical
from grader.domain.scoring import AssignmentScore, PartScore

Scores = Mapping[str, Mapping[int, AssignmentScore]]
"""By assignment and person."""


def conflicts(people: Iterable[Person], before: Scores, after: Scores) -> list[dict[str, Any]]:
    """The decisions in force about parts of which the automatic score would be another one.

    So are those that would come to other points than they do, since their part is worth less or more.
    """
    return [
        {
            "student": person.login,
            "name": person.name,
            "about": decision.about,
            "kind": decision.kind.value,
            "points": None if decision.points is None else canonical(decision.points),
            "actor": decision.actor,
        }
        for person in people
        for assignment, scores in before.items()
        for decision in _passed_by(scores[person.id], after[assignment][person.id])
    ]


def _passed_by(before: AssignmentScore, after: AssignmentScore) -> Iterator[Decision]:
    old, new = ({each.part: each for each in score.decided} for score in (before, after))
    told = set()
    for part in dict.fromkeys([*old, *new]):
        decision = (old.get(part) or new[part]).decision
        assert decision is not None  # noqa: S101 - these are the parts about which staff decided.
        if _come_to(old.get(part)) != _come_to(new.get(part)) and decision.about not in told:
            told.add(decision.about)
            yield decision


def _come_to(part: PartScore | None) -> tuple[Decimal | None, Decimal] | None:
    return None if part is None else (part.automatic, part.points)
