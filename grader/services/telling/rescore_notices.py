"""What rescores changed for one student: told to them, without the reasons that staff gave each other."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from grader.db.models import Person, RescorePlan, RescoreRun
from grader.domain.seen_scores import SeenScore
from grader.services.keys.documents import read_once


@dataclass(frozen=True, slots=True)
class RescoreNotice:
    """The rules of an assignment changed, or changed back, and a student's score with them.

    ``assignment`` is where the score is, ``rules_of`` whose rules changed: late days that one takes are
    missing, or left, at another.
    """

    assignment: str
    rules_of: str
    at: datetime
    before: SeenScore
    after: SeenScore
    undone: bool


def rescore_notices(
    session: Session, *, person_id: int, assignment: str
) -> tuple[RescoreNotice, ...]:
    """The rescores that changed what this student sees of their score on an assignment, newest first."""
    login = session.get_one(Person, person_id).login
    runs = session.execute(
        select(RescoreRun.id, RescorePlan.assignment, RescoreRun.created_at, RescoreRun.undoes_id)
        .join(RescorePlan, RescorePlan.id == RescoreRun.plan_id)
        .order_by(RescoreRun.id.desc())
    )
    return tuple(
        RescoreNotice(assignment, rules_of, at, *change, undone=undoes is not None)
        for run_id, rules_of, at, undoes in runs.all()
        if (change := _changes(session, run_id).get((login, assignment))) is not None
    )


def _changes(
    session: Session, run_id: int
) -> Mapping[tuple[str, str], tuple[SeenScore, SeenScore]]:
    """By login and assignment the scores before and after; a run, which names the class, is read once."""

    def read(connection: Connection) -> dict[tuple[str, str], tuple[SeenScore, SeenScore]]:
        row = connection.execute(
            select(RescorePlan.assignment, RescoreRun.content)
            .join(RescorePlan, RescorePlan.id == RescoreRun.plan_id)
            .where(RescoreRun.id == run_id)
        ).one()
        return {
            (each["student"], slug): (
                SeenScore.read(moved["before"]),
                SeenScore.read(moved["after"]),
            )
            for each in row.content["students"]
            for slug, moved in {**each["others"], row.assignment: each}.items()
            if moved["before"] != moved["after"]
        }

    return read_once(session, ("rescore", run_id), read)
