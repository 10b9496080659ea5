"""A rescore as the student reads of it: which rules changed, and what came of it. Pure functions."""

from grader.domain.problem import Course
from grader.domain.seen_scores import went
from grader.services.telling.rescore_notices import RescoreNotice


def rescore_notice(told: RescoreNotice, course: Course) -> str:
    """One notice, in plain words and without the reason that staff gave each other."""
    return f"{_which(told, course)}: your score {went(told.before, told.after)}."


def _which(told: RescoreNotice, course: Course) -> str:
    how = "were changed back" if told.undone else "changed"
    if told.rules_of == told.assignment:
        return f"The rules of this assignment {how}"
    other = course.assignment(told.rules_of)
    name = told.rules_of if other is None else other.title
    return f"The rules of {name} {how}, and with them the late days left for this assignment"
