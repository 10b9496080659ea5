"""The demo course: forty invented students and a believable week of submissions.

Everything goes through the same services as in a real course; only the people and their answers are made
up, with a seed, so that two demos on one day look alike.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlalchemy.orm import Session

from grader.db.models import Person
from grader.domain.grading import PartKey
from grader.domain.problem import Assignment, Course
from grader.domain.roles import Role
from grader.services.answers.arriving import Arrival
from grader.services.answers.submitting import submit_within
from grader.services.demo.decisions import make_decisions
from grader.services.demo.explanations import make_explanations
from grader.services.demo.regrade import make_past_regrade, make_waiting_draft
from grader.services.demo.requests import make_requests
from grader.services.keys.published import published_key
from grader.services.policies.publishing import active_policy
from grader.services.receipts.signing import Signer

STUDENTS = 40
SECTIONS = ("Mon 1:30", "Tue 4:30", "Wed 3:00", "Thu 10:30")
TA_LOGIN, INSTRUCTOR_LOGIN = "demo-ta", "demo-instructor"
_LIKELIEST = 4  # The mistakes of a part that demo students make.
_MISREAD = {"pset7/calibration/b"}
"""Parts that most of the class reads another way: a number that no known mistake explains, and an alarm."""
_SHARE_WHO_MISREAD, _AS_MISREAD = 0.6, Decimal("1.0417")
OPENED, REMAINING = timedelta(days=9), timedelta(days=2)

_FIRST = (
    "Ada Alan Amira Ben Carla Chen Dana Deepa Elif Emeka Farah Grace Hana Hugo Ines Ivan Jamal Jun Kai Kofi "
    "Lena Lucia Maya Mei Nadia Noor Omar Paula Priya Quinn Rosa Sami Sofia Tariq Tomas Uma Vera Wen Yara Zoe"
).split()
_LAST = (
    "Abebe Berg Castillo Dube Eriksen Fofana Garcia Haddad Ito Jensen Kim Lopez Mbeki Nguyen Okafor Patel "
    "Quispe Rossi Silva Tanaka"
).split()


@dataclass(frozen=True, slots=True)
class _Student:
    person_id: int
    skill: float
    eagerness: float


def demo_dates(course: Course, now: datetime) -> str:
    """The instance's ``dates.toml``: each dated assignment is open now and due in two days at 23:59.

    One that closes does so as long after it is due as its own file says.
    """
    local = now.astimezone(ZoneInfo(course.timezone)).replace(tzinfo=None)
    opens = (local - OPENED).replace(hour=9, minute=0, second=0, microsecond=0)
    due = (local + REMAINING).replace(hour=23, minute=59, second=0, microsecond=0)
    text = "# Written by the demo, so that it is open on the day it is made.\n"
    for each in course.assignments:
        if each.due is not None:
            text += f"\n[{each.slug}]\nopens = {opens.isoformat()}\ndue = {due.isoformat()}\n"
            if each.closes is not None:
                text += f"closes = {(due + (each.closes - each.due)).isoformat()}\n"
    return text


def make_demo(
    session: Session, *, course: Course, signer: Signer, now: datetime, seed: int = 109
) -> str:
    """Enrol the class and submit its answers; gives the login of the student to sign in as."""
    chance = Random(seed)  # noqa: S311 - invented people need no secret numbers.
    students = _enrol(session, chance)
    for assignment in course.assignments:
        arrivals = [
            arrival
            for student in students[1:]  # The first is the visitor's own: nothing is done yet.
            for arrival in _week(session, student, assignment, chance, now)
        ]
        for arrival in sorted(arrivals, key=lambda one: one.now):
            submit_within(session, course=course, signer=signer, arrival=arrival)
    begun = replace(course, assignments=_begun(session, course, now))
    # In the order of time, as the ledger tells it.
    regraded = make_past_regrade(session, course=begun, actor=TA_LOGIN, now=now)
    at = now - timedelta(hours=5)
    make_requests(session, course=begun, actor=TA_LOGIN, now=at)
    make_explanations(session, course=begun, actor=TA_LOGIN, now=at)
    make_decisions(session, course=begun, actor=TA_LOGIN, instructor=INSTRUCTOR_LOGIN, now=at)
    # Last: a plan holds as long as nothing that it rests on moves.
    make_waiting_draft(session, course=begun, actor=TA_LOGIN, besides=regraded, now=now)
    return _login(0)


def _begun(session: Session, course: Course, now: datetime) -> tuple[Assignment, ...]:
    """The assignments that are open: an operator's own dates may begin later."""
    policies = [active_policy(session, each.slug) for each in course.assignments]
    return tuple(
        each
        for each, policy in zip(course.assignments, policies, strict=True)
        if policy and (policy.opens is None or policy.opens <= now)
    )


