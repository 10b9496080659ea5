"""What the class answered: the most common values of a problem's parts."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, case, func
from sqlalchemy.orm import Session

from grader.db import queries
from grader.db.models import GradeRow, Person, Submission
from grader.domain.alarms import Figures
from grader.domain.grading import Verdict
from grader.domain.problem import Part, Problem


@dataclass(frozen=True, slots=True)
class AnswerGroup:
    """Equal numbers given for a part: how many students and submissions, and when last.

    ``tag`` names the mistake that explains them, if one is known.
    """

    value: Decimal
    correct: bool
    tag: str | None
    students: int
    submissions: int
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
    session: Session, *, problem: Problem, groups: int = 20
) -> tuple[PartInsight, ...]:
    """The answers of active students to each part of a problem, the ``groups`` most common values."""
    students = func.count(Submission.person_id.distinct())
    last_seen = func.max(Submission.submitted_at, type_=Submission.submitted_at.type)
    by_value = _answers(
        problem,
        (Submission.part, Submission.value, GradeRow.verdict, GradeRow.misconception),
        (students, func.count(), last_seen),
    ).order_by(students.desc(), last_seen.desc())
    by_part: dict[str, list[AnswerGroup]] = defaultdict(list)
    for part, value, verdict, tag, people, count, last in session.execute(by_value):
        group = AnswerGroup(value, verdict == Verdict.CORRECT, tag, people, count, last)
        by_part[part].append(group)
    right = GradeRow.verdict == Verdict.CORRECT
    solved = func.count(case((right, Submission.person_id)).distinct())
    # A student has one first attempt at a part.
    first_try = func.count(case((right & (Submission.attempt == 1), Submission.person_id)))
    tallies = {
        part: tally
        for part, *tally in session.execute(
            _answers(problem, (Submission.part,), (students, solved, first_try))
        )
    }
    return tuple(
        PartInsight(part, tuple(by_part[part.slug][:groups]), *tallies.get(part.slug, (0, 0, 0)))
        for part in problem.parts
    )


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
