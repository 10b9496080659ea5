"""The files that staff take to other tools. Each one that is handed out stands in the ledger.

Making one takes a while for a large class, so it is done while reading: nobody waits for it, and it shows
one state of affairs. Recording it is a transaction of its own.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db.models import ActivePolicy, PolicyRow
from grader.domain.errors import InvalidRequest
from grader.domain.ledger import Act
from grader.domain.problem import Course
from grader.services.exports.canvas import canvas_state
from grader.services.exports.canvas_export import canvas_export
from grader.services.exports.exporting import Export, gradebook_export
from grader.services.exports.gradescope_export import gradescope_export
from grader.services.exports.workbook import TYPE, workbook
from grader.services.ledger import ledger
from grader.services.scores.gradebook import Gradebook, gradebook


class Kind(StrEnum):
    """The tools, as addresses and commands call them."""

    CANVAS = "canvas"
    GRADESCOPE = "gradescope"
    CSV = "csv"
    EXCEL = "xlsx"

    @property
    def words(self) -> str:
        """The tool as people call it."""
        return {"canvas": "Canvas", "gradescope": "Gradescope", "csv": "CSV", "xlsx": "Excel"}[self]


_OF_POINTS = frozenset({Kind.CANVAS, Kind.GRADESCOPE})


@dataclass(frozen=True, slots=True)
class GradeFile:
    """A file to hand out: what it holds, its name, its media type and its bytes."""

    assignment: str
    kind: Kind
    name: str
    media_type: str
    content: bytes


def grade_file(
    session: Session, *, course: Course, assignment: str, kind: Kind, actor: str, now: datetime
) -> GradeFile:
    """Write the scores of an assignment for a tool; changes nothing. Record it before it is handed out.

    Raises:
        NotFound: there is no such assignment.
        NoPolicy: none is published, so nothing can be scored.
        InvalidRequest: the tool can't be told; the message says what is missing.
    """
    book = gradebook(session, course=course, assignment=assignment)
    if kind in _OF_POINTS and not book.policy.graded:
        raise InvalidRequest(f"{book.assignment.title} is practice, which gives no points.")
    content = _content(session, book, course=course, kind=kind, actor=actor, now=now)
    excel = kind is Kind.EXCEL
    name = book.assignment.slug + ("" if kind in {Kind.CSV, Kind.EXCEL} else f"-{kind}")
    return GradeFile(
        book.assignment.slug,
        kind,
        f"{name}.{'xlsx' if excel else 'csv'}",
        TYPE if excel else "text/csv; charset=utf-8",
        content,
    )


def record_export(session: Session, *, made: GradeFile, actor: str, now: datetime) -> None:
    """Write into the ledger that this file is handed out."""
    ledger.record(
        session,
        act=Act.EXPORT,
        actor=actor,
        about=made.assignment,
        reason=f"Exported for {made.kind.words}.",
        now=now,
        detail={"format": made.kind.value, "sha256": sha256(made.content).hexdigest()},
    )


def _content(
    session: Session, book: Gradebook, *, course: Course, kind: Kind, actor: str, now: datetime
) -> bytes:
    if kind is Kind.EXCEL:
        version = policy_version(session, book.assignment.slug)
        return workbook(book, course=course.title, version=version, actor=actor, now=now)
    return _table(session, book, kind).csv.encode()


def _table(session: Session, book: Gradebook, kind: Kind) -> Export:
    if kind is Kind.CANVAS:
        people = [row.person for row in book.rows]
        return canvas_export(book, canvas_state(session, assignment=book.assignment, people=people))
    if kind is Kind.GRADESCOPE:
        return gradescope_export(session, book)
    return gradebook_export(book)


def policy_version(session: Session, assignment: str) -> int:
    """The version of the policy that scores an assignment now; there has to be one."""
    query = select(PolicyRow.version).join(ActivePolicy, ActivePolicy.policy_id == PolicyRow.id)
    return session.scalars(query.where(ActivePolicy.assignment == assignment)).one()
