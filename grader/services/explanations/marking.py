"""Marking an explanation: each mark is a row, and of a student and a problem the newest holds."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from grader.db.collisions import ChangedMeanwhile
from grader.db.models import Explanation, ExplanationMark, table
from grader.db.turns import wait_for_turn
from grader.domain.errors import InvalidRequest, NotFound
from grader.domain.ledger import Act
from grader.domain.marks import checked_comment
from grader.domain.powers import check_not_own
from grader.services.explanations.rubrics import rubric
from grader.services.explanations.standing_marks import Mark, standing_marks
from grader.services.ledger import ledger


@dataclass(frozen=True, slots=True)
class Marking:
    """A mark on its way in: of which student's explanation, which version, and what is said of it.

    ``newest_seen`` is the newest version that the grader had before them, ``seen`` how many marks there were.
    """

    student_id: int
    problem: str
    version: int
    newest_seen: int
    items: frozenset[int]
    comment: str
    seen: int


def mark(
    session: Session, *, marking: Marking, actor: str, person_id: int | None, now: datetime
) -> None:
    """Mark an explanation, or mark it anew. The same form sent twice is one mark.

    Raises:
        NotAllowed: it is the grader's own.
        NotFound: there is no such version of the explanation.
        InvalidRequest: nothing is said, too much is, or an item is not in the rubric.
        ChangedMeanwhile: somebody else has marked it since.
    """
    check_not_own(person_id, marking.student_id)
    comment = checked_comment(marking.comment)
    wait_for_turn(session, f"mark {marking.student_id} {marking.problem}")
    if not marking.items <= {each.number for each in rubric(session, problem=marking.problem)}:
        raise InvalidRequest("The rubric has no such item. Reload the page and mark it again.")
    if not marking.items and not comment:
        raise InvalidRequest("Choose what applies, or write a comment.")
    versions = _versions(session, marking)
    if marking.version not in versions:
        raise NotFound("There is no such version of this explanation.")
    there = _standing(session, marking)
    if there is not None and _says(there, marking, comment, actor):
        return
    number = there.number if there else 0
    if marking.seen != number:
        raise ChangedMeanwhile(
            "Somebody else has marked this explanation meanwhile. Read it first."
        )
    row = {
        "person_id": marking.student_id,
        "problem": marking.problem,
        "number": number + 1,
        "explanation_id": versions[marking.version],
        "newest_seen": min(marking.newest_seen, max(versions)),
        "items": {"applied": sorted(marking.items)},
        "comment": comment,
        "actor": actor,
        "created_at": now,
    }
    session.execute(insert(table(ExplanationMark)), row)
    _record(session, marking, number + 1, actor, now)


def _versions(session: Session, marking: Marking) -> dict[int, int]:
    """The ids of the explanation's versions, by their numbers."""
    rows = session.execute(
        select(Explanation.number, Explanation.id).where(
            Explanation.person_id == marking.student_id, Explanation.problem == marking.problem
        )
    )
    return {row.number: row.id for row in rows}


def _standing(session: Session, marking: Marking) -> Mark | None:
    found = standing_marks(session, problems=[marking.problem], person_id=marking.student_id)
    return found[0] if found else None


def _says(there: Mark, marking: Marking, comment: str, actor: str) -> bool:
    """Whether the mark that holds is this very one, which came before."""
    return (
        there.version,
        there.items,
        there.comment,
        there.actor,
        there.newest_seen,
        there.number,
    ) == (
        marking.version,
        marking.items,
        comment,
        actor,
        marking.newest_seen,
        marking.seen + 1,
    )


def _record(  # noqa: PLR0917 - one caller.
    session: Session, marking: Marking, number: int, actor: str, now: datetime
) -> None:
    detail = {
        "mark": number,
        "version": marking.version,
        "items": " ".join(map(str, sorted(marking.items))),
    }
    ledger.record(
        session,
        act=Act.MARK,
        actor=actor,
        about=marking.problem,
        reason="",
        now=now,
        person_id=marking.student_id,
        detail=detail,
    )
