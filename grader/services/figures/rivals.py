"""Which wrong value of a part more students gave than the right one, if any did."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db import class_queries
from grader.db.models import ActiveKey
from grader.domain.alarms import FEWEST
from grader.domain.clusters import heaviest
from grader.domain.grading import Verdict
from grader.domain.problem import Problem
from grader.services.figures.given_values import Given, Kinds, gathered, given_values, together
from grader.services.figures.selected import Selected
from grader.services.keys.documents import load_key


@dataclass(frozen=True, slots=True)
class Rival:
    """A wrong value, and how many students gave it or one within the tolerance of it."""

    value: Decimal
    students: int


def rivals(
    session: Session,
    *,
    problems: Collection[Problem],
    selected: Selected,
    solved: Mapping[str, int],
) -> Mapping[str, Rival]:
    """By part the most common wrong value, where more students gave it than ``solved`` the part.

    Students are counted by number first: that needs no names, and each number is a stretch of an index. Who
    gave several numbers is counted too often, so only where there may be enough are names looked at.
    """
    slugs = [problem.slug for problem in problems]
    tolerances = _tolerances(session, problems)
    looked_at = [
        (part, value)
        for (part, *_), students in _wrong(session, slugs, selected).items()
        if heaviest(students, tolerances[part]) >= _fewest(solved, part)
        for value in students
    ]
    if not looked_at:
        return {}
    given = given_values(session, problems=slugs, selected=selected.of_numbers(looked_at))
    found = {part: _most_common(kinds, tolerances[part]) for part, kinds in given.items()}
    return {
        part: Rival(most.value, most.students)
        for part, most in found.items()
        if most is not None and most.students >= _fewest(solved, part)
    }


def _fewest(solved: Mapping[str, int], part: str) -> int:
    return max(FEWEST, solved.get(part, 0) + 1)


def _wrong(
    session: Session, problems: list[str], selected: Selected
) -> Mapping[tuple[str, str, str | None], Mapping[Decimal, int]]:
    """By part and kind how many students gave each wrong number."""
    found: dict[tuple[str, str, str | None], dict[Decimal, int]] = defaultdict(Counter)
    students, who, held = class_queries.students(), selected.who, selected.held
    queries = [class_queries.given(problems, students, who=who, held=held)]
    if held:
        queries.append(class_queries.given_and_held(problems, students, who=who))
    for query in queries:
        for part, value, verdict, tag, many in session.execute(query):
            if verdict != Verdict.CORRECT:
                found[part, verdict, tag][value] += many
    return found


def _most_common(kinds: Kinds, tolerance: Decimal) -> Given | None:
    wrong = (alike for (verdict, _), alike in kinds.items() if verdict != Verdict.CORRECT)
    groups = (together(group) for alike in wrong for group in gathered(alike, tolerance))
    return max(groups, key=lambda group: group.place, default=None)


def _tolerances(session: Session, problems: Collection[Problem]) -> Mapping[str, Decimal]:
    """By part the tolerance of the active key; a part that it does not cover has its own."""
    stated = {part.slug: part.tolerance for problem in problems for part in problem.parts}
    keys = select(ActiveKey.key_id).where(ActiveKey.problem.in_([each.slug for each in problems]))
    for key_id in session.scalars(keys):
        for slug, part in load_key(session, key_id).parts.items():
            stated[slug] = part.tolerance
    # A part that has gone from the files and from the key: its numbers are told apart.
    return defaultdict(Decimal, stated)
