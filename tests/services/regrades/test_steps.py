"""Tests for the steps of a job: who else is at it, what comes in meanwhile, and a second hand."""

import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event
from time import monotonic, sleep

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from grader.db.models import ActiveKey, GradeRow, RegradeJob, RegradeRange, RegradeRun, Submission
from grader.db.session import reading, transaction
from grader.domain.errors import RegradeStopped, StalePlan
from grader.services.keys.drafts import discard
from grader.services.regrades import ranges, running, steps
from grader.services.regrades.jobs import cancel, finish
from grader.services.regrades.progress import find_job
from grader.services.regrades.running import run_job
from grader.services.regrades.steps import look_ahead, step
from tests.support.classroom import NOW, add_student, answer
from tests.support.jobs import ANSWERS, SUM, B, begin

QUIET = NOW + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranges, "ANSWERS_AT_ONCE", 3)
    monkeypatch.setattr(steps, "MUCH", 3)


def run(
    engine: Engine,
    job: int,
    told: Callable[[int], None] = lambda _done: None,
    now: datetime = QUIET,
) -> int:
    return run_job(lambda: transaction(engine), job_id=job, clock=lambda: now, told=told)


def graded(engine: Engine) -> list[int]:
    """The answers that have a grade under the active key."""
    with reading(engine) as session:
        key_id = session.get_one(ActiveKey, SUM).key_id
        return list(
            session.scalars(select(GradeRow.submission_id).where(GradeRow.key_id == key_id))
        )


def in_order(ahead: steps.Graded) -> steps.Graded:
    """The same with the answers of each grade in order, in which a database need not give them."""
    grades = [(verdict, tag, sorted(ids)) for verdict, tag, ids in ahead.missing.grades]
    return replace(ahead, missing=replace(ahead.missing, grades=sorted(grades, key=repr)))


def answers(engine: Engine) -> list[int]:
    with reading(engine) as session:
        return list(session.scalars(select(Submission.id).order_by(Submission.id)))


def test_a_piece_that_somebody_else_has_done_meanwhile_is_not_done_twice(
    engine: Engine, job: int
) -> None:
    with transaction(engine) as session:
        ahead = look_ahead(session, job_id=job, now=QUIET)
        assert ahead is not None
        # Nothing is written yet: another who looks finds the same.
        again = look_ahead(session, job_id=job, now=QUIET)
        assert again is not None
        assert in_order(again) == in_order(ahead)
    with transaction(engine) as session:
        assert step(session, job_id=job, now=QUIET) == 3
    with transaction(engine) as session:
        assert step(session, job_id=job, now=QUIET, ahead=ahead) == 6
    assert run(engine, job)
    assert sorted(graded(engine)) == answers(engine)


@pytest.mark.parametrize(
    ("came", "pieces"), [(2, 0), (3, 3), (4, 4)], ids=["little", "just much", "much"]
)
def test_of_what_comes_in_meanwhile_the_switch_grades_the_little_that_is_left(
    engine: Engine, job: int, came: int, pieces: int
) -> None:
    """Students wait for the switch, so that much is graded as a piece before."""
    waiting = [came]

    def meanwhile(_done: int) -> None:
        while waiting:
            with transaction(engine) as session:
                for number in range(waiting.pop()):
                    answer(session, add_student(session, f"late{number}"), B, "2")

    number = run(engine, job, meanwhile)
    with reading(engine) as session:
        assert sum(session.scalars(select(RegradeRange.answers))) == ANSWERS + pieces
        row = session.get_one(RegradeJob, job)
        assert (row.total, row.done) == (ANSWERS, ANSWERS + came)
        shown = find_job(session, job_id=job, now=QUIET)
        assert (shown.total, shown.done) == (ANSWERS + came, ANSWERS + came)
        assert row.message == f"{came} answers came in while it ran, and are graded too."
        assert session.get_one(RegradeRun, number).graded == ANSWERS + came
    assert sorted(graded(engine)) == answers(engine)


def test_what_was_graded_ahead_of_a_job_that_ended_meanwhile_is_not_written(
    engine: Engine, planned: int, job: int
) -> None:
    with transaction(engine) as session:
        ahead = look_ahead(session, job_id=job, now=QUIET)
        cancel(session, job_id=job, actor="ina", now=NOW)
    again = begin(engine, planned)
    with transaction(engine) as session:
        assert step(session, job_id=again, now=QUIET) == 3
    with pytest.raises(RegradeStopped, match="Cancelled by ina"), transaction(engine) as session:
        step(session, job_id=job, now=QUIET, ahead=ahead)


def test_the_switch_comes_however_fast_answers_come_in(engine: Engine, job: int) -> None:
    """Each time that is told, enough come in for another piece: one who grades them all never ends."""
    told = list[int]()

    def meanwhile(done: int) -> None:
        told.append(done)
        with transaction(engine) as session:
            for number in range(3 if len(told) < 100 else 0):
                person = add_student(session, f"late{len(told)}-{number}")
                answer(session, person, B, "2")

    run(engine, job, meanwhile)
    assert len(told) < 100
    with reading(engine) as session:
        pieces = session.scalars(select(RegradeRange.answers)).all()
    assert ANSWERS < sum(pieces) < len(answers(engine))
    assert sorted(graded(engine)) == answers(engine)


