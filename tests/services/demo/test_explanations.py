"""The demo's explanations are believable: most students write, and a third of two problems is marked."""

from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.content.catalog import Catalog
from grader.content.guest_text import render_guest
from grader.db.models import Explanation, Person
from grader.services.demo.explanation_texts import COMMENTS, RUBRICS, TEMPLATES
from grader.services.demo.explanations import make_explanations
from grader.services.explanations.marks import released_points
from grader.services.explanations.queue import queues
from grader.services.explanations.releases import marks_released, release_marks
from grader.services.explanations.rubrics import rubrics
from tests.services.demo.conftest import NOW
from tests.support.people import add_person

STUDENTS = 40


def made(session: Session, catalog: Catalog, **changes: int) -> None:
    for number in range(STUDENTS):
        add_person(session, f"student{number + 1:02}")
    add_person(session, "demo-ta", role="ta")
    make_explanations(session, course=catalog.course, actor="demo-ta", now=NOW, **changes)


@pytest.fixture
def course(session: Session, catalog: Catalog) -> Catalog:
    made(session, catalog)
    return catalog


def test_most_students_write_about_each_problem_and_the_visitor_has_not_begun(
    session: Session, course: Catalog
) -> None:
    rows = session.execute(
        select(Person.login, Explanation.problem, Explanation.text, Explanation.saved_at).join(
            Explanation, Explanation.person_id == Person.id
        )
    ).all()
    assert all(row.saved_at <= NOW for row in rows)
    assert not {row.login for row in rows} & {"student01", "demo-ta"}
    by_problem = Counter(row.problem for row in rows)
    assert set(by_problem) == {each.slug for each in course.course.assignments[0].problems}
    assert all(25 <= number <= 36 for number in by_problem.values())
    assert all("@" not in row.text.replace(" @ ", "") for row in rows)
    assert len({row.text for row in rows}) > len(rows) / 2


def test_a_third_of_two_problems_is_marked_and_not_released(
    session: Session, course: Catalog
) -> None:
    pset7 = course.course.assignments[0]
    found = queues(session, problems=[each.slug for each in pset7.problems], secret="")
    for slug, each in found.items():
        assert each.marked == (-(-each.written // 3) if slug in RUBRICS else 0)
        assert set(each.graders) <= {"demo-ta"}
    assert not marks_released(session, assignment="pset7")
    release_marks(session, assignment=pset7, released=True, seen=0, actor="ina", now=NOW)
    scores = released_points(session, assignment=pset7)
    assert scores is not None
    points = {one for each in scores.values() for one in each.values()}
    assert len(points) >= 3


def test_each_rubric_reaches_just_the_points_that_are_possible(
    session: Session, course: Catalog
) -> None:
    possible = course.course.assignments[0].explanation_points
    for items in rubrics(session, problems=list(RUBRICS)).values():
        assert len(items) in {4, 5}
        assert sum(item.points for item in items if item.points > 0) == possible


def test_the_same_seed_writes_the_same(session: Session, catalog: Catalog) -> None:
    texts = select(Explanation.text).order_by(Explanation.id)
    written = []
    for _ in range(2):
        made(session, catalog, seed=3)
        written.append(session.scalars(texts).all())
        session.rollback()
    assert written[0] == written[1]


def test_every_formula_of_the_texts_is_set() -> None:
    texts = [each.text for templates in TEMPLATES.values() for each in templates]
    for text in (*texts, *COMMENTS):
        assert "tex__why" not in render_guest(text), text
    assert any("<pre>" in render_guest(text) for text in texts)


def test_items_that_apply_are_in_the_rubric() -> None:
    for slug, templates in TEMPLATES.items():
        for each in templates:
            assert set(each.applies) <= set(range(1, len(RUBRICS.get(slug, ())) + 1))


def test_a_course_with_other_problems_has_no_explanations(
    session: Session, catalog: Catalog
) -> None:
    add_person(session, "student01")
    add_person(session, "student02")
    only_practice = replace(catalog.course, assignments=catalog.course.assignments[1:])
    make_explanations(session, course=only_practice, actor="demo-ta", now=NOW)
    assert session.scalars(select(Explanation.id)).all() == []
