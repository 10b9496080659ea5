"""A class's numbers, those that are alike as one, with no more looked at than is shown of them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal

from sqlalchemy.orm import Session

from grader.domain.problem import Problem
from grader.services.figures.given_values import (
    Given,
    Kind,
    Kinds,
    counted_values,
    gathered,
    given_values,
    together,
)
from grader.services.figures.selected import Selected


def grouped(
    session: Session,
    problem: Problem,
    selected: Selected,
    tolerances: Mapping[str, Decimal],
    *,
    named: int,
) -> Mapping[str, Kinds]:
    """By part and kind the numbers, those that are alike as one, with so many of their students ``named``.

    Of several numbers that are one all are looked at: some may be behind more than one of them.
    """
    groups = {
        (part, kind): [*gathered(alike, tolerances.get(part, Decimal()))]
        for part, kinds in counted_values(
            session, problems=[problem.slug], selected=selected, named=named
        ).items()
        for kind, alike in kinds.items()
    }
    several = [
        (part, each.value)
        for (part, _), of_kind in groups.items()
        for members in of_kind
        if len(members) > 1
        for each in members
    ]
    known = _known(session, problem, selected, several)
    found: dict[str, dict[Kind, list[Given]]] = defaultdict(dict)
    for (part, kind), of_kind in groups.items():
        found[part][kind] = [
            members[0]
            if len(members) == 1
            else together([each for one in _different(members) for each in known[part, kind, one]])
            for members in of_kind
        ]
    return found


def _different(members: Iterable[Given]) -> Iterable[Decimal]:
    """The values, each once: what a regrade holds of a value stands beside the rest of it."""
    return dict.fromkeys(each.value for each in members)


def _known(
    session: Session,
    problem: Problem,
    selected: Selected,
    numbers: Collection[tuple[str, Decimal]],
) -> Mapping[tuple[str, Kind, Decimal], list[Given]]:
    """These numbers with everybody who gave them."""
    if not numbers:
        return {}
    theirs = selected.of_numbers(numbers)
    found: dict[tuple[str, Kind, Decimal], list[Given]] = defaultdict(list)
    given = given_values(session, problems=[problem.slug], selected=theirs)
    for part, kinds in given.items():
        for kind, alike in kinds.items():
            for each in alike:
                found[part, kind, each.value].append(each)
    return found


def most_common(kinds: Kinds, *, most: int | None = None) -> list[tuple[Kind, Given]]:
    """So many of all kinds' groups, the most common first."""
    groups = [(kind, each) for kind, alike in kinds.items() for each in alike]
    return sorted(groups, key=lambda group: group[1].place, reverse=True)[:most]