@contextmanager
def somebody_else(engine: Engine, act: Callable[[Session], object]) -> Generator[Event]:
    """Do something in a transaction of one's own, which ends once it was told to go on."""
    done, go_on = Event(), Event()

    def at_it() -> None:
        with transaction(engine) as session:
            act(session)
            session.flush()
            done.set()
            go_on.wait(30)

    with ThreadPoolExecutor(1) as pool:
        ended = pool.submit(at_it)
        assert done.wait(30)
        try:
            yield go_on
        finally:
            go_on.set()
            ended.result()


def once_it_waits(engine: Engine, go_on: Event) -> None:
    """Let somebody else go on as soon as this one waits for a lock of theirs."""
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    end = monotonic() + 30
    with engine.connect() as connection:
        while not connection.execute(waiting).scalar() and monotonic() < end:
            connection.rollback()
            sleep(0.01)
    go_on.set()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_key_that_is_put_aside_while_the_switch_waits_never_grades(
    engine: Engine, job: int
) -> None:
    with transaction(engine) as session:
        while step(session, job_id=job, now=QUIET):
            pass
        before = session.get_one(ActiveKey, SUM).key_id

    def put_aside(session: Session) -> None:
        discard(session, problem=SUM, version=2, reason="a mistake", actor="ina", now=NOW)

    with somebody_else(engine, put_aside) as go_on, ThreadPoolExecutor(1) as pool:
        pool.submit(once_it_waits, engine, go_on)
        with pytest.raises(StalePlan, match="the newest key changed"), transaction(engine) as own:
            finish(own, job_id=job, now=QUIET)
    with reading(engine) as session:
        assert session.get_one(ActiveKey, SUM).key_id == before


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("later", "message"),
    [
        (0, "1 answer came since it was planned, and is graded too."),
        # Its number is smaller than those of two others that are stored before it.
        (
            2,
            (
                "2 answers came since it was planned, and are graded too. "
                "1 answer came in while it ran, and is graded too."
            ),
        ),
    ],
    ids=["the last one", "before others"],
)
def test_an_answer_that_was_on_its_way_when_a_job_began_is_graded_and_counted(
    engine: Engine, planned: int, later: int, message: str
) -> None:
    told = list[int]()
    with transaction(engine) as session:
        slow, fast = add_student(session, "slow"), add_student(session, "fast")
    with (
        somebody_else(engine, lambda session: answer(session, slow, B, "2")) as go_on,
        ThreadPoolExecutor(1) as pool,
    ):
        with transaction(engine) as session:
            for number in range(later):
                answer(session, fast, B, f"3{number}")
        pool.submit(once_it_waits, engine, go_on)
        job = begin(engine, planned)
        run(engine, job, told.append)
    assert told[-1] == ANSWERS + later + 1
    with reading(engine) as session:
        row = find_job(session, job_id=job, now=QUIET)
        assert (row.done, row.message) == (ANSWERS + later + 1, message)
    assert sorted(graded(engine)) == answers(engine)


@pytest.fixture
def _helped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "WORTH_HELP", ANSWERS)


@pytest.mark.usefixtures("_helped")
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_second_hand_takes_what_the_first_leaves(engine: Engine, job: int) -> None:
    told = list[int]()

    def wait_for_the_other(done: int) -> None:
        told.append(done)
        end = monotonic() + 30
        while len(told) == 1 and monotonic() < end:
            with reading(engine) as session:
                if session.get_one(RegradeJob, job).done == ANSWERS:
                    return
            sleep(0.01)

    run(engine, job, wait_for_the_other)
    # The first hand did one piece, and then there was none left.
    assert len(told) == 2
    assert sorted(graded(engine)) == answers(engine)


@pytest.mark.usefixtures("_helped")
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_it_rests_while_students_send_answers(engine: Engine, job: int) -> None:
    told = list[int]()

    def slowly(done: int) -> None:
        told.append(done)
        sleep(0.1)

    run(engine, job, slowly, now=NOW)
    assert told == [3, 6, 9, 10, 10]


@pytest.mark.usefixtures("_helped")
def test_whatever_becomes_of_it_the_first_one_does_what_is_left(engine: Engine, job: int) -> None:
    main, met = threading.current_thread(), list[str]()

    @contextmanager
    def writing() -> Generator[Session]:
        if threading.current_thread() is not main:
            met.append("another")
            raise OSError
        with transaction(engine) as session:
            yield session

    told = list[int]()
    run_job(writing, job_id=job, clock=lambda: QUIET, told=told.append)
    assert met == (["another"] if engine.dialect.name == "postgresql" else [])
    assert told == [3, 6, 9, 10, 10]


@pytest.mark.usefixtures("_helped")
def test_where_no_thread_can_be_started_the_first_one_does_everything(
    engine: Engine, job: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Barred(threading.Thread):
        def start(self) -> None:
            raise RuntimeError("can't start new thread")

    monkeypatch.setattr(running, "Thread", Barred)
    told = list[int]()
    run_job(lambda: transaction(engine), job_id=job, clock=lambda: QUIET, told=told.append)
    assert told == [3, 6, 9, 10, 10]
    assert sorted(graded(engine)) == answers(engine)


@pytest.mark.parametrize(("smaller", "hands"), [(0, 2), (1, 1)], ids=["worth it", "smaller"])
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_small_job_needs_no_second_hand(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, smaller: int, hands: int, *, job: int
) -> None:
    monkeypatch.setattr(running, "WORTH_HELP", ANSWERS + smaller)
    seen = set[int]()

    def clock() -> datetime:
        seen.add(threading.get_ident())
        return QUIET

    run_job(lambda: transaction(engine), job_id=job, clock=clock)
    assert len(seen) == hands
