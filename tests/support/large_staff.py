"""What the staff of a large class have done by the end of a term, straight into the tables where it is much.

Everybody explained each problem and saved that again; graders marked most of it; half the class has an API
token; one regrade was applied, and the plan of another waits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from grader.db.models import (
    ApiToken,
    Base,
    Explanation,
    ExplanationMark,
    Extension,
    Override,
    Person,
    RegradePlan,
    RubricItem,
    table,
)
from grader.db.session import transaction
from grader.domain.ledger import Act
from grader.domain.marks import place
from grader.domain.problem import Problem
from grader.services.exports.canvas import learn_canvas
from grader.services.keys.drafts import Author, accept_value
from grader.services.ledger.ledger import NewEntry, record_all
from grader.services.people.signin_links import consume_link, make_signin_link
from grader.services.regrades import regrading
from tests.support.large_class import SLUG, TA, LargeClass, settle

INSTRUCTOR = "ina"
RUBRIC_ITEMS = 6
OLD_PLANS = 20
_ESSAY = (
    "We fit the model to the data by gradient descent, and looked at the error of each step. " * 8
)


@dataclass(frozen=True, slots=True)
class Work:
    """What came of it: an instructor's session, and the addresses of pages that show a lot of it."""

    cookie: str
    place: str
    plan: int
    run: int

    @property
    def pages(self) -> dict[str, str]:
        """What staff have beside the pages of the class, of one problem and of one student."""
        problem, regrades = f"{SLUG}/problem1", "/staff/regrades"
        return {
            "marking": f"/staff/marking/{SLUG}",
            "marking, a rubric": f"/staff/marking/{problem}/rubric",
            "marking, a desk": f"/staff/marking/{problem}/{self.place}",
            "a student's explanation": f"/staff/students/s00007/explanations/{problem}",
            "exports": f"/staff/exports/{SLUG}",
            "import of overrides": f"/staff/imports/{SLUG}",
            "regrades": regrades,
            "regrades, a plan": f"{regrades}/plans/{self.plan}",
            "regrades, a plan by loss": f"{regrades}/plans/{self.plan}?sort=most+lost&show=down",
            "regrades, a run": f"{regrades}/runs/{self.run}",
            "roster": "/staff/roster",
            "tokens": "/staff/tokens",
            "ledger": "/staff/ledger",
            "ledger, one student": "/staff/ledger?student=s00007",
            "ledger, one act": "/staff/ledger?act=override",
            "health": "/staff/health",
        }


def work_of_staff(large: LargeClass, now: datetime) -> Work:
    """Add it all to a class that was opened; the marks are not shown to students yet."""
    with transaction(large.engine) as session:
        students = session.scalars(
            select(Person).where(Person.role == "student").order_by(Person.id)
        ).all()
        ids = [each.id for each in students]
        problems = large.course.problems
        _explain(session, ids, problems, now)
        entries = _mark(session, problems, now)
        entries += _decide(session, ids, now)
        _tokens(session, ids, now)
        record_all(session, entries)
        learn_canvas(session, raw=_canvas(students), about=SLUG, actor=TA, now=now)
        run = _regrade(session, large, Decimal("-1.91175"), now)
        # The people before have numbers that the database did not give.
        cookie = _instructor(session, max(ids) + 2, now)
    with transaction(large.engine) as session:
        plan = _plan(session, large, Decimal("191.17518"), now)
    settle(large.engine)
    where = place(str(large.app.secret_key), f"{SLUG}/problem1", ids[6])
    return Work(cookie, where, plan, run)


def _explain(
    session: Session, ids: list[int], problems: tuple[Problem, ...], now: datetime
) -> None:
    rows = [
        {
            "person_id": person,
            "problem": problem.slug,
            "number": number,
            "text": f"{_ESSAY}Version {number} of {person}.",
            "based_on": number - 1,
            "source": "form",
            "late_seconds": 0,
            "saved_at": now - timedelta(hours=3 - number),
        }
        for problem in problems
        for person in ids
        for number in (1, 2)
    ]
    _insert(session, Explanation, rows)


