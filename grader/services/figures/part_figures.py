"""How many students are right at each part of many, and which wrong value may have more of them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db import class_queries
from grader.db.models import ActiveKey, Submission
from grader.domain.alarms import FEWEST
from grader.domain.clusters import clusters
from grader.domain.grading import Verdict
from grader.domain.problem import Problem
from grader.services.figures.given_values import Given, Kind, everybody, gathered, given_values
from grader.services.figures.selected import Selected
from grader.services.keys.documents import load_key


@dataclass(frozen=True, slots=True)
class PartFigures:
    """In students: who is right, and was at once; and how many gave the most common wrong value.

    That ``rival`` is looked for only where it may have more students than the right one.
    """

    solved: int = 0
    first_try: int = 0
    rival: Decimal | None = None
    rivals: int = 0


@dataclass(frozen=True, slots=True)
class _Counted:
    """A number given for a part; its students are counted and not known by name."""

    value: Decimal
    students: int
    last_seen: datetime


def part_figures(
    session: Session, *, problems: Collection[Problem], selected: Selected
) -> Mapping[str, PartFigures]:
    """By part what these submissions say; a part without any is not in it.

    Students are counted by number first: that needs no names, and each number is a stretch of an index. Who
    gave several numbers is counted too often, so the names behind the right numbers, and behind the wrong
    ones that may have more, are looked at in a second step.
    """
    slugs = [problem.slug for problem in problems]
    tolerances = _tolerances(session, problems)
    looked_at = {
        (part, value)
        for part, kinds in _counted(session, slugs, selected).items()
        for value in _worth_a_look(kinds, tolerances[part])
    }
    theirs = selected.where(
        Submission.part.in_({part for part, _ in looked_at})
        & Submission.value.in_({value for _, value in looked_at})
    )
    given = given_values(session, problems=slugs, selected=theirs)
    return {part: _figures(kinds, tolerances[part]) for part, kinds in given.items()}


def _counted(
    session: Session, problems: list[str], selected: Selected
) -> Mapping[str, Mapping[Kind, list[_Counted]]]:
    """By part and kind each number."""
    found: dict[str, dict[Kind, list[_Counted]]] = defaultdict(lambda: defaultdict(list))
    figures, who, held = class_queries.of_students(), selected.who, selected.held
    for query in class_queries.given(problems, *figures, who=who, held=held):
        for part, value, verdict, tag, students, last_seen in session.execute(query):
            found[part][verdict, tag].append(_Counted(value, students, last_seen))
    return found


def _worth_a_look(kinds: Mapping[Kind, list[_Counted]], tolerance: Decimal) -> Iterator[Decimal]:
    """The right numbers, and those of groups of wrong ones that may have more students."""
    right = [each for kind, alike in kinds.items() if _is_right(kind) for each in alike]
    yield from (each.value for each in right)
    # Whoever gave the most common of them is right, and perhaps more students are.
    fewest = max([FEWEST, *(each.students + 1 for each in right)])
    for alike in (alike for kind, alike in kinds.items() if not _is_right(kind)):
        for group in _groups(alike, tolerance):
            if sum(each.students for each in group) >= fewest:
                yield from (each.value for each in group)


def _groups(alike: Iterable[_Counted], tolerance: Decimal) -> Iterator[list[_Counted]]:
    ordered = sorted(alike, key=lambda each: (each.students, each.last_seen), reverse=True)
    for members in clusters([each.value for each in ordered], tolerance):
        yield [ordered[place] for place in members]


def _figures(kinds: Mapping[Kind, list[Given]], tolerance: Decimal) -> PartFigures:
    right = [each for kind, alike in kinds.items() if _is_right(kind) for each in alike]
    wrong = [
        group
        for kind, alike in kinds.items()
        if not _is_right(kind)
        for group in gathered(alike, tolerance)
    ]
    rival = max(wrong, key=lambda group: group.place, default=None)
    return PartFigures(
        solved=len(everybody(right)),
        # A student has one first attempt at a part.
        first_try=sum(each.at_once for each in right),
        rival=rival.value if rival else None,
        rivals=len(rival.people) if rival else 0,
    )


def _is_right(kind: Kind) -> bool:
    return kind[0] == Verdict.CORRECT


def _tolerances(session: Session, problems: Collection[Problem]) -> Mapping[str, Decimal]:
    """By part the tolerance of the active key; a part that it does not cover has its own."""
    stated = {part.slug: part.tolerance for problem in problems for part in problem.parts}
    keys = select(ActiveKey.key_id).where(ActiveKey.problem.in_([each.slug for each in problems]))
    for key_id in session.scalars(keys):
        for slug, part in load_key(session, key_id).parts.items():
            stated[slug] = part.tolerance
    # A part that has gone from the files and from the key: its numbers are told apart.
    return defaultdict(Decimal, stated)
