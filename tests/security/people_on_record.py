"""Two students with a row in every table that leads to a person, each with canaries of their own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from grader.db.models import AnswerKeyRow, Base, Draw, Hold, KeyDiscard, Reply, Told, Variant, table
from grader.domain.decisions import Decider
from grader.domain.ledger import Act
from grader.domain.problem import RequestRules
from grader.domain.regrade_scope import Scope
from grader.domain.requests import Decision
from grader.services.exports.canvas import learn_canvas
from grader.services.keys.documents import key_document
from grader.services.ledger.ledger import record
from grader.services.overrides.overriding import override
from grader.services.people.signin_links import consume_link, make_signin_link
from grader.services.people.token_issuing import issue_token
from grader.services.policies import extending
from grader.services.policies.late_days import correct_late_days
from grader.services.policies.publishing import active_policy
from grader.services.records.looks import note_look
from grader.services.regrades import regrading
from grader.services.requests import requesting
from grader.services.requests.standing import list_requests
from tests.services.explanations.marking_room import SUM, add_items, give, write
from tests.support.classroom import (
    NOW,
    RIGHT,
    add_key,
    add_policy,
    add_student,
    answer,
    make_key,
    open_course,
)
from tests.support.courses import COURSE, LATER, SET
from tests.support.rescores import apply as apply_rescore
from tests.support.rescores import plan as plan_rescore
from tests.support.values import DUE

HOUR = timedelta(hours=1)
ASKING = replace(COURSE, assignments=(replace(SET, requests=RequestRules(days=7, limit=2)), LATER))


@dataclass(frozen=True, slots=True)
class OnRecord:
    """A student, and the words that lead to them alone."""

    id: int
    login: str
    name: str
    email: str
    sis_user_id: str

    @property
    def names(self) -> tuple[str, ...]:
        return self.login, self.name, self.email, self.sis_user_id

    def says(self, what: str) -> str:
        """A text that nobody else has."""
        return f"canary{self.sis_user_id} {what}"

    @property
    def canary(self) -> str:
        return f"canary{self.sis_user_id}"


@dataclass(frozen=True, slots=True)
class Class:
    """The two, and a grader."""

    ada: OnRecord
    bob: OnRecord
    tia: int


def class_on_record(session: Session) -> Class:
    """A course in which everything has happened that leaves a row about somebody."""
    open_course(session, ASKING)
    tia = add_student(session, "tia", role="ta", name="Tia Grader")
    ada, bob = (
        _student(session, *each)
        for each in (
            ("zadaq", "Zadaq Abebe", "zadaq.abebe@example.edu", "900111"),
            ("zbobq", "Zbobq Brown", "zbobq.brown@example.edu", "900222"),
        )
    )
    variant = _variant(session)
    add_items(session, "2")
    for each in (ada, bob):
        _work(session, each)
        _judged(session, each, tia)
        _rest(session, each, variant, tia)
    _moves(session, ada, bob)
    return Class(ada, bob, tia)


def rows_with(session: Session, *words: str) -> Mapping[str, int]:
    """By table and column how many values hold one of these words, in any case."""
    found: dict[str, int] = {}
    for name, one in Base.metadata.tables.items():
        for row in session.execute(one.select()):
            for column, value in row._mapping.items():
                if any(word.casefold() in str(value).casefold() for word in words):
                    found[f"{name}.{column}"] = found.get(f"{name}.{column}", 0) + 1
    return found


def _student(session: Session, login: str, *named: str) -> OnRecord:
    name, email, sis = named
    made = add_student(session, login, name=name, email=email, sis_user_id=sis, section="Mon")
    return OnRecord(made, login, name, email, sis)


def _variant(session: Session) -> int:
    key = add_key(session, make_key(SUM, {"set/sum/a": "0.5", "set/sum/b": "2"}))
    row = {"problem": SUM, "number": 1, "key_id": key, "content": {}, "provenance": {}}
    adding = insert(table(Variant)).values(row | {"created_at": NOW}).returning(Variant.id)
    return session.scalars(adding).one()


def _work(session: Session, who: OnRecord) -> None:
    answer(session, who.id, "set/sum/a", "9", key=f"{who.login}-first")
    answer(session, who.id, "set/sum/a", RIGHT["set/sum/a"], NOW + HOUR)
    answer(session, who.id, "set/last/a", "0.77", NOW + HOUR)
    write(session, who.id, who.says(f"I am {who.name}, and add."))
    requesting.ask(
        session,
        course=ASKING,
        person_id=who.id,
        about=SUM,
        reason=who.says("Please look again."),
        now=DUE,
    )
    link = make_signin_link(session, login_or_email=who.login, now=NOW, lifetime=HOUR)
    assert link is not None
    consume_link(session, token=link[1], now=NOW, lifetime=HOUR)
    issue_token(
        session,
        login=who.login,
        name=who.says("laptop"),
        lifetime=timedelta(days=1),
        actor=who.login,
        now=NOW,
    )


def _judged(session: Session, who: OnRecord, tia: int) -> None:
    give(session, who.id, {1}, who.says(f"Well said, {who.name.split()[0]}."))
    request = list_requests(session)[0]
    requesting.answer(
        session,
        request_id=request.id,
        decision=Decision.KEPT,
        words=who.says("It stays."),
        actor="tia",
        person_id=tia,
        seen=None,
        now=DUE,
    )
    extending.grant(
        session,
        login=who.login,
        assignment="later",
        until=DUE + timedelta(days=20),
        reason=who.says("is ill"),
        actor="tia",
        now=NOW,
    )
    by = Decider("tia", tia, who.says("as agreed"), NOW)
    override(
        session,
        course=COURSE,
        login=who.login,
        about="set/sum/b",
        points=Decimal("1.5"),
        by=by,
        seen=None,
    )
    correct_late_days(session, login=who.login, days=1, budget=4, by=by, seen=None)


def _rest(session: Session, who: OnRecord, variant: int, tia: int) -> None:
    _add(session, Draw, person_id=who.id, variant_id=variant, drawn_at=NOW)
    _add(
        session,
        Reply,
        person_id=who.id,
        part="set/sum/a",
        idempotency_key=f"{who.login}-again",
        answer_sha256="0" * 64,
        content={"said": who.canary},
        created_at=NOW,
    )
    _add(
        session,
        Told,
        kind="regrade",
        run_id=1,
        person_id=who.id,
        number=1,
        what="failed",
        why=f"no such mailbox: {who.email}",
        actor="tia",
        created_at=NOW,
    )
    note_look(session, reader_id=tia, person_id=who.id, page="the page of a student", now=NOW)


def _moves(session: Session, ada: OnRecord, bob: OnRecord) -> None:
    """What concerns the class and names people: plans, runs, an export of Canvas, and words of staff."""
    key = make_key("set/last", {"set/last/a": "0.77", "set/last/b2": "10"})
    add_key(session, key)
    _add(
        session,
        KeyDiscard,
        key_id=add_key(session, make_key(SUM, {"set/sum/a": "3", "set/sum/b": "2"})),
        actor="tia",
        reason=f"{ada.name} misread it.",
        created_at=NOW,
    )
    _add(
        session,
        AnswerKeyRow,
        problem="later/only",
        version=9,
        content=key_document(make_key("later/only", {"later/only/a": "7"})),
        provenance={"reason": f"{ada.name} found it.", "actor": "tia"},
        nonce=b"n" * 32,
        created_at=NOW,
    )
    problem = COURSE.problem("set/last")
    assert problem is not None
    scope = Scope(students=(ada.login, bob.login))
    plan = regrading.plan(session, course=COURSE, problem=problem, now=DUE, scope=scope)
    said = f"{ada.name} ({ada.login}) found it, and {bob.login} too."
    regrading.apply(session, plan_id=plan.id, reason=said, actor="tia", now=DUE)
    answers = session.execute(_answers()).all()
    for row in (answers[0], answers[-1]):
        _add(session, Hold, submission_id=row.id, plan_id=plan.id, key_id=row.key_id)
    policy = active_policy(session, "set")
    assert policy is not None
    add_policy(session, replace(policy, points={**policy.points, "set/sum/a": Decimal(4)}))
    apply_rescore(session, plan_rescore(session, 1), said)
    learn_canvas(
        session,
        raw=(
            "Student,ID,SIS User ID,SIS Login ID,Section,The set (4711)\n"
            f'"{ada.name}",71,{ada.sis_user_id},{ada.login},Mon,\n'
            f'"{bob.name}",72,{bob.sis_user_id},{bob.login},Mon,\n'
        ).encode(),
        about="set",
        actor="tia",
        now=NOW,
    )
    record(session, act=Act.RUBRIC, actor="tia", about=SUM, reason=said, now=NOW)


def _answers() -> Any:
    one = Base.metadata.tables["submissions"]
    return one.select().order_by(one.columns["id"])


def _add(session: Session, model: type[Base], **row: Any) -> None:
    session.execute(insert(table(model)).values(row))
