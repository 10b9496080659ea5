"""Grades the rows of an import as submitted answers are, beside those that are there."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db.models import Submission
from grader.domain.deadlines import late_seconds
from grader.domain.extensions import extended
from grader.domain.grading import Grade, grade
from grader.services.imports.standards import Standard
from grader.services.imports.submissionsfile import ImportRow
from grader.services.policies.extensions import standing_extensions

PEOPLE_CHUNK = 500


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """A row that will be stored."""

    person_id: int
    attempt: int
    row: ImportRow
    graded: Grade
    late_seconds: int


def new_answers(
    session: Session,
    rows: Iterable[ImportRow],
    people: Mapping[str, int],
    standards: Mapping[str, Standard],
) -> Iterator[NewAnswer]:
    """In order of time, each answer whose number the student did not give to that part before."""
    more_time = {
        slug: standing_extensions(session, slug)
        for slug in {standard.policy.assignment for standard in standards.values()}
    }
    ordered = sorted(rows, key=lambda row: (row.submitted_at, row.row))
    given, attempts = _earlier(session, sorted({people[row.login] for row in ordered}))
    for row in ordered:
        person_id = people[row.login]
        if (person_id, row.part, row.value) in given:
            continue
        given.add((person_id, row.part, row.value))
        attempts[person_id, row.part] += 1
        standard = standards[row.part]
        until = more_time[standard.policy.assignment].get(person_id)
        yield NewAnswer(
            person_id=person_id,
            attempt=attempts[person_id, row.part],
            row=row,
            graded=grade(standard.key, row.part, row.value),
            late_seconds=late_seconds(extended(standard.policy, until), row.submitted_at),
        )


def _earlier(
    session: Session, people: Sequence[int]
) -> tuple[set[tuple[int, str, Decimal]], Counter[tuple[int, str]]]:
    """What these people have given to each part so far, and how many attempts that took."""
    given: set[tuple[int, str, Decimal]] = set()
    attempts: Counter[tuple[int, str]] = Counter()
    for start in range(0, len(people), PEOPLE_CHUNK):
        query = select(Submission.person_id, Submission.part, Submission.value).where(
            Submission.person_id.in_(people[start : start + PEOPLE_CHUNK])
        )
        for person_id, part, value in session.execute(query):
            given.add((person_id, part, value))
            attempts[person_id, part] += 1
    return given, attempts