def _mark(session: Session, problems: tuple[Problem, ...], now: datetime) -> list[NewEntry]:
    """Two of three are marked; gives what the ledger says of it."""
    slugs = [problem.slug for problem in problems]
    beside = {"actor": TA, "created_at": now}
    items = [
        {
            "problem": slug,
            "item": item,
            "revision": 1,
            "words": f"What item {item} is about.",
            "points": Decimal(1),
            "retired": False,
        }
        for slug in slugs
        for item in range(1, RUBRIC_ITEMS + 1)
    ]
    _insert(session, RubricItem, [each | beside for each in items])
    newest = select(Explanation.person_id, Explanation.problem, Explanation.id).where(
        Explanation.number == 2
    )
    marked = [row for row in session.execute(newest).all() if row.person_id % 3]
    marks = [
        {
            "person_id": person,
            "problem": problem,
            "number": 1,
            "explanation_id": explanation,
            "newest_seen": 2,
            "items": {"applied": [1 + person % 3, 4]},
            "comment": "Say how you know." if person % 4 == 0 else "",
        }
        for person, problem, explanation in marked
    ]
    _insert(session, ExplanationMark, [each | beside for each in marks])
    return [
        NewEntry(Act.MARK, TA, problem, "", now, person, {"mark": 1})
        for person, problem, _ in marked
    ]


def _decide(session: Session, ids: list[int], now: datetime) -> list[NewEntry]:
    """Every tenth student has points that staff gave, every tenth an extension."""
    part, beside = f"{SLUG}/problem2/a", {"reason": "As agreed.", "actor": TA, "created_at": now}
    given, longer = ids[::10], ids[5::10]
    overrides = [
        {"person_id": each, "about": part, "number": 1, "kind": "points", "points": Decimal(3)}
        for each in given
    ]
    extensions = [
        {"person_id": each, "assignment": SLUG, "until": now + timedelta(days=3)} for each in longer
    ]
    _insert(session, Override, [each | beside for each in overrides])
    _insert(session, Extension, [each | beside for each in extensions])
    acts = [(Act.OVERRIDE, part, each) for each in given]
    acts += [(Act.EXTENSION, SLUG, each) for each in longer]
    return [NewEntry(act, TA, about, "As agreed.", now, who) for act, about, who in acts]


def _tokens(session: Session, ids: list[int], now: datetime) -> None:
    rows = [
        {
            "prefix": f"gr_{person:06}",
            "token_sha256": f"{person:064}",
            "person_id": person,
            "name": "laptop",
            "scopes": "read submit",
            "created_at": now,
            "expires_at": now + timedelta(days=30),
        }
        for person in ids[::2]
    ]
    _insert(session, ApiToken, rows)


def _canvas(students: Sequence[Person]) -> bytes:
    lines = ["Student,ID,SIS User ID,SIS Login ID,Section,The large set (77)"]
    lines += [f'"{each.name}",{each.id},,{each.login},{each.section},' for each in students]
    return "\n".join(lines).encode()


def _regrade(session: Session, large: LargeClass, value: Decimal, now: datetime) -> int:
    """Plan the move to a key that takes this value too, and make it; old plans of the same size stay."""
    made = session.get_one(RegradePlan, _plan(session, large, value, now))
    old = ("problem", "from_key_id", "to_key_id", "scope", "rule", "content", "created_at")
    values = {name: getattr(made, name) for name in old}
    _insert(session, RegradePlan, [values | {"sha256": f"{n:064}"} for n in range(OLD_PLANS)])
    return regrading.apply(session, plan_id=made.id, reason="Rounded.", actor=TA, now=now).id


def _plan(session: Session, large: LargeClass, value: Decimal, now: datetime) -> int:
    problem = large.course.problems[0]
    part, author = problem.parts[0].slug, Author(TA, "Rounded.")
    accept_value(session, part=part, value=value, author=author, now=now)
    return regrading.plan(session, course=large.course, problem=problem, now=now).id


def _instructor(session: Session, number: int, now: datetime) -> str:
    blank = {"email": "", "sis_user_id": "", "section": "", "role": "instructor", "active": True}
    session.add(Person(id=number, login=INSTRUCTOR, name="Ina", **blank))
    session.flush()
    life = timedelta(days=9)
    made = make_signin_link(
        session, login_or_email=INSTRUCTOR, now=now, lifetime=life, limited=False
    )
    assert made is not None
    return consume_link(session, token=made[1], now=now, lifetime=life)


def _insert(session: Session, model: type[Base], rows: list[dict[str, Any]]) -> None:
    session.execute(insert(table(model)), rows)
