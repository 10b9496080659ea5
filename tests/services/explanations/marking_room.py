"""A class that has written explanations, and graders, for the tests of marking."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from grader.services.explanations.explaining import Writing, save
from grader.services.explanations.marking import Marking, mark
from grader.services.explanations.rubrics import Wanted, add_item
from tests.support.classroom import NOW
from tests.support.courses import COURSE

SUM, LAST = "set/sum", "set/last"
SECRET = "a secret for tests"  # noqa: S105 - it is none.


def write(session: Session, person: int, text: str, problem: str = SUM, **changes: Any) -> None:
    """Save a version of an explanation."""
    given: dict[str, Any] = {"based_on": 0, "source": "form", "now": NOW} | changes
    writing = Writing(person_id=person, problem=problem, text=text, **given)
    save(session, course=COURSE, writing=writing)


def add_items(session: Session, *points: str, problem: str = SUM) -> None:
    """Add an item of each of these points."""
    for each in points:
        wanted = Wanted(problem, f"Item of {each}", each)
        add_item(session, wanted=wanted, actor="tia", now=NOW)


def give(  # noqa: PLR0917 - a test reads as "give this student these items".
    session: Session,
    student: int,
    items: set[int],
    comment: str = "",
    problem: str = SUM,
    now: datetime = NOW,
    **changes: Any,
) -> None:
    """Mark an explanation."""
    given: dict[str, Any] = {"version": 1, "newest_seen": 1, "seen": 0} | changes
    actor, person_id = given.pop("actor", "tia"), given.pop("person_id", None)
    marking = Marking(student, problem, items=frozenset(items), comment=comment, **given)
    mark(session, marking=marking, actor=actor, person_id=person_id, now=now)
