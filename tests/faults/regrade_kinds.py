"""Each kind of run of a regrade or a rescore, as work that can be killed, and what counts of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from grader.db import queries
from grader.db.models import (
    ActiveKey,
    ActivePolicy,
    GradeRow,
    Hold,
    LedgerLink,
    Override,
    RegradeRun,
    RescoreRun,
    Submission,
)
from grader.db.session import reading, transaction
from grader.domain.policy import policy_of
from grader.domain.problem import AttemptRules
from grader.domain.regrade_scope import EVERYTHING, Rule, Scope
from grader.services.ledger.ledger import verify
from grader.services.regrades import regrading
from grader.services.regrades.jobs import start_apply, start_undo
from grader.services.regrades.rechecking import differing, without_grade
from grader.services.regrades.running import begin_job, run_job
from grader.services.rescores import rescoring
from grader.services.scores.gradebook import gradebook
from tests.support.classroom import (
    NOW,
    add_key,
    add_policy,
    add_student,
    answer,
    make_key,
    open_course,
)
from tests.support.courses import COURSE, PROBLEMS, SET

SUM, A, B = "set/sum", "set/sum/a", "set/sum/b"
FREE = AttemptRules(limit=None, free_wrong=99, cooldown_first_seconds=0, cooldown_longest_seconds=0)
LATER = NOW + timedelta(minutes=2)
"""By then a job that gave no sign of life is taken for dead."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of run: what it needs, and how it is done, from its beginning or again."""

    prepare: Callable[[Engine], int]
    run: Callable[[Engine, int, datetime], None]


def class_of_twelve(engine: Engine) -> None:
    """Twelve students in two sections, 24 answers, an override, and a key that waits."""
    with transaction(engine) as session:
        open_course(session, attempts=FREE)
        for number in range(12):
            person = add_student(session, f"s{number:02}", section=("Mon", "Tue")[number % 2])
            answer(session, person, A, ("0.5", "0.75", "9")[number % 3])
            answer(
                session,
                person,
                (A, B)[number % 2],
                ("0.75", "0.5", "2")[number % 3],
                NOW + timedelta(minutes=number),
            )
        session.add(
            Override(
                person_id=1,
                about=A,
                number=1,
                kind="points",
                points=Decimal(1),
                reason="r",
                actor="x",
                created_at=NOW,
            )
        )
        add_key(session, make_key(SUM, {A: "0.75", B: "2"}))


def planned(engine: Engine, *, scope: Scope = EVERYTHING, rule: Rule = Rule.ANY_CHANGE) -> int:
    """The class, and a plan; one answer came since."""
    class_of_twelve(engine)
    return plan(engine, scope=scope, rule=rule)


def plan(engine: Engine, *, scope: Scope = EVERYTHING, rule: Rule = Rule.ANY_CHANGE) -> int:
    """A plan of the move to the newest key; one answer came since."""
    with transaction(engine) as session:
        made = regrading.plan(
            session, course=COURSE, problem=PROBLEMS[0], now=NOW, scope=scope, rule=rule
        ).id
    with transaction(engine) as session:
        answer(session, 2, B, f"0.{made}5", NOW + timedelta(hours=made))
    return made


def apply(engine: Engine, number: int, now: datetime = NOW) -> None:
    """Apply a plan, range by range."""
    start = partial(start_apply, plan_id=number, reason="r", actor="me", now=now)
    _drive(engine, start, now)


def undo(engine: Engine, number: int, now: datetime = NOW) -> None:
    """Undo a run."""
    start = partial(start_undo, run_id=number, reason="r", actor="me", now=now)
    _drive(engine, start, now)


def _drive(engine: Engine, start: Any, now: Any) -> None:
    job, _total = begin_job(lambda: transaction(engine), start=start, now=now)
    run_job(lambda: transaction(engine), job_id=job, clock=lambda: now)


def _applied(engine: Engine) -> int:
    apply(engine, planned(engine))
    with transaction(engine) as session:
        answer(session, 3, B, "0.25", NOW + timedelta(hours=5))
    return 1


def _kept_by_an_earlier_one(engine: Engine) -> int:
    apply(engine, planned(engine, scope=Scope(sections=("Mon",))))
    return plan(engine, scope=Scope(held=True))


def _other_policy(engine: Engine) -> int:
    class_of_twelve(engine)
    with transaction(engine) as session:
        active = session.get_one(ActivePolicy, "set").policy_id
        points = {A: Decimal(2), B: Decimal(1)}
        add_policy(session, replace(policy_of(COURSE, SET), points=points, attempts=FREE))
        session.get_one(ActivePolicy, "set").policy_id = active
    with transaction(engine) as session:
        return rescoring.plan(session, course=COURSE, assignment=SET, now=NOW).id


def rescore(engine: Engine, number: int, now: datetime = NOW) -> None:
    """Apply a plan of another policy."""
    with transaction(engine) as session:
        rescoring.apply(session, course=COURSE, plan_id=number, reason="r", actor="me", now=now)


def _rescored(engine: Engine) -> int:
    rescore(engine, _other_policy(engine))
    return 1


def undo_rescore(engine: Engine, number: int, now: datetime = NOW) -> None:
    """Undo a rescore."""
    with transaction(engine) as session:
        rescoring.undo(session, course=COURSE, run_id=number, reason="r", actor="me", now=now)


KINDS = {
    "apply": Kind(planned, apply),
    "apply to a section, lowering no score": Kind(
        partial(planned, scope=Scope(sections=("Mon",)), rule=Rule.NEVER_LOWER), apply
    ),
    "move what an earlier one kept": Kind(_kept_by_an_earlier_one, apply),
    "undo": Kind(_applied, undo),
    "rescore": Kind(_other_policy, rescore),
    "undo a rescore": Kind(_rescored, undo_rescore),
}


def what_counts(engine: Engine) -> dict[str, object]:
    """All that anybody can see of it: pointers, standing grades, scores, runs, the ledger's length."""
    with reading(engine) as session:
        standing = queries.graded(Submission.id, GradeRow.key_id, GradeRow.verdict)
        book = gradebook(session, course=COURSE, assignment="set")
        return {
            "key": session.get_one(ActiveKey, SUM).key_id,
            "policy": session.get_one(ActivePolicy, "set").policy_id,
            "standing": sorted(tuple(row) for row in session.execute(standing)),
            "scores": {row.person.login: row.score for row in book.rows},
            "runs": [_count(session, each) for each in (RegradeRun, RescoreRun, LedgerLink)],
        }


def rows_in_the_end(engine: Engine) -> dict[str, object]:
    """What a run leaves behind, whether it came to its end at once or after being killed."""
    with reading(engine) as session:
        grades = select(GradeRow.submission_id, GradeRow.key_id, GradeRow.verdict)
        holds = select(Hold.submission_id, Hold.plan_id, Hold.key_id)
        return {
            name: sorted(tuple(row) for row in session.execute(query))
            for name, query in (("grades", grades), ("holds", holds))
        }


def faults(engine: Engine) -> list[str]:
    """What must never be, killed or not."""
    with reading(engine) as session:
        found = [f"a grade differs: {each}" for each in differing(session)]
        if without_grade(session):
            found.append("an answer has no grade under the active key")
        found += [f"ledger: {fault}" for fault in verify(session).faults]
        if session.scalars(select(Override.points)).all() != [Decimal(1)]:
            found.append("an override was touched")
        return found


def _count(session: Session, model: Any) -> int:
    return session.scalars(select(func.count()).select_from(model)).one()
