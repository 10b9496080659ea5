"""What we know of Canvas: the newest export that staff handed in, and whom and what it names."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db.models import CanvasExport
from grader.domain.ledger import Act
from grader.domain.problem import Assignment
from grader.services.exports.canvas_file import CanvasGradebook, CanvasStudent, read_canvas
from grader.services.exports.canvas_matching import Matching, match
from grader.services.ledger import ledger
from grader.services.scores.gradebook import Student


@dataclass(frozen=True, slots=True)
class CanvasState:
    """Who is who by the newest export, when and by whom it was handed in, and the assignment's columns.

    ``columns`` are the titles of the assignment in Canvas as Canvas wrote them: one, or none while it has
    no such assignment, or several of the same name, of which we can't know which is meant.
    """

    matching: Matching
    columns: tuple[str, ...]
    at: datetime
    actor: str


def learn_canvas(
    session: Session, *, raw: bytes, about: str, actor: str, now: datetime
) -> CanvasGradebook:
    """Store a gradebook that Canvas exported; from now on it is the one that holds.

    Raises:
        ImportRefused: it is none.
    """
    found = read_canvas(raw)
    content = {"students": [asdict(each) for each in found.students], "titles": list(found.titles)}
    session.add(CanvasExport(content=content, actor=actor, created_at=now))
    session.flush()
    ledger.record(
        session,
        act=Act.IMPORT,
        actor=actor,
        about=about,
        reason="Learned the ids of Canvas.",
        now=now,
        detail={"format": "canvas", "students": len(found.students)},
    )
    return found


def canvas_state(
    session: Session, *, assignment: Assignment, people: Sequence[Student]
) -> CanvasState | None:
    """How the newest export fits these people and this assignment; None while there is no export."""
    newest = session.scalars(select(CanvasExport).order_by(CanvasExport.id.desc()).limit(1)).first()
    if newest is None:
        return None
    students = [CanvasStudent(**each) for each in newest.content["students"]]
    titles = [
        each
        for each in newest.content["titles"]
        if _plain(_called(each)) == _plain(assignment.title)
    ]
    return CanvasState(match(people, students), tuple(titles), newest.created_at, newest.actor)


def _called(title: str) -> str:
    """The assignment's name within the title of a column, which ends in Canvas's number."""
    return title.rpartition(" (")[0]


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
