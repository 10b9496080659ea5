"""A student's grades: what counts and why, and what a regrade changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template

from grader.db.session import reading
from grader.domain.problem import Problem
from grader.domain.scoring import PartScore, PartState
from grader.services.explanations.marks import own_marks
from grader.services.explanations.versions import newest_lines
from grader.services.requests.standing import list_requests
from grader.services.scores.own_grades import Counting, OwnGrades, own_grades
from grader.services.telling.regrade_notices import Notice
from grader.services.telling.rescore_notices import RescoreNotice
from grader.web.access import me, signed_in
from grader.web.asking import Asking, address
from grader.web.explanations import shown
from grader.web.rescore_words import rescore_notice
from grader.web.state import now, state
from grader.web.wording import counted, course_time, decided

_ALL = 100
pages = Blueprint("grades", __name__)


@dataclass(frozen=True, slots=True)
class Line:
    """A part in the table, with what counts of it in words."""

    part: str
    slug: str
    score: PartScore
    why: str


@pages.get("/grades")
@signed_in
def page() -> str:
    """Every assignment that counts, part by part."""
    course, moment = state().course, now()
    with reading(state().engine) as session:
        grades = own_grades(session, course=course, person_id=me().person_id, now=moment)
        requests = list_requests(session, person_id=me().person_id)
        explanations = newest_lines(session, person_id=me().person_id)
        marks = {
            each.assignment.slug: own_marks(
                session, assignment=each.assignment, person_id=me().person_id
            )
            for each in grades
        }
    asking = {}
    for each in grades:
        slug = each.assignment.slug
        made = [one for one in requests if one.about.partition("/")[0] == slug]
        asking[slug] = Asking(each.assignment, each.policy, made, moment)
    return render_template(
        "student/grades.html",
        grades=grades,
        lines=lines,
        notices=notices,
        asking=asking,
        explanations=explanations,
        marks=marks,
        shown=shown,
        address=address,
    )


def lines(grades: OwnGrades, problem: Problem) -> list[Line]:
    """A problem's parts as they are scored; a part that the rules do not know yet has no line."""
    known = {each.part: each for each in grades.score.parts}
    return [
        Line(
            part.id,
            part.slug,
            score,
            why(score, grades.counting.get(part.slug), grades.policy.timezone),
        )
        for part in problem.parts
        if (score := known.get(part.slug)) is not None
    ]


def why(score: PartScore, counting: Counting | None, timezone: str) -> str:
    """What a part's points come from; nothing if it was not tried."""
    if score.decision is not None:
        return decided(score)
    if counting is None:
        # The number is not left alone at the end of a narrow line.
        tries = counted(score.attempts, "attempt").replace(" ", "\N{NO-BREAK SPACE}")
        return f"{tries} so far" if score.attempts else ""
    said = f"Attempt {counting.attempt} counts, of {course_time(counting.at, timezone)}"
    if not score.late_days:
        return said
    days = counted(score.late_days, "late day")
    if score.state is PartState.CORRECT and score.percent < _ALL:
        return f"{said}, and keeps {score.percent} % of its points, as it came that late"
    if score.state is PartState.CORRECT:
        return f"{said}, within {days}"
    return (
        f"Attempt {counting.attempt}, of {course_time(counting.at, timezone)}, is right, but would need "
        f"{days}: more than are left, or than this assignment takes"
    )


def notices(grades: OwnGrades) -> list[tuple[str, datetime]]:
    """What regrades and rescores changed, in words and each with its time; the newest first."""
    problems = grades.assignment.problems
    return [(notice(each, problems), each.at) for each in grades.notices]


def notice(told: Notice | RescoreNotice, problems: Iterable[Problem]) -> str:
    """A regrade in plain words: which key changed, and what became of the points of the parts.

    So is a rescore told, by which the rules changed.
    """
    if isinstance(told, RescoreNotice):
        return rescore_notice(told, state().course)
    problem = next(each for each in problems if each.slug == told.problem)
    which = f"The key of problem {problem.number}, {problem.title}, "
    which += "was changed back" if told.undone else "changed"
    after = counted(told.after, "point")
    if told.before == told.after:
        return f"{which}: answers of yours were graded again, and your points of the parts stayed at {after}."
    return (
        f"{which}: your points of the parts went from {counted(told.before, 'point')} to {after}."
    )
