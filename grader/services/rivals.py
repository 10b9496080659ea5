"""The wrong values that more students gave than the right one."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from grader.db import class_queries
from grader.db.models import ActiveKey, Submission
from grader.domain.alarms import FEWEST
from grader.domain.clusters import clusters
from grader.domain.grading import Verdict
from grader.domain.problem import Problem
from grader.services.documents import load_key
from grader.services.given_values import Given, Kind, gathered, given_values


class Rival(NamedTuple):
    """A wrong value, and how many students gave it or one that is the same within the tolerance."""

    value: Decimal | None
    students: int


NOBODY = Rival(None, 0)


@dataclass(frozen=True, slots=True)
class _Counted:
    """A value of a part, with the students who gave it; they are not known by name."""

    value: Decimal
    students: int
    last_seen: datetime


def rivals(
    session: Session,
    *,
    problems: Collection[Problem],
    who: ColumnElement[bool],
    solved: Mapping[str, int],
) -> Mapping[str, Rival]:
    """By part the most common wrong value, where it has more students than the right one (``solved``).

    First students are counted by value, which is quick and, where values are gathered, at most too many;
    then those are looked at who may be more than those that are right.
    """
    slugs = [problem.slug for problem in problems]
    tolerances = _tolerances(session, problems)
    suspects = {
        part: values
        for part, kinds in _wrong(session, slugs, who).items()
        if (values := list(_suspects(kinds, tolerances[part], solved.get(part, 0))))
    }
    theirs = (
        Submission.part.in_(suspects)
        & Submission.value.in_({value for values in suspects.values() for value in values})
        & who
    )
    given = given_values(session, problems=slugs, who=theirs)
    return {part: _most_common(given[part], tolerances[part]) for part in suspects}


def _wrong(
    session: Session, problems: list[str], who: ColumnElement[bool]
) -> Mapping[str, Mapping[str | None, list[_Counted]]]:
    """By part and mistake the wrong values."""
    found: dict[str, dict[str | None, list[_Counted]]] = defaultdict(lambda: defaultdict(list))
    for query in class_queries.given(problems, *class_queries.of_students(), who=who):
        for part, value, verdict, tag, students, last_seen in session.execute(query):
            if verdict != Verdict.CORRECT:
                found[part][tag].append(_Counted(value, students, last_seen))
    return found


def _suspects(
    kinds: Mapping[str | None, list[_Counted]], tolerance: Decimal, solved: int
) -> Iterator[Decimal]:
    """The values of the groups that may have more students than are right."""
    for alike in kinds.values():
        ordered = sorted(alike, key=lambda each: (each.students, each.last_seen), reverse=True)
        for members in clusters([each.value for each in ordered], tolerance):
            if sum(ordered[place].students for place in members) > max(solved, FEWEST - 1):
                yield from (ordered[place].value for place in members)


def _most_common(given: Mapping[Kind, list[Given]], tolerance: Decimal) -> Rival:
    groups = [
        group
        for (verdict, _tag), alike in given.items()
        if verdict != Verdict.CORRECT
        for group in gathered(alike, tolerance)
    ]
    first = max(groups, key=lambda group: group.place)
    return Rival(first.value, len(first.people))


def _tolerances(session: Session, problems: Collection[Problem]) -> Mapping[str, Decimal]:
    """By part the tolerance of the active key; a part that it does not cover has its own."""
    stated = {part.slug: part.tolerance for problem in problems for part in problem.parts}
    keys = select(ActiveKey.key_id).where(ActiveKey.problem.in_([each.slug for each in problems]))
    for key_id in session.scalars(keys):
        for slug, part in load_key(session, key_id).parts.items():
            stated[slug] = part.tolerance
    return defaultdict(Decimal, stated)
