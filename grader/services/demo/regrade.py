"""Regrades of the demo course: one that was applied and taken back, and a hint that waits for its regrade."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from grader.domain.problem import Course, Problem
from grader.services.figures.insight import AnswerGroup, problem_insight
from grader.services.keys.drafts import Author, accept_value, discard, write_hint
from grader.services.keys.published import newest_version, published_key
from grader.services.policies.publishing import active_policy
from grader.services.regrades import regrading

_ACCEPTING = "Cut off after three decimals; the slides of week two still asked for three."
_BACK = "The handout says five decimals. Whoever was told three can ask for a regrade."
_HINT = (
    "Keep all digits until the end: this number comes out when a step before the last is rounded."
)
_WHY = "Several students gave it independently, and nothing explained it yet."

Wanted = Callable[[AnswerGroup], bool]


def make_past_regrade(
    session: Session, *, course: Course, actor: str, now: datetime
) -> Problem | None:
    """Regrade the first problem for which it makes sense, and take that back; gives the problem."""
    return _accept_and_undo(session, course, _graded(course), actor, now)


def make_waiting_draft(
    session: Session, *, course: Course, actor: str, besides: Problem | None, now: datetime
) -> None:
    """Draft a hint for another problem than that one, with the plan of its regrade."""
    others = [each for each in _graded(course) if each is not besides]
    found = _common(session, course, others, lambda group: group.tag is None)
    if found is not None:
        problem, part, value = found
        author, at = Author(actor, _WHY), now - timedelta(minutes=40)
        write_hint(session, part=part, value=value, words=_HINT, author=author, now=at)
        regrading.plan(session, course=course, problem=problem, now=at + timedelta(minutes=1))


def _graded(course: Course) -> list[Problem]:
    return [each for graded in course.assignments if graded.graded for each in graded.problems]


def _accept_and_undo(  # noqa: PLR0917 - one caller, above.
    session: Session, course: Course, problems: list[Problem], actor: str, now: datetime
) -> Problem | None:
    found = _common(session, course, problems, lambda group: group.tag == "generic:rounded")
    if found is None:
        return None
    problem, part, value = found
    at, later = now - timedelta(hours=26), now - timedelta(hours=24)
    accept_value(session, part=part, value=value, author=Author(actor, _ACCEPTING), now=at)
    plan = regrading.plan(session, course=course, problem=problem, now=at).id
    run = regrading.apply(session, plan_id=plan, reason=_ACCEPTING, actor=actor, now=at)
    regrading.undo(session, run_id=run.id, reason=_BACK, actor=actor, now=later)
    version = newest_version(session, problem=problem.slug)
    discard(session, problem=problem.slug, version=version, reason=_BACK, actor=actor, now=later)
    return problem


def _common(
    session: Session, course: Course, problems: list[Problem], wanted: Wanted
) -> tuple[Problem, str, Decimal] | None:
    """The wrong number of this kind that most students gave, with its problem and part."""
    found = [
        (group.students, problem, each.part.slug, group.value)
        for assignment in course.assignments
        for problem in assignment.problems
        if problem in problems and (key := published_key(session, problem.slug)) is not None
        for each in problem_insight(
            session,
            assignment=assignment,
            policy=active_policy(session, assignment.slug),
            problem=problem,
            tolerances={slug: part.tolerance for slug, part in key[1].parts.items()},
        )
        for group in each.groups
        # Where most are wrong, the key is what has to be looked at: that is left to the visitor.
        if not group.correct and group.students < each.solved and wanted(group)
    ]
    if not found:
        return None
    _students, problem, part, value = max(found, key=lambda each: (each[0], each[2], each[3]))
    return problem, part, value
