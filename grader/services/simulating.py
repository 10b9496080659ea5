"""The dry run: what scores would be under another key, worked out in memory."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from grader.db import queries
from grader.db.models import GradeRow, Person, Submission
from grader.domain.errors import InvalidRequest
from grader.domain.grading import AnswerKey, Grade, Verdict, grade
from grader.domain.problem import Assignment, Course, Problem
from grader.domain.scoring import PartRecord
from grader.services.gradebook import Records, class_standing
from grader.services.regrade_conflicts import conflicts


def simulate(
    session: Session, *, course: Course, problem: Problem, new_key: AnswerKey
) -> dict[str, Any]:
    """Grade every submission of a problem under another key, in memory.

    Gives ``matrix`` (counts of old and new verdict), ``submissions``, ``changed``, ``retold`` (wrong answers
    that another mistake explains), ``overrides`` that stay although a verdict beside them changes, and
    ``students``: each one whose verdicts would change, with the points of the parts before and after
    (marks of explanations apart), and ``crosses``, the parts that become solved or stop being so.

    Raises:
        InvalidRequest: the key lacks a part that students have answered.
    """
    assignment = course.assignment(problem.slug.partition("/")[0])
    assert assignment is not None  # noqa: S101 - the problem was found in the same course.
    matrix: Counter[str] = Counter()
    records: dict[int, dict[str, PartRecord]] = defaultdict(dict)
    moves: dict[int, Counter[str]] = defaultdict(Counter)
    moved: set[tuple[int, str]] = set()
    retold: Counter[int] = Counter()
    for person, part, value, at, old, tag, held in session.execute(_answers(problem)):
        # What a hold keeps stays as it is, whichever key is active.
        graded = Grade(Verdict(old), tag) if held else _grade(new_key, part, value)
        new = graded.verdict
        retold[person] += old == new and tag != graded.misconception
        matrix[f"{old} -> {new}"] += 1
        _count(records[person], part, at if new is Verdict.CORRECT else None)
        if old != new:
            moves[person][f"{part}: {old} -> {new}"] += 1
            moved.add((person, part))
    return {
        "submissions": matrix.total(),
        "changed": sum(by_move.total() for by_move in moves.values()),
        "matrix": dict(sorted(matrix.items())),
        "retold": {"answers": retold.total(), "students": len(+retold)},
        "students": _students(session, course, assignment, records, moves),
        "overrides": conflicts(session, problem=problem.slug, moved=moved),
    }


def digest_of(document: Any) -> str:  # noqa: ANN401 - any JSON document.
    """The sha256 of a JSON document."""
    return sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def _answers(problem: Problem) -> Select[*tuple[Any, ...]]:
    return queries.graded(
        Submission.person_id,
        Submission.part,
        Submission.value,
        Submission.submitted_at,
        GradeRow.verdict,
        GradeRow.misconception,
        queries.held_key().is_not(None),
    ).where(Submission.problem == problem.slug)


def _grade(key: AnswerKey, part: str, value: Decimal) -> Grade:
    if part not in key.parts:
        raise InvalidRequest(f"That key does not cover {part}, which students have answered.")
    return grade(key, part, value)


def _count(records: dict[str, PartRecord], part: str, correct_at: datetime | None) -> None:
    """Fold one more submission into a person's record of the part."""
    known = records.get(part, PartRecord(part, 0, None))
    moments = [at for at in (known.first_correct_at, correct_at) if at is not None]
    records[part] = PartRecord(part, known.attempts + 1, min(moments, default=None))


def _students(  # noqa: PLR0917 - one caller, which has just made them.
    session: Session,
    course: Course,
    assignment: Assignment,
    new: Records,
    moves: Mapping[int, Counter[str]],
) -> list[dict[str, Any]]:
    """Each person whose verdicts would change, with the points of the parts before and after."""
    everybody = class_standing(session, course=course, assignment=assignment)
    people = session.scalars(select(Person).where(Person.id.in_(moves)).order_by(Person.login))
    students = []
    for person in people:
        # The marks of explanations don't move, and what is stored would outlive their being withdrawn.
        before = replace(everybody.of(person.id), explained=None)
        after = replace(before, records={**before.records, **new[person.id]})
        students.append(
            {
                "student": person.login,
                "name": person.name,
                "before": str(before.score.points),
                "after": str(after.score.points),
                "moves": dict(sorted(moves[person.id].items())),
                "crosses": _crosses(before.records, new[person.id]),
            }
        )
    return students


def _crosses(before: Mapping[str, PartRecord], after: Mapping[str, PartRecord]) -> dict[str, str]:
    """The parts that a person has solved after and not before, or the other way round."""
    solved = {part: each.first_correct_at is not None for part, each in before.items()}
    return {
        part: "lost" if solved[part] else "gained"
        for part, each in sorted(after.items())
        if solved[part] != (each.first_correct_at is not None)
    }