def _enrol(session: Session, chance: Random) -> list[_Student]:
    people = [_row(_login(i), *_named(i), Role.STUDENT) for i in range(STUDENTS)]
    people.append(_row(TA_LOGIN, "Robin Demo", "", Role.TA))
    people.append(_row(INSTRUCTOR_LOGIN, "Sasha Demo", "", Role.INSTRUCTOR))
    ids = session.scalars(insert(Person).returning(Person.id, sort_by_parameter_order=True), people)
    return [
        _Student(person_id, chance.betavariate(3, 2), chance.random())
        for person_id in ids.all()[:STUDENTS]
    ]


def _login(index: int) -> str:
    return f"student{index + 1:02}"


def _named(index: int) -> tuple[str, str]:
    return f"{_FIRST[index]} {_LAST[index * 7 % len(_LAST)]}", SECTIONS[index % len(SECTIONS)]


def _row(login: str, name: str, section: str, role: Role) -> dict[str, object]:
    return {
        "login": login,
        "name": name,
        "email": f"{login}@example.edu",
        "sis_user_id": f"{int.from_bytes(login.encode()) % 9_999_991:07}"
        if role is Role.STUDENT
        else "",
        "section": section,
        "role": role,
        "active": True,
    }


def _week(  # noqa: PLR0917 - one caller.
    session: Session, student: _Student, assignment: Assignment, chance: Random, now: datetime
) -> Iterator[Arrival]:
    """One student's answers, problem by problem, from when they began until now at the latest."""
    at = now - OPENED * (0.95 - 0.95 * student.eagerness) + timedelta(minutes=chance.randrange(90))
    for problem in assignment.problems:
        published = published_key(session, problem.slug)
        if published is None:
            continue
        for part in problem.parts:
            key, misread = published[1].parts[part.slug], part.slug in _MISREAD
            for answer in _attempts(key, student.skill, chance, misread=misread):
                if at >= now:
                    return
                yield Arrival(student.person_id, part.slug, answer, "demo", None, at)
                at += timedelta(minutes=chance.expovariate(1 / 12))
        at += timedelta(hours=chance.expovariate(1 / 9))


def _attempts(key: PartKey, skill: float, chance: Random, *, misread: bool) -> Iterator[str]:
    """Wrong answers of the usual kinds, then mostly the right one."""
    five = Decimal("0.00001")
    right = key.expected.quantize(five)
    if misread and chance.random() < _SHARE_WHO_MISREAD:
        yield f"{key.expected * _AS_MISREAD:.5f}"
        return
    wrong = [
        f"{key.expected.quantize(Decimal('0.01'))}",
        f"{-right}",
        f"{1 - right}",
        f"{right * 100}",
        f"{key.expected.quantize(Decimal('0.001'), ROUND_DOWN)}",
        f"{right * Decimal(f'{chance.uniform(0.8, 1.2):.4f}'):.5f}",
        f"{right * Decimal('0.98'):.5f}",
    ]
    known = [f"{each.value:.5f}" for each in key.misconceptions[:_LIKELIEST] if each.told]
    weights = (6, 2, 1, 2, 6, 2, 3, *[4] * len(known))
    while chance.random() > 0.2 + 0.6 * skill:
        yield chance.choices([*wrong, *known], weights)[0]
        if chance.random() < 0.3 * (1 - skill):
            return  # Given up for now.
    yield f"{right}"
