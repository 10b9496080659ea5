"""The demo course: believable, made through the real services, and open on the day it is made."""

import tomllib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from grader.config import PROJECT
from grader.content.catalog import Catalog
from grader.content.loading import load_catalog
from grader.db import queries
from grader.db.models import ActiveKey, GradeRow, Person, Submission
from grader.db.session import transaction
from grader.domain.alarms import alarms
from grader.services.demo import demo
from grader.services.figures.insight import problem_insight
from grader.services.ledger.ledger import list_entries
from grader.services.policies.publishing import active_policy
from grader.services.proofs.ledger_audit import audit
from grader.services.requests.standing import list_requests
from grader.services.scores.gradebook import gradebook
from tests.services.demo.conftest import NOW, MadeDemo
from tests.support.coursefiles import write_course
from tests.support.signers import SIGNER

# All on one worker, so that the demo is made once for each kind of database.
pytestmark = pytest.mark.xdist_group("demo")


def test_each_dated_assignment_is_open_now_and_due_in_two_days_at_one_minute_to_midnight(
    tmp_path: Path,
) -> None:
    course = load_catalog(PROJECT / "problems", tmp_path).course
    dates = tomllib.loads(demo.demo_dates(course, NOW))["pset7"]
    local = NOW.astimezone(ZoneInfo(course.timezone)).replace(tzinfo=None)
    assert dates["opens"] < local < dates["due"]
    assert (dates["due"] - local).days in {1, 2}
    assert (dates["due"].hour, dates["due"].minute) == (23, 59)


def test_an_assignment_that_closes_does_so_as_long_after_it_is_due_as_before(
    tmp_path: Path,
) -> None:
    problems = write_course(tmp_path)
    (tmp_path / "dates.toml").write_text(
        demo.demo_dates(load_catalog(problems, tmp_path).course, NOW)
    )
    graded = load_catalog(problems, tmp_path).course.assignments[0]
    assert graded.opens is not None
    assert graded.due is not None
    assert graded.closes is not None
    assert graded.opens < NOW < graded.due
    assert graded.closes - graded.due == timedelta(days=5)


def test_forty_students_have_a_history_and_the_visitor_a_fresh_start(
    made_demo: MadeDemo, made_session: Session
) -> None:
    book = gradebook(made_session, course=made_demo.catalog.course, assignment="pset7")
    sections = {row.person.section for row in book.rows}
    totals = [row.score.points for row in book.rows]
    tried = {row.person.login for row in book.rows if any(p.attempts for p in row.score.parts)}
    tags = set(made_session.scalars(select(GradeRow.misconception)))
    late = made_session.scalars(select(Submission.id).where(Submission.submitted_at >= NOW)).all()
    assert len(book.rows) == demo.STUDENTS
    assert sections == set(demo.SECTIONS)
    assert made_demo.visitor not in tried
    assert len(tried) >= 35
    assert len(set(totals)) >= 4
    assert late == []
    assert {"nats", "signed_maximum"} <= tags


def test_the_same_seed_gives_the_same_class(engine: Engine, catalog: Catalog) -> None:
    answers = select(Submission.text, Submission.submitted_at).order_by(Submission.id)
    made = []
    for _ in range(2):
        with Session(engine) as session:  # Never committed, so each begins with an empty class.
            demo.make_demo(session, course=catalog.course, signer=SIGNER, now=NOW, seed=7)
            made.append(session.execute(answers).all())
    assert made[0] == made[1]


def test_a_problem_without_a_key_is_left_out(engine: Engine, catalog: Catalog) -> None:
    with transaction(engine) as session:
        session.execute(delete(ActiveKey).where(ActiveKey.problem == "pset7/ancestry"))
        demo.make_demo(session, course=catalog.course, signer=SIGNER, now=NOW)
        answered = set(session.scalars(select(Submission.problem)))
        staff = session.scalars(select(Person.login).where(Person.role != "student")).all()
    assert "pset7/ancestry" not in answered
    assert "pset7/calibration" in answered
    assert set(staff) == {demo.TA_LOGIN, demo.INSTRUCTOR_LOGIN}


def test_some_students_ask_for_a_regrade_and_one_is_answered(made_session: Session) -> None:
    waiting, answered = (list_requests(made_session, answered=each) for each in (False, True))
    assert (len(waiting), len(answered)) == (2, 1)
    assert len({each.login for each in (*waiting, *answered)}) == 3
    for each in (*waiting, *answered):
        assert each.at <= NOW
        assert each.about.startswith("pset7/")
        verdicts = made_session.scalars(
            queries.graded(GradeRow.verdict).where(
                Submission.person_id == each.person_id, Submission.part == each.about
            )
        )
        assert set(verdicts) == {"incorrect"}


def test_a_course_without_requests_has_none_in_its_demo(session: Session, catalog: Catalog) -> None:
    silent = tuple(replace(each, requests=None) for each in catalog.course.assignments)
    course = replace(catalog.course, assignments=silent)
    demo.make_demo(session, course=course, signer=SIGNER, now=NOW)
    assert list_requests(session) == ()


def test_the_staff_of_the_demo_have_decided_something_of_each_kind(made_session: Session) -> None:
    acts = [each.act for each in list_entries(made_session)]
    for act in ("override", "excused", "extension", "late days", "mark", "request answered"):
        assert act in acts
    assert acts.count("late days") == 2
    assert audit(made_session, trusted={SIGNER.public_key}).faults == ()


def test_one_part_of_the_demo_is_read_another_way_by_most_and_raises_the_alarm(
    made_demo: MadeDemo, made_session: Session
) -> None:
    raised = {
        each.part.slug: bool(alarm)
        for assignment in made_demo.catalog.course.assignments
        if assignment.slug == "pset7"
        for problem in assignment.problems
        for parts in [
            problem_insight(
                made_session,
                assignment=assignment,
                policy=active_policy(made_session, assignment.slug),
                problem=problem,
                tolerances={},
            )
        ]
        for each, alarm in zip(parts, alarms([each.figures for each in parts]), strict=True)
    }
    assert [slug for slug, alarm in raised.items() if alarm] == ["pset7/calibration/b"]
