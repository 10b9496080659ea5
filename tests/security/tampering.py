"""A course in which everything was done through the service, and random changes behind the service's back."""

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from grader.db.models import Person
from grader.db.session import reading, transaction
from grader.domain.decisions import Decider
from grader.domain.problem import RequestRules
from grader.domain.regrade_scope import Rule
from grader.domain.requests import Decision
from grader.services.explanations.releases import release_marks
from grader.services.keys.drafts import Author, accept_value, discard
from grader.services.keys.publishing import publish
from grader.services.ledger.ledger import Verified
from grader.services.overrides.overriding import excuse, override, withdraw
from grader.services.policies import extending
from grader.services.policies.late_days import correct_late_days
from grader.services.policies.publishing import publish_policy
from grader.services.policies.releasing import release
from grader.services.proofs.ledger_audit import audit
from grader.services.records.forgetting import forget
from grader.services.regrades import regrading
from grader.services.requests import requesting
from grader.services.requests.standing import list_requests
from grader.services.rescores import rescoring
from tests.services.explanations.marking_room import SUM, add_items, give, write
from tests.support.classroom import NOW, RIGHT, add_student, answer, make_key
from tests.support.courses import COURSE, LATER, SET
from tests.support.signers import SIGNER
from tests.support.values import DUE
from tests.support.variants import make_draft

HOUR = timedelta(hours=1)
AFTER = DUE + timedelta(days=30)
PARTS = ("set/sum/a", "set/sum/b", "set/last/a")
RULES = replace(COURSE, assignments=(replace(SET, requests=RequestRules(days=7, limit=2)), LATER))
MORE = replace(RULES, assignments=(replace(RULES.assignments[0], max_late_days=1), LATER))
TABLES: Mapping[str, frozenset[str]] = {
    # What says how an answer came is in no receipt, and decides nothing.
    "submissions": frozenset({"source", "idempotency_key"}),
    "grades": frozenset(),
    "overrides": frozenset({"id", "number"}),
    "ledger": frozenset(),
    "ledger_bodies": frozenset(),
    "late_day_corrections": frozenset({"id", "number"}),
    "extensions": frozenset({"id"}),
    "holds": frozenset(),
    "answer_keys": frozenset({"id", "provenance", "created_at"}),
    "policies": frozenset({"id", "created_at"}),
    "active_keys": frozenset(),
    "active_policies": frozenset(),
    "regrade_runs": frozenset({"undoes_id"}),
    "rescore_runs": frozenset({"undoes_id", "content"}),
    "request_replies": frozenset({"id"}),
    "mark_releases": frozenset({"id"}),
    "rubric_items": frozenset({"id"}),
}
"""The tables that are tampered with, and of each the columns in which a change changes nothing that holds."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change by hand, in words."""

    table: str
    what: str


def everything_done(session: Session) -> None:
    """Fill a database with all that the ledger, receipts and keys can be held to."""
    for problem in RULES.problems:
        values = {part.slug: RIGHT[part.slug] for part in problem.parts}
        publish(session, draft=make_draft(make_key(problem.slug, values)), actor="op", now=NOW)
    for assignment in RULES.assignments:
        publish_policy(session, course=RULES, assignment=assignment, actor="op", now=NOW)
    tia = add_student(session, "tia", role="ta")
    people = {name: add_student(session, name) for name in ("ada", "bob", "eve", "gil")}
    for place, (login, number) in enumerate(people.items()):
        for step, part in enumerate(PARTS):
            answer(session, number, part, "9.5", NOW + step * HOUR)
            if (place + step) % 2:
                answer(session, number, part, RIGHT[part], NOW + (step + 4) * HOUR)
        _decisions(session, login, tia)
    _marks(session, people["ada"], tia)
    _moves(session, tia)
    gil = session.scalars(select(Person).where(Person.login == "gil")).one()
    forget(session, person=gil, reason="asked", actor="cli:op", signer=SIGNER, now=AFTER)


def _decisions(session: Session, login: str, tia: int) -> None:
    by = Decider("tia", tia, f"as agreed with {login}", NOW)
    given: dict[str, Any] = {"course": RULES, "login": login, "by": by, "seen": None}
    for points in ("1.5", "2.5"):
        override(session, about=PARTS[0], points=Decimal(points), **given)
    excuse(session, about="later", **given)
    override(session, about=PARTS[1], points=Decimal(1), **given)
    withdraw(session, login=login, about=PARTS[1], by=by, seen=None)
    for days in (1, -1):
        correct_late_days(session, login=login, days=days, budget=4, by=by, seen=None)
    for days in (9, 12):
        extending.grant(
            session,
            login=login,
            assignment="later",
            until=DUE + timedelta(days=days),
            reason="ill",
            actor="tia",
            now=NOW,
        )


def _marks(session: Session, ada: int, tia: int) -> None:
    add_items(session, "2", "1")
    write(session, ada, "I add.")
    give(session, ada, {1})
    release_marks(session, assignment=SET, released=True, seen=None, actor="ina", now=DUE)
    requesting.ask(session, course=RULES, person_id=ada, about=SUM, reason="Look again.", now=DUE)
    requesting.answer(
        session,
        request_id=list_requests(session)[0].id,
        decision=Decision.KEPT,
        words="It stays.",
        actor="tia",
        person_id=tia,
        seen=None,
        now=DUE,
    )


