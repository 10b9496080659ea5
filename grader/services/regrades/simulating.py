"""The dry run: what scores would be under the terms of a regrade, worked out in memory."""

import json
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db.models import Person
from grader.domain.grading import Verdict
from grader.domain.policy import Policy
from grader.domain.problem import Assignment, Course
from grader.domain.regrade_scope import Rule
from grader.domain.scoring import PartRecord
from grader.services.regrades.conflicts import conflicts
from grader.services.regrades.kept import Kept, kept_answers
from grader.services.regrades.tally import Tally, tally
from grader.services.regrades.terms import Terms
from grader.services.scores.gradebook import class_standing

PEOPLE_AT_ONCE = 10_000
_VERDICTS = (Verdict.CORRECT, Verdict.INCORRECT)


def simulate(session: Session, *, course: Course, terms: Terms) -> dict[str, Any]:
    """Grade every submission of a problem under the terms of a regrade, in memory.

    Gives ``matrix`` (counts of old and new verdict), ``submissions``, ``changed``, ``retold`` (wrong answers
    that another mistake explains), ``overrides`` that stay although a verdict beside them changes, and
    ``students``: each one whose verdicts would change, with the points of the parts before and after
    (marks of explanations apart), and ``crosses``, the parts that become solved or stop being so.
    ``outside`` and ``held`` count the answers that stay by the terms or by an earlier regrade, ``kept`` are
    those that stay so that no score is lowered, ``kept_students`` whose they are. ``last`` is the newest.

    Raises:
        InvalidRequest: the key lacks a part that students have answered.
    """
    assignment = course.assignment(terms.problem.partition("/")[0])
    assert assignment is not None  # noqa: S101 - the problem was found in the same course.
    counted = tally(session, terms=terms)
    kept: list[Kept] = []
    if terms.rule is Rule.NEVER_LOWER:
        kept = kept_answers(session, terms=terms, places=counted.falling())
        for each in kept:
            counted.keep(each)
    return {
        "submissions": int(counted.matrix.sum()),
        "changed": int(counted.up.sum() + counted.down.sum()),
        "matrix": _matrix(counted),
        "retold": {
            "answers": int(counted.retold.sum()),
            "students": int(np.count_nonzero(counted.retold)),
        },
        "students": _students(session, course, assignment, counted),
        "overrides": conflicts(session, problem=terms.problem, moved=counted.moved()),
        "outside": counted.outside,
        "held": counted.held,
        "kept": [each.submission for each in kept],
        "kept_students": _kept_students(session, kept),
        "last": counted.last,
    }


def digest_of(document: Any) -> str:  # noqa: ANN401 - any JSON document.
    """The sha256 of a JSON document."""
    return sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def _matrix(counted: Tally) -> dict[str, int]:
    return {
        f"{old} -> {new}": int(counted.matrix[row, column])
        for row, old in enumerate(_VERDICTS)
        for column, new in enumerate(_VERDICTS)
        if counted.matrix[row, column]
    }


def _students(
    session: Session, course: Course, assignment: Assignment, counted: Tally
) -> list[dict[str, Any]]:
    """Each person whose verdicts would change, with the points of the parts before and after."""
    known = [problem for problem in assignment.problems if problem.slug != counted.problem]
    # Of this problem everything is counted already.
    others = replace(assignment, problems=tuple(known))
    everybody = class_standing(session, course=course, assignment=others)
    parts = _scored(everybody.policy, assignment, counted)
    moves = _moves(counted)
    students = []
    for person, login, name in _people(session, list(moves)):
        standing = everybody.of(person)
        before, after = (
            counted.records(person, parts, first)
            for first in (counted.first_before, counted.first_after)
        )
        # The marks of explanations don't move, and what is stored would outlive their being withdrawn.
        was, will = (
            replace(standing, explained=None, records={**standing.records, **records}).score.points
            for records in (before, after)
        )
        students.append(
            {
                "student": login,
                "name": name,
                "before": str(was),
                "after": str(will),
                "moves": moves[person],
                "crosses": _crosses(before, after),
            }
        )
    return students


def _scored(policy: Policy, assignment: Assignment, counted: Tally) -> tuple[str, ...]:
    """The parts of the problem that the policy or the files have; work on others counts no more."""
    files = {part.slug for problem in assignment.problems for part in problem.parts}
    return tuple(part for part in counted.parts if part in files or part in policy.points)


def _kept_students(session: Session, kept: list[Kept]) -> list[dict[str, Any]]:
    """Who keeps a right answer, and to which parts."""
    parts: dict[int, list[str]] = {}
    for each in kept:
        parts.setdefault(each.person, []).append(each.part)
    return [
        {"student": login, "name": name, "parts": sorted(parts[person])}
        for person, login, name in _people(session, list(parts))
    ]


def _people(session: Session, ids: list[int]) -> list[tuple[int, str, str]]:
    """The ids, logins and names of these people by login; a statement takes only so many values."""
    found: list[tuple[int, str, str]] = []
    for start in range(0, len(ids), PEOPLE_AT_ONCE):
        some = Person.id.in_(ids[start : start + PEOPLE_AT_ONCE])
        rows = session.connection().execute(
            select(Person.id, Person.login, Person.name).where(some)
        )
        found += [(number, login, name) for number, login, name in rows.all()]
    return sorted(found, key=lambda person: person[1])


def _moves(counted: Tally) -> dict[int, dict[str, int]]:
    """By person how many verdicts change, and in which way; only of those whose do."""
    right, wrong = _VERDICTS
    ways = sorted(
        (f"{part}: {old} -> {new}", column, counts)
        for old, new, counts in ((wrong, right, counted.up), (right, wrong, counted.down))
        for column, part in enumerate(counted.parts)
    )
    moves: dict[int, dict[str, int]] = {}
    for words, column, counts in ways:
        people = np.flatnonzero(counts[:, column])
        for person, count in zip(people.tolist(), counts[people, column].tolist(), strict=True):
            moves.setdefault(person, {})[words] = count
    return moves


def _crosses(before: Mapping[str, PartRecord], after: Mapping[str, PartRecord]) -> dict[str, str]:
    """The parts that a person has solved after and not before, or the other way round.

    A part that neither the policy nor the files have any more counts for nothing, and is none of them.
    """
    solved = {part: each.first_correct_at is not None for part, each in before.items()}
    return {
        part: "lost" if solved[part] else "gained"
        for part, each in sorted(after.items())
        if part in solved and solved[part] != (each.first_correct_at is not None)
    }
