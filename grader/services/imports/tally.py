"""Counts what an import adds to each part."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.domain.grading import Verdict
from grader.domain.problem import Course
from grader.services.imports.grading import NewAnswer
from grader.services.imports.submissionsfile import ImportRow


@dataclass(frozen=True, slots=True)
class PartTally:
    """What an import adds to one part, and how many of its rows were there before."""

    part: str
    added: int
    correct: int
    incorrect: int
    late: int
    repeats: int


def tally(
    course: Course, rows: Iterable[ImportRow], answers: Sequence[NewAnswer]
) -> tuple[PartTally, ...]:
    """The counts of each part that the file speaks of, in the order of the course."""
    stated = Counter(row.part for row in rows)
    verdicts = Counter((answer.row.part, answer.graded.verdict) for answer in answers)
    late = Counter(answer.row.part for answer in answers if answer.late_seconds)
    tallies = []
    for part in (part.slug for problem in course.problems for part in problem.parts):
        if part in stated:
            right, wrong = (verdicts[part, v] for v in (Verdict.CORRECT, Verdict.INCORRECT))
            repeats = stated[part] - right - wrong
            tallies.append(PartTally(part, right + wrong, right, wrong, late[part], repeats))
    return tuple(tallies)