def _moves(session: Session, tia: int) -> None:
    for part, rule in ((PARTS[0], Rule.ANY_CHANGE), (PARTS[2], Rule.NEVER_LOWER)):
        problem = RULES.problem(part.rpartition("/")[0])
        assert problem is not None
        if rule is Rule.NEVER_LOWER:
            key = make_key(problem.slug, {"set/last/a": "7.7", "set/last/b2": "10"})
            publish(session, draft=make_draft(key), actor="op", now=DUE)
        else:
            accept_value(
                session, part=part, value=Decimal("9.5"), author=Author("tia", "so"), now=DUE
            )
        plan = regrading.plan(session, course=RULES, problem=problem, now=DUE, rule=rule)
        regrading.apply(session, plan_id=plan.id, reason="it was wrong", actor="tia", now=DUE)
    accept_value(session, part=PARTS[1], value=Decimal(8), author=Author("tia", "so"), now=DUE)
    discard(session, problem=SUM, version=3, reason="no", actor="tia", now=DUE)
    publish_policy(session, course=MORE, assignment=MORE.assignments[0], actor="op", now=DUE)
    made = rescoring.plan(session, course=MORE, assignment=MORE.assignments[0], now=DUE).id
    rescoring.apply(session, course=MORE, plan_id=made, reason="so", actor="ina", now=DUE)
    release(session, assignment="set", person_id=tia, actor="tia", released=True, now=AFTER)


def verified(engine: Engine) -> Verified:
    """What ``grader ledger verify`` says."""
    with reading(engine) as session:
        return audit(session, trusted={SIGNER.public_key})


def prepare(engine: Engine) -> None:
    with transaction(engine) as session:
        everything_done(session)


def tamper(file: Path, chance: Random) -> Change:
    """Change one thing at random, as somebody could who holds the file: without triggers, keys and checks."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("PRAGMA synchronous = OFF")  # A copy, that nobody keeps.
        connection.execute("PRAGMA ignore_check_constraints = ON")
        while True:
            table = chance.choice(sorted(TABLES))
            change = _change(connection, table, chance)
            if change is not None:
                return Change(table, change)


def _change(connection: sqlite3.Connection, table: str, chance: Random) -> str | None:
    rows = connection.execute(f"SELECT * FROM {table}").fetchall()
    key = [row["name"] for row in connection.execute(f"PRAGMA table_info({table})") if row["pk"]]
    assert rows, table
    row = chance.choice(rows)
    where = " AND ".join(f"{name} = ?" for name in key)
    place = [row[name] for name in key]
    how = chance.choice(["update", "update", "update", "delete", "insert", "swap"])
    try:
        if how == "delete":
            connection.execute(f"DELETE FROM {table} WHERE {where}", place)
            return f"deleted {place}"
        if how == "insert":
            return _insert(connection, table, row, chance)
        column = chance.choice(sorted(set(row.keys()) - TABLES[table]))
        value = row[column]
        if how == "swap":
            others = [each[column] for each in rows if each[column] != value]
            if not others:
                return None
            new = chance.choice(others)
        else:
            new = 1 - value if column in {"released", "retired"} else _other(value, chance)
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", [new, *place])
    except sqlite3.IntegrityError:
        return None  # A unique index stands in the way.
    return f"{column} of {place} from {value!r} to {new!r}"


def _insert(
    connection: sqlite3.Connection, table: str, row: sqlite3.Row, chance: Random
) -> str | None:
    columns = dict(row)
    for name in ("id", "attempt", "number", "version", "revision", "submission_id", "item"):
        if name in columns:
            columns[name] += chance.randrange(1000, 2000)
    for name in ("sha256", "problem", "assignment"):
        if name in columns and table in {"ledger", "active_keys", "active_policies"}:
            columns[name] = f"{columns[name]}x"
    if "undoes_id" in columns:
        columns["undoes_id"] = None
    marks = ", ".join("?" * len(columns))
    connection.execute(f"INSERT INTO {table} VALUES ({marks})", list(columns.values()))
    return f"inserted a row like {list(row)[:4]}"


def _other(value: Any, chance: Random) -> Any:
    """Another value of the same look."""
    if isinstance(value, bytes):
        place = chance.randrange(len(value))
        return (
            value[:place] + bytes([value[place] ^ (1 << chance.randrange(8))]) + value[place + 1 :]
        )
    if isinstance(value, int):
        return value + chance.choice([-1, 1, 2])
    if value is None:
        return chance.choice(["x", "0" * 64])
    if value[:1] in "{[":
        return _other_document(value, chance)
    return _other_text(value, chance)


def _other_document(text: str, chance: Random) -> str:
    document = json.loads(text)
    if isinstance(document, dict) and document and chance.random() < 0.5:
        name = chance.choice(sorted(document))
        if isinstance(document[name], str):
            document[name] = _other_text(document[name], chance)
        else:
            del document[name]
        return json.dumps(document)
    return json.dumps(document | {"more": 1})


def _other_text(text: str, chance: Random) -> str:
    if not text:
        return "x"
    place = chance.randrange(len(text))
    if re.match(r"\d{4}-\d\d-\d\dT", text) and place == 10:
        place += 1  # Between date and time any sign means the same.
    old = text[place]
    choices = "0123456789" if old.isdigit() else "abcdefxyz"
    new = chance.choice([each for each in choices if each != old])
    return chance.choice([text[:place] + new + text[place + 1 :], f"{text}7"])


def changes(seed: int, count: int) -> Iterator[Random]:
    """So many sources of chance, each by itself."""
    for number in range(count):
        yield Random(f"{seed}/{number}")  # noqa: S311 - so that it can be done again.
