"""Tests for how a job's work is cut into pieces."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from grader.db.engine import sqlite_file
from grader.db.models import GradeRow, RegradeRange, RegradeRun
from grader.db.session import reading, transaction
from grader.services.regrades import ranges, running
from grader.services.regrades.ranges import at_once
from grader.services.regrades.running import run_job
from tests.support.classroom import NOW, add_student, answer, open_course
from tests.support.jobs import ANSWERS, A, B


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranges, "ANSWERS_AT_ONCE", 6)
    monkeypatch.setattr(ranges, "FEW_AT_ONCE", 4)


def writing(engine: Engine) -> Callable[[], AbstractContextManager[Session]]:
    return lambda: transaction(engine)


@pytest.mark.parametrize(
    ("after", "size"),
    [
        (timedelta(0), 4),
        (ranges.BUSY, 4),
        (ranges.BUSY + timedelta(microseconds=1), 6),
        # The clock of another machine may be behind.
        (-ranges.BUSY, 4),
    ],
    ids=["as one comes", "on the edge", "behind it", "before it came"],
)
def test_little_is_graded_at_once_while_students_send_answers(
    engine: Engine, after: timedelta, size: int
) -> None:
    with transaction(engine) as session:
        open_course(session)
        person = add_student(session, "ada")
        # Pieces are small for an answer to whichever problem: all are stored in one place.
        answer(session, person, A, "0.5", NOW - timedelta(hours=1))
        answer(session, person, B, "0.5", NOW)
    with reading(engine) as session:
        alone = engine.dialect.name == "sqlite"
        assert at_once(session, NOW + after) == (size if alone else 6)


def test_much_is_graded_at_once_where_nobody_has_sent_any(engine: Engine) -> None:
    with reading(engine) as session:
        assert at_once(session, NOW) == 6


def test_ranges_are_long_where_one_process_alone_takes_of_them_what_suits_it(
    engine: Engine, job: int
) -> None:
    laid = {"sqlite": [10], "postgresql": [6, 4]}
    with reading(engine) as session:
        found = select(RegradeRange.answers).order_by(RegradeRange.first)
        assert (
            session.scalars(found.where(RegradeRange.job_id == job)).all()
            == (laid[engine.dialect.name])
        )


@pytest.mark.parametrize(
    ("clock", "pieces"),
    [
        (NOW, {"sqlite": [4, 8, 10], "postgresql": [6, 10]}),
        (NOW + timedelta(minutes=1), {"sqlite": [6, 10], "postgresql": [6, 10]}),
    ],
    ids=["beside students", "at night"],
)
def test_a_range_is_cut_where_students_wait_and_each_answer_is_graded_once(
    engine: Engine, job: int, clock: datetime, pieces: dict[str, list[int]]
) -> None:
    told = list[int]()
    run = run_job(writing(engine), job_id=job, clock=lambda: clock, told=told.append)
    wanted = pieces[engine.dialect.name]
    assert told == [*wanted, ANSWERS]
    with reading(engine) as session:
        found = session.scalars(select(RegradeRange).order_by(RegradeRange.first)).all()
        assert [each.answers for each in found] == [
            done - before for before, done in pairwise([0, *wanted])
        ]
        assert [each.graded for each in found] == [each.answers for each in found]
        for one, following in pairwise(found):
            assert one.first <= one.last < following.first
        assert session.get_one(RegradeRun, run).graded == ANSWERS
        twice = select(func.count()).select_from(GradeRow).group_by(GradeRow.submission_id)
        assert session.scalars(twice).all() == [2] * ANSWERS


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_a_job_wrote_is_copied_into_the_file_as_it_goes(
    engine: Engine, job: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Else one who commits once the log is long has to copy it, while all others wait for that."""
    monkeypatch.setattr(running, "COPIED_AFTER", 4)
    there = list[int]()

    def look(_done: int) -> None:
        file = sqlite_file(engine)
        assert file is not None
        # Without the log beside it.
        with closing(sqlite3.connect(shutil.copy(file, tmp_path / "alone.db"))) as alone:
            there.extend(alone.execute("SELECT count(*) FROM grades").fetchone())

    run_job(writing(engine), job_id=job, clock=lambda: NOW, told=look)
    assert there == [0, ANSWERS + 4, ANSWERS + 8, ANSWERS + 8]
