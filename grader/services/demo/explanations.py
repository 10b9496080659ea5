"""Explanations of the demo course: most students have written some, and a third of two problems is marked."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db.models import Person
from grader.domain.problem import Course
from grader.domain.roles import Role
from grader.services.demo.explanation_texts import COMMENTS, RUBRICS, TEMPLATES, Template
from grader.services.explanations.explaining import Writing, save
from grader.services.explanations.marking import Marking, mark
from grader.services.explanations.rubrics import Wanted, add_item

_SHARE_WHO_WRITE, _EACH_MARKED = 0.78, 3
_BEFORE = timedelta(days=6)


def make_explanations(
    session: Session, *, course: Course, actor: str, now: datetime, seed: int = 709
) -> None:
    """Let students explain, and a grader, ``actor``, mark some of it; nothing is released."""
    chance = Random(seed)  # noqa: S311 - invented texts need no secret numbers.
    people = select(Person.id).where(Person.role == Role.STUDENT).order_by(Person.login)
    students = session.scalars(people).all()[
        1:
    ]  # The first is the visitor's own: nothing is done yet.
    for problem in course.problems:
        templates = TEMPLATES.get(problem.slug, ())
        writers = [each for each in students if templates and chance.random() < _SHARE_WHO_WRITE]
        written = {each: chance.choice(templates) for each in writers}
        for person_id, template in written.items():
            at = now - _BEFORE * chance.random()
            writing = Writing(person_id, problem.slug, _filled(template, chance), 0, "demo", at)
            save(session, course=course, writing=writing)
        if problem.slug in RUBRICS:
            _mark(session, problem.slug, written, actor=actor, now=now)


def _filled(template: Template, chance: Random) -> str:
    numbers = {
        "@A@": f"{chance.uniform(-3, 3):.3f}",
        "@B@": f"{chance.uniform(0.2, 2.5):.3f}",
        "@N@": f"{chance.randrange(2, 60) * 10}",
    }
    text = template.text
    for name, number in numbers.items():
        text = text.replace(name, number)
    return text


def _mark(
    session: Session, problem: str, written: Mapping[int, Template], *, actor: str, now: datetime
) -> None:
    """Make the problem's rubric, and mark every third text by it."""
    for words, points in RUBRICS[problem]:
        add_item(session, wanted=Wanted(problem, words, points), actor=actor, now=now)
    for place, (person_id, template) in enumerate(list(written.items())[::_EACH_MARKED]):
        comment = COMMENTS[place % len(COMMENTS)]
        marking = Marking(person_id, problem, 1, 1, frozenset(template.applies), comment, seen=0)
        mark(session, marking=marking, actor=actor, person_id=None, now=now)
