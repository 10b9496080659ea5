"""Importing submissions that were collected elsewhere: all rows of a file, or none.

An imported answer is read, graded and compared with earlier ones as a submitted one is. Opening times,
attempt limits and pauses are not asked: they were the other system's to hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db.models import Person
from grader.domain.errors import ImportRefused
from grader.domain.ledger import Act
from grader.domain.logins import fold
from grader.domain.problem import Course
from grader.services.files.row_problems import Problems, RowError
from grader.services.imports.grading import new_answers
from grader.services.imports.receipts import give_receipts
from grader.services.imports.standards import Standard, standards_of
from grader.services.imports.storing import store_answers
from grader.services.imports.submissionsfile import ImportRow, read_submissions
from grader.services.imports.tally import PartTally, tally
from grader.services.ledger import ledger
from grader.services.receipts.signing import Signer


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


def import_submissions(
    session: Session,
    *,
    course: Course,
    signer: Signer,
    raw: bytes,
    actor: str,
    now: datetime,
    apply: bool,
) -> Imported:
    """Work out what a file of submissions adds, and with ``apply`` store it.

    A number that the student gave to that part before counts as a repeat and is skipped, so that the
    same file a second time adds nothing. Attempts and receipts follow those that are there, in order of
    time. What was stored stands in the ledger.

    Raises:
        ImportRefused: naming every row that can't be imported (the first thousand); nothing is stored.
    """
    problems = Problems()
    zone = ZoneInfo(course.timezone)
    rows = list(read_submissions(raw, zone=zone, now=now, problems=problems))
    standards = standards_of(session, course, lock=apply)
    if apply:
        _lock_people(session)
    people = {fold(login): id_ for id_, login in session.execute(select(Person.id, Person.login))}
    for row in rows:
        try:
            _check(row, course, people, standards)
        except RowError as error:
            problems.add(row.row, error)
    problems.refuse_if_any()
    if not rows:
        raise ImportRefused("The file has no row below its header.")
    answers = list(new_answers(session, rows, people, standards))
    if apply:
        receipted = give_receipts(
            session, course=course, signer=signer, answers=answers, standards=standards
        )
        store_answers(session, receipted)
    done = Imported(
        rows=len(rows),
        parts=tally(course, rows, answers),
        local_times=sum(row.in_course_zone for row in rows),
        zone=course.timezone,
    )
    if apply and done.added:
        _record(session, done, raw=raw, actor=actor, now=now)
    return done


def _record(session: Session, done: Imported, *, raw: bytes, actor: str, now: datetime) -> None:
    ledger.record(
        session,
        act=Act.IMPORT,
        actor=actor,
        about="submissions",
        reason="Imported a file of submissions.",
        now=now,
        detail={
            "format": "submissions",
            "rows": done.rows,
            "added": done.added,
            "repeats": done.repeats,
            "sha256": sha256(raw).hexdigest(),
        },
    )


def _lock_people(session: Session) -> None:
    """Let no submission in between; SQLite's BEGIN IMMEDIATE has done it already.

    Keys were locked before people, as in submitting, so that the two never wait for each other.
    """
    if session.get_bind().dialect.name != "sqlite":
        session.execute(select(Person.id).order_by(Person.id).with_for_update(key_share=True))


def _check(
    row: ImportRow,
    course: Course,
    people: Mapping[str, int],
    standards: Mapping[str, Standard],
) -> None:
    if row.login not in people:
        raise RowError(f"there is no student {row.login[:100]!r} on the roster")
    if row.part not in standards:
        if course.part(row.part) is None:
            raise RowError(f"there is no part {row.part[:100]!r}")
        raise RowError(f"no answer key and policy is published for {row.part}")
