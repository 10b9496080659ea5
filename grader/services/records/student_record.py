"""All that staff read of one student: scores and their grounds, answers under every key, decisions."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db.models import (
    AnswerKeyRow,
    GradeRow,
    LateDayCorrection,
    Override,
    Person,
    Submission,
)
from grader.domain.errors import NoPolicy
from grader.domain.grading import Verdict
from grader.domain.offers import Standing
from grader.domain.problem import Assignment, Course
from grader.services.answers.hinting import Attempt
from grader.services.answers.progress import list_submissions
from grader.services.ledger.ledger import Entry, list_entries
from grader.services.overrides.overriding import list_decisions
from grader.services.policies.late_days import list_corrections
from grader.services.scores.gradebook import student_standing
from grader.services.scores.own_grades import Counting, counting

LEDGER_ENTRIES = 200


@dataclass(frozen=True, slots=True)
class Regraded:
    """What a submission was under one version of the key."""

    version: int
    verdict: Verdict
    tag: str | None


@dataclass(frozen=True, slots=True)
class AssignmentRecord:
    """An assignment and where the student stands; ``standing`` is None while it has no policy."""

    assignment: Assignment
    standing: Standing | None
    counting: Mapping[str, Counting]


@dataclass(frozen=True, slots=True)
class StudentRecord:
    """What is stored of one student and their numbers, and what follows from it.

    Of the ``assignments`` those that are graded come first.
    ``regraded`` has, by the id of a submission, its verdict under each version of the key that graded it,
    where there are several. ``decisions`` and ``corrections`` are all there ever were, the newest first.
    """

    person: Person
    assignments: tuple[AssignmentRecord, ...]
    rows: Sequence[Attempt]
    regraded: Mapping[int, tuple[Regraded, ...]]
    decisions: Sequence[Override]
    corrections: Sequence[LateDayCorrection]
    entries: Sequence[Entry]

    def seen(self, about: str) -> int:
        """How many decisions there are about a part or an assignment: what a form about it has seen."""
        return max((each.number for each in self.decisions if each.about == about), default=0)


def student_record(session: Session, *, course: Course, person: Person, most: int) -> StudentRecord:
    """Read it; ``most`` submissions at the most, the newest."""
    return StudentRecord(
        person=person,
        assignments=tuple(
            AssignmentRecord(
                each,
                _standing(session, course, each, person.id),
                counting(session, [problem.slug for problem in each.problems], person.id),
            )
            for each in sorted(course.assignments, key=lambda each: not each.graded)
        ),
        rows=sorted(
            list_submissions(session, person_id=person.id, limit=most),
            key=lambda row: (row.submitted_at, row.id),
            reverse=True,
        ),
        regraded=_regraded(session, person.id),
        decisions=list_decisions(session, person_id=person.id),
        corrections=list_corrections(session, person_id=person.id),
        entries=list_entries(session, person_id=person.id, limit=LEDGER_ENTRIES),
    )


def _standing(
    session: Session, course: Course, assignment: Assignment, person_id: int
) -> Standing | None:
    try:
        return student_standing(session, course=course, assignment=assignment, person_id=person_id)
    except NoPolicy:
        return None


def _regraded(session: Session, person_id: int) -> Mapping[int, tuple[Regraded, ...]]:
    found: dict[int, list[Regraded]] = defaultdict(list)
    grades = session.execute(
        select(
            GradeRow.submission_id,
            AnswerKeyRow.version,
            GradeRow.verdict,
            GradeRow.misconception,
        )
        .join(Submission, Submission.id == GradeRow.submission_id)
        .join(AnswerKeyRow, AnswerKeyRow.id == GradeRow.key_id)
        .where(Submission.person_id == person_id)
        .order_by(AnswerKeyRow.version)
    )
    for submission_id, version, verdict, tag in grades:
        found[submission_id].append(Regraded(version, Verdict(verdict), tag))
    return {each: tuple(grades) for each, grades in found.items() if len(grades) > 1}
