"""What gives points on an assignment, as the columns of a file: its parts, then explanations that count.

Practice gives no points, so its files say of each part whether it is correct, as its pages do.
"""

from dataclasses import dataclass
from decimal import Decimal

from grader.domain.part_names import part_names, titles
from grader.domain.scoring import AssignmentScore, PartState, explained_problems
from grader.services.scores.gradebook import Gradebook

TOTALS = ("total", "possible", "late_days")
TOTALS_OF_PRACTICE = ("correct", "parts")


@dataclass(frozen=True, slots=True)
class Question:
    """A column: a part by its slug, or a problem's explanation by the problem's slug."""

    slug: str
    short: str
    title: str
    possible: Decimal


def questions(book: Gradebook) -> tuple[Question, ...]:
    """The questions in order. Explanations are among them as soon as students may see their marks."""
    short, full = part_names(book.assignment), titles(book.assignment)
    parts = [
        Question(slug, short.get(slug, slug), full.get(slug, slug), possible)
        for slug, possible in book.policy.points.items()
    ]
    if book.everybody.marks is None or not book.policy.graded:
        return tuple(parts)
    known = {problem.slug: problem for problem in book.assignment.problems}
    explanations = [
        Question(
            problem.slug,
            f"{problem.number} explanation",
            f"{problem.title}, explanation",
            book.policy.explanation_points,
        )
        for problem in map(known.get, explained_problems(book.policy))
        if problem is not None
    ]
    return (*parts, *explanations)


def class_possible(book: Gradebook) -> Decimal:
    """The points that a student can have of whom nothing is excused."""
    return sum((each.possible for each in questions(book)), Decimal(0))


def points_of(score: AssignmentScore, slug: str) -> Decimal | None:
    """What a student has for a question; None where it is excused, or has no mark."""
    for share in score.explanations:
        if share.problem == slug:
            return share.points
    found = next((part for part in score.parts if part.part == slug), None)
    return None if found is None or found.state is PartState.EXCUSED else found.points


def figure_of(book: Gradebook, score: AssignmentScore, slug: str) -> Decimal | None:
    """What a file says of a question: the points; in practice 1 if the part is correct, and 0 if not."""
    points = points_of(score, slug)
    if book.policy.graded or points is None:
        return points
    return Decimal(score.part(slug).state is PartState.CORRECT)


def totals_of(book: Gradebook, score: AssignmentScore) -> tuple[Decimal | int, ...]:
    """What stands under ``TOTALS``; in practice under ``TOTALS_OF_PRACTICE``."""
    if book.policy.graded:
        return score.points, score.possible, score.late_days
    return score.correct, sum(part.state is not PartState.EXCUSED for part in score.parts)


def totals(book: Gradebook) -> tuple[str, ...]:
    """What a file says of a student as a whole."""
    return TOTALS if book.policy.graded else TOTALS_OF_PRACTICE
