"""The dry run of a rescore: what everybody's scores would be under another policy, folded in memory."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db.models import Person
from grader.domain.grammar import canonical
from grader.domain.policy import Policy
from grader.domain.problem import Assignment, Course
from grader.domain.scoring import AssignmentScore, Explained
from grader.services.explanations.marks import released_points
from grader.services.policies.publishing import active_policies
from grader.services.rescores.conflicts import Scores, conflicts
from grader.services.scores.decisions import OwnRules, own_rules
from grader.services.scores.gradebook import ClassStanding
from grader.services.scores.part_records import part_records
from grader.services.scores.remembered import Records

Policies = Mapping[str, Policy]
"""By assignment the policy that scores it."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What scores are folded from, whichever policy is in force."""

    people: Sequence[Person]
    assignments: Sequence[Assignment]
    rules: OwnRules
    records: Mapping[str, Records]


def sharing(course: Course, policies: Policies, assignment: str) -> list[Assignment]:
    """An assignment, and those with which it shares the late days: all others that count and have a due time.

    Only its own policy is going to be another one, so it is the same before and after.
    """
    dated = {slug for slug, each in policies.items() if each.graded and each.due is not None}
    return [each for each in course.assignments if each.slug in dated | {assignment}]


def simulate(
    session: Session, *, course: Course, assignment: Assignment, new: Policy
) -> dict[str, Any]:
    """Fold the scores of all active students under the active policies, and with another for one assignment.

    Gives ``students``, each one whose score would change, on this assignment or on ``others`` with which it
    shares the late days; ``changed`` counts them. ``scores`` are the points of everybody on this assignment,
    counted, and ``overrides`` those that stay while the score beneath them moves.
    """
    old = active_policies(session)
    people = session.scalars(
        select(Person).where(Person.role == "student", Person.active).order_by(Person.login)
    ).all()
    assignments = sharing(course, old, assignment.slug)
    known = _Known(
        people,
        assignments,
        own_rules(session),
        {each.slug: part_records(session, each, _either(old, new, each)) for each in assignments},
    )
    both: tuple[Policies, Policies] = old, {**old, assignment.slug: new}
    scores = [_fold(session, known, policies) for policies in both]
    students = _changed(known, assignment.slug, *scores)
    return {
        "changed": len(students),
        "students": students,
        "scores": {
            name: _spread(by_assignment[assignment.slug])
            for name, by_assignment in zip(("before", "after"), scores, strict=True)
        },
        "overrides": conflicts(people, *scores),
    }


def _either(old: Policies, new: Policy, assignment: Assignment) -> Policy:
    """A policy that has the parts of both."""
    policy = old.get(assignment.slug, new)
    if assignment.slug != new.assignment:
        return policy
    return replace(policy, points={**policy.points, **new.points})


def _fold(session: Session, known: _Known, policies: Policies) -> Scores:
    """By assignment and person the scores; late days are taken in order of due time, as in the gradebook."""
    found: dict[str, Mapping[int, AssignmentScore]] = {}
    spent: dict[int, int] = defaultdict(int)
    for assignment in sorted(known.assignments, key=lambda each: _place(policies[each.slug])):
        policy = policies[assignment.slug]
        standing = ClassStanding(
            policy=policy,
            rules=known.rules,
            records=known.records[assignment.slug],
            spent=spent,
            marks=_marks(session, assignment, policy),
        )
        scores = {each.id: standing.of(each.id).score for each in known.people}
        if policy.graded and policy.due:
            for person, score in scores.items():
                spent[person] += score.late_days
        found[assignment.slug] = scores
    return found


def _place(policy: Policy) -> tuple[bool, Any, str]:
    """Where an assignment stands in the order of late days; one without a due time is last."""
    return policy.due is None, policy.due, policy.assignment


def _marks(
    session: Session, assignment: Assignment, policy: Policy
) -> Mapping[int, Explained] | None:
    return released_points(session, assignment=assignment, possible=policy.explanation_points)


def _changed(known: _Known, assignment: str, before: Scores, after: Scores) -> list[dict[str, Any]]:
    students = []
    for person in known.people:
        moved = {
            each.slug: {"before": old, "after": new}
            for each in known.assignments
            if (old := _told(before[each.slug][person.id]))
            != (new := _told(after[each.slug][person.id]))
        }
        if moved:
            same = _told(before[assignment][person.id])
            students.append(
                {
                    "student": person.login,
                    "name": person.name,
                    **moved.pop(assignment, {"before": same, "after": same}),
                    "others": moved,
                }
            )
    return students


def _told(score: AssignmentScore) -> dict[str, Any]:
    """What a student sees of a score."""
    return {
        "points": canonical(score.points),
        "possible": canonical(score.possible),
        "late_days": score.late_days,
    }


def _spread(scores: Mapping[int, AssignmentScore]) -> dict[str, int]:
    """How many have how many points."""
    counts = Counter(score.points for score in scores.values() if not score.excused)
    return {canonical(points): counts[points] for points in sorted(counts)}
