"""Importing submissions that were collected elsewhere: all rows of a file, or none.

An imported answer is read, graded and compared with earlier ones as a submitted one is. Opening times,
attempt limits and pauses are not asked: they were the other system's to hold.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from grader.db import queries
from grader.db.models import ActiveKey, GradeRow, Person, Submission
from grader.domain.deadlines import late_seconds
from grader.domain.errors import ImportRefused
from grader.domain.grading import AnswerKey, Grade, Verdict, grade
from grader.domain.logins import fold
from grader.domain.policy import Policy
from grader.domain.problem import Course
from grader.services.answers import grade_row
from grader.services.documents import load_key, load_policy
from grader.services.row_problems import Problems, RowError
from grader.services.submissionsfile import ImportRow, read_submissions

CHUNK = 5_000
PEOPLE_CHUNK = 500


@dataclass(frozen=True, slots=True)
class PartTally:
    """What an import adds to one part, and how many of its rows were there before."""

    part: str
    added: int
    correct: int
    incorrect: int
    late: int
    repeats: int


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file adds. ``local_times`` counts the times that were read in the course's ``zone``."""

    rows: int
    parts: tuple[PartTally, ...]
    local_times: int
    zone: str

    @property
    def added(self) -> int:
        """How many answers are new."""
        return sum(part.added for part in self.parts)

    @property
    def repeats(self) -> int:
        """How many rows give a number that the student gave to that part before."""
        return sum(part.repeats for part in self.parts)


@dataclass(frozen=True, slots=True)
class _Standard:
    """What grades a part."""

    key_id: int
    key: AnswerKey
    policy: Policy


@dataclass(frozen=True, slots=True)
class _Answer:
    """A row that will be stored."""

    person_id: int
    attempt: int
    row: ImportRow
    graded: Grade
    late_seconds: int


def import_submissions(
    session: Session, *, course: Course, raw: bytes, now: datetime, apply: bool
) -> Imported:
    """Work out what a file of submissions adds, and with ``apply`` store it.

    A number that the student gave to that part before counts as a repeat and is skipped, so that the
    same file a second time adds nothing. Attempts follow those that are there, in order of time.

    Raises:
        ImportRefused: naming every row that can't be imported (the first thousand); nothing is stored.
    """
    problems = Problems()
    zone = ZoneInfo(course.timezone)
    rows = list(read_submissions(raw, zone=zone, now=now, problems=problems))
    if apply:
        _wait_for_turn(session)
    people = {fold(login): id_ for id_, login in session.execute(select(Person.id, Person.login))}
    standards = _standards(session, course, lock=apply)
    for row in rows:
        try:
            _check(row, course, people, standards)
        except RowError as error:
            problems.add(row.row, error)
    problems.refuse_if_any()
    if not rows:
        raise ImportRefused("The file has no row below its header.")
    answers = list(_new_answers(session, rows, people, standards))
    if apply:
        _store(session, answers, standards)
    return Imported(
        rows=len(rows),
        parts=_tally(course, rows, answers),
        local_times=sum(row.in_course_zone for row in rows),
        zone=course.timezone,
    )


def _wait_for_turn(session: Session) -> None:
    """Let no submission in between; SQLite's BEGIN IMMEDIATE has done it already.

    People are locked before keys, as in submitting, so that the two never wait for each other.
    """
    if session.get_bind().dialect.name != "sqlite":
        session.execute(select(Person.id).order_by(Person.id).with_for_update(key_share=True))


def _standards(session: Session, course: Course, *, lock: bool) -> dict[str, _Standard]:
    """What grades each part; parts without an active key or policy are absent."""
    standards: dict[str, _Standard] = {}
    for problem in sorted(course.problems, key=lambda problem: problem.slug):
        query = queries.pointers(problem.slug, problem.slug.partition("/")[0])
        if lock:
            query = query.with_for_update(read=True, of=ActiveKey)
        for key_id, policy_id in session.execute(query):
            if policy_id is not None:
                key, policy = load_key(session, key_id), load_policy(session, policy_id)
                standard = _Standard(key_id, key, policy)
                standards |= dict.fromkeys(key.parts, standard)
    return standards


def _check(
    row: ImportRow,
    course: Course,
    people: Mapping[str, int],
    standards: Mapping[str, _Standard],
) -> None:
    if row.login not in people:
        raise RowError(f"there is no student {row.login[:100]!r} on the roster")
    if row.part not in standards:
        if course.part(row.part) is None:
            raise RowError(f"there is no part {row.part[:100]!r}")
        raise RowError(f"no answer key and policy is published for {row.part}")


def _new_answers(
    session: Session,
    rows: Iterable[ImportRow],
    people: Mapping[str, int],
    standards: Mapping[str, _Standard],
) -> Iterator[_Answer]:
    """In order of time, each answer whose number the student did not give to that part before."""
    ordered = sorted(rows, key=lambda row: (row.submitted_at, row.row))
    given, attempts = _earlier(session, sorted({people[row.login] for row in ordered}))
    for row in ordered:
        person_id = people[row.login]
        if (person_id, row.part, row.value) in given:
            continue
        given.add((person_id, row.part, row.value))
        attempts[person_id, row.part] += 1
        standard = standards[row.part]
        yield _Answer(
            person_id=person_id,
            attempt=attempts[person_id, row.part],
            row=row,
            graded=grade(standard.key, row.part, row.value),
            late_seconds=late_seconds(standard.policy, row.submitted_at),
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


def _store(
    session: Session, answers: Sequence[_Answer], standards: Mapping[str, _Standard]
) -> None:
    submission_ids = insert(Submission).returning(Submission.id, sort_by_parameter_order=True)
    for start in range(0, len(answers), CHUNK):
        chunk = answers[start : start + CHUNK]
        columns = [_columns(answer, standards[answer.row.part].key_id) for answer in chunk]
        ids = session.scalars(submission_ids, columns).all()
        session.execute(
            insert(GradeRow),
            [
                grade_row(id_, row["key_id"], answer.graded)
                for id_, row, answer in zip(ids, columns, chunk, strict=True)
            ],
        )


def _columns(answer: _Answer, key_id: int) -> dict[str, Any]:
    return {
        "person_id": answer.person_id,
        "problem": answer.row.part.rpartition("/")[0],
        "part": answer.row.part,
        "attempt": answer.attempt,
        "text": answer.row.text,
        "value": answer.row.value,
        "key_id": key_id,
        "source": "import",
        "idempotency_key": None,
        "late_seconds": answer.late_seconds,
        "submitted_at": answer.row.submitted_at,
    }


def _tally(
    course: Course, rows: Iterable[ImportRow], answers: Sequence[_Answer]
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
