"""A regrade in several transactions: nobody starts it twice, it can break off anywhere, and goes on."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from sqlalchemy import Engine, delete, func, insert, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from grader.db.models import (
    ActiveKey,
    GradeRow,
    Hold,
    Override,
    RegradeJob,
    RegradeRange,
    RegradeRun,
    Submission,
)
from grader.db.session import reading, transaction
from grader.domain.errors import (
    InvalidRequest,
    NotFound,
    RegradeRunning,
    RegradeStopped,
    StalePlan,
)
from grader.domain.ledger import Act
from grader.domain.policy import policy_of
from grader.domain.regrade_scope import Scope
from grader.services.ledger.ledger import list_entries
from grader.services.ledger.pins import holds_digest
from grader.services.regrades import jobs, ranges, regrading
from grader.services.regrades.jobs import cancel, fail, start_undo
from grader.services.regrades.looks import look_at_plan
from grader.services.regrades.progress import (
    INTERRUPTED,
    Job,
    find_job,
    jobs_under_way,
    last_job,
)
from grader.services.regrades.ranges import take_piece
from grader.services.regrades.running import help_with, run_job
from grader.services.regrades.steps import progress_of, step
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
from tests.support.jobs import ANSWERS, SUM, A, B, begin, plan

LATER = NOW + timedelta(minutes=5)


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranges, "ANSWERS_AT_ONCE", 3)


def begin_undo(engine: Engine, run_id: int) -> int:
    with transaction(engine) as session:
        return start_undo(session, run_id=run_id, reason="no", actor="ina", now=NOW).id


def writing(engine: Engine) -> Callable[[], AbstractContextManager[Session]]:
    return lambda: transaction(engine)


def finish(engine: Engine, job_id: int) -> int:
    return run_job(writing(engine), job_id=job_id, clock=lambda: LATER)


def job(engine: Engine, job_id: int, now: datetime = NOW) -> Job:
    with reading(engine) as session:
        return find_job(session, job_id=job_id, now=now)


def active(engine: Engine) -> int:
    with reading(engine) as session:
        return session.get_one(ActiveKey, SUM).key_id


def ungraded(engine: Engine) -> int:
    """How many submissions have no grade under the active key."""
    with reading(engine) as session:
        key_id = session.get_one(ActiveKey, SUM).key_id
        graded = select(func.count()).select_from(GradeRow).where(GradeRow.key_id == key_id)
        answers = select(func.count()).where(Submission.problem == SUM)
        return session.scalars(answers).one() - session.scalars(graded).one()


def test_a_job_tells_how_far_it_is_and_what_came_of_it(engine: Engine, planned: int) -> None:
    old, told = active(engine), list[int]()
    number = begin(engine, planned)
    first = job(engine, number)
    assert (first.state, first.running, first.done, first.total) == ("running", True, 0, ANSWERS)
    assert (first.plan, first.undoes, first.run, first.ended_at) == (planned, None, None, None)
    run = run_job(writing(engine), job_id=number, clock=lambda: LATER, told=told.append)
    assert told == [3, 6, 9, 10, 10]
    last = job(engine, number)
    assert (last.state, last.done, last.total, last.message) == ("done", ANSWERS, ANSWERS, "")
    assert (last.run, last.ended_at) == (run, LATER)
    assert active(engine) != old
    assert ungraded(engine) == 0
    with reading(engine) as session:
        row = session.get_one(RegradeRun, run)
        assert (row.plan_id, row.reason, row.actor, row.graded) == (planned, "why", "tia", ANSWERS)
        (entry,) = list_entries(session)
        assert (entry.act, entry.about) == (Act.REGRADE, SUM)
        kept = holds_digest(session, planned)
        said = {"plan": planned, "run": run, "from": 1, "to": 2, "graded": ANSWERS}
        assert entry.detail == said | {"holds": kept}


def test_runs_of_one_moment_are_told_apart(engine: Engine, planned: int) -> None:
    first = begin(engine, planned)
    run = finish(engine, first)
    finish(engine, begin_undo(engine, run))
    second = begin(engine, planned)
    again = finish(engine, second)
    assert (job(engine, first).run, job(engine, second).run) == (run, again)


def test_nothing_is_seen_of_a_job_before_its_end(engine: Engine, planned: int) -> None:
    old = active(engine)
    number = begin(engine, planned)
    with transaction(engine) as session:
        assert step(session, job_id=number, now=LATER) is not None
    assert active(engine) == old
    assert job(engine, number).done == 3


@pytest.mark.parametrize(("count", "words"), [(1, "1 answer came in"), (2, "2 answers came in")])
def test_answers_that_come_in_while_it_runs_are_graded_too_and_counted(
    engine: Engine, planned: int, count: int, words: str
) -> None:
    came = list[int]()

    def meanwhile(graded: int) -> None:
        if not came:
            came.append(graded)
            with transaction(engine) as session:
                for number in range(count):
                    answer(session, add_student(session, f"late{number}"), B, "2")

    number = begin(engine, planned)
    run = run_job(writing(engine), job_id=number, clock=lambda: LATER, told=meanwhile)
    assert words in job(engine, number).message
    assert ungraded(engine) == 0
    with reading(engine) as session:
        assert session.get_one(RegradeRun, run).graded == ANSWERS + count


def test_one_that_comes_after_the_last_chunk_is_graded_by_the_switch(
    engine: Engine, planned: int
) -> None:
    number = begin(engine, planned)
    with transaction(engine) as session:
        while step(session, job_id=number, now=NOW):
            pass
    with transaction(engine) as session:
        answer(session, add_student(session, "late"), B, "2")
    with transaction(engine) as session:
        jobs.finish(session, job_id=number, now=NOW)
    assert ungraded(engine) == 0


@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "1 answer came since it was planned"), (2, "2 answers came since it was planned")],
)
def test_answers_that_came_since_the_plan_are_graded_too_and_counted(
    engine: Engine, planned: int, count: int, words: str
) -> None:
    with transaction(engine) as session:
        for number in range(count):
            answer(session, add_student(session, f"late{number}"), B, "2")
    with reading(engine) as session:
        look = look_at_plan(session, plan_id=planned, now=NOW)
    assert (look.stale, look.came) == ("", count)
    number = begin(engine, planned)
    assert words in job(engine, number).message
    finish(engine, number)
    assert words in job(engine, number).message
    assert "while it ran" not in job(engine, number).message
    assert ungraded(engine) == 0


def test_an_interrupted_one_goes_on_although_an_answer_came(engine: Engine, planned: int) -> None:
    first = begin(engine, planned)
    with transaction(engine) as session:
        step(session, job_id=first, now=NOW)
        answer(session, add_student(session, "late"), B, "2")
    second = begin(engine, planned, now=LATER)
    assert job(engine, second).total == ANSWERS + 1
    finish(engine, second)
    assert ungraded(engine) == 0


def test_a_dead_job_stays_buried_where_the_next_one_is_refused(
    engine: Engine, planned: int
) -> None:
    first = begin(engine, planned)
    with transaction(engine) as session:
        add_policy(session, policy_of(COURSE, SET))
    with pytest.raises(StalePlan, match="the active policy changed"):
        begin(engine, planned, now=LATER)
    assert job(engine, first).state == "failed"


def test_undoing_is_a_job_too(engine: Engine, planned: int) -> None:
    old = active(engine)
    run = finish(engine, begin(engine, planned))
    with transaction(engine) as session:
        answer(session, add_student(session, "late"), B, "2")
    number = begin_undo(engine, run)
    assert (job(engine, number).undoes, job(engine, number).total) == (run, ANSWERS + 1)
    undone = finish(engine, number)
    assert active(engine) == old
    assert ungraded(engine) == 0
    with reading(engine) as session:
        row = session.get_one(RegradeRun, undone)
        assert (row.undoes_id, row.graded, row.actor) == (run, 1, "ina")
        assert list_entries(session)[0].act == Act.REGRADE_UNDONE
    with pytest.raises(StalePlan, match="undone already"):
        begin_undo(engine, run)
    with pytest.raises(InvalidRequest, match="itself an undo"):
        begin_undo(engine, undone)


def test_while_it_runs_no_other_job_of_the_problem_can_start(engine: Engine, planned: int) -> None:
    first = begin(engine, planned)
    with pytest.raises(RegradeRunning, match="A regrade of set/sum is under way"):
        begin(engine, planned)
    run = finish(engine, first)
    with pytest.raises(StalePlan, match="the active key changed"):
        begin(engine, planned)
    begin_undo(engine, run)
    with pytest.raises(RegradeRunning):
        begin_undo(engine, run)


def test_of_many_who_press_at_once_one_starts_it(engine: Engine, planned: int) -> None:
    barrier = Barrier(6)

    def press() -> str:
        barrier.wait()
        try:
            begin(engine, planned)
        except RegradeRunning:
            return "refused"
        return "started"

    with ThreadPoolExecutor(6) as pool:
        outcomes = [future.result() for future in [pool.submit(press) for _ in range(6)]]
    assert sorted(outcomes) == ["refused"] * 5 + ["started"]


def test_the_index_alone_would_hold_two_apart(engine: Engine, planned: int) -> None:
    number = begin(engine, planned)
    with transaction(engine) as session:
        row = session.get_one(RegradeJob, number)
        columns = {c.name: getattr(row, c.name) for c in RegradeJob.__table__.columns}
    with pytest.raises(IntegrityError), transaction(engine) as session:
        session.execute(insert(RegradeJob).values({**columns, "id": number + 1}))
    with transaction(engine) as session:
        session.execute(insert(RegradeJob).values({**columns, "id": 99, "state": "failed"}))


def test_a_job_of_another_problem_is_free_to_run(engine: Engine, planned: int) -> None:
    begin(engine, planned)
    with transaction(engine) as session:
        add_key(session, make_key("set/last", {"set/last/a": "3", "set/last/b2": "10"}))
        other = regrading.plan(session, course=COURSE, problem=PROBLEMS[1], now=NOW).id
    begin(engine, other)
    with reading(engine) as session:
        assert [each.problem for each in jobs_under_way(session, now=NOW)] == [SUM, "set/last"]


@pytest.mark.parametrize("seconds", [60, 61])
def test_a_job_without_a_sign_of_life_for_a_minute_is_interrupted_and_can_be_started_again(
    engine: Engine, planned: int, seconds: int
) -> None:
    number, now = begin(engine, planned), NOW + timedelta(seconds=seconds)
    dead = seconds > 60
    assert job(engine, number, now).state == (INTERRUPTED if dead else "running")
    if not dead:
        with pytest.raises(RegradeRunning):
            begin(engine, planned, now=now)
        return
    second = begin(engine, planned, now=now)
    buried = job(engine, number)
    assert (buried.state, buried.ended_at) == ("failed", now)
    assert "interrupted" in buried.message
    with pytest.raises(RegradeStopped, match="interrupted"):
        finish(engine, number)
    finish(engine, second)
    assert ungraded(engine) == 0


class Crash(Exception):
    """The process is killed."""


def test_broken_off_after_any_step_it_goes_on_and_ends_with_the_same_rows(
    engine: Engine, planned: int
) -> None:
    old = active(engine)
    for place in (1, 2, 3):
        number = begin(engine, planned)
        heard = list[int]()

        def told(graded: int, heard: list[int] = heard, place: int = place) -> None:
            heard.append(graded)
            if len(heard) == place:
                raise Crash

        if place == 3:
            finish(engine, number)
            break
        with pytest.raises(Crash):
            run_job(writing(engine), job_id=number, clock=lambda: LATER, told=told)
        ended = job(engine, number)
        assert (ended.state, ended.message) == ("failed", "It broke off; nobody's grade changed.")
        assert active(engine) == old
    assert ungraded(engine) == 0
    with reading(engine) as session:
        # Three of the first try, six of the second: the third found four left, and graded none twice.
        assert session.scalars(select(RegradeRun.graded)).one() == ANSWERS - 6
        assert session.scalar(select(func.count()).select_from(GradeRow)) == 2 * ANSWERS


def test_where_not_even_the_end_can_be_written_the_reason_is_still_told(
    engine: Engine, planned: int
) -> None:
    number = begin(engine, planned)
    with transaction(engine) as session:
        session.execute(delete(RegradeRange))
        session.execute(delete(RegradeJob))

    def away() -> AbstractContextManager[Session]:
        raise OperationalError("", {}, Exception("away"))

    with pytest.raises(OperationalError):
        run_job(away, job_id=number, clock=lambda: LATER)


def test_a_job_can_be_cancelled_until_it_ends(engine: Engine, planned: int) -> None:
    old, number = active(engine), begin(engine, planned)

    def press(_graded: int) -> None:
        with transaction(engine) as session:
            cancel(session, job_id=number, actor="ina", now=NOW)

    with pytest.raises(RegradeStopped, match="Cancelled by ina"):
        run_job(writing(engine), job_id=number, clock=lambda: LATER, told=press)
    ended = job(engine, number)
    assert (ended.state, ended.message) == (
        "cancelled", "Cancelled by ina; nobody's grade changed.",
    )  # fmt: skip
    assert active(engine) == old
    with reading(engine) as session:
        stopped = list_entries(session, limit=1)[0]
    assert (stopped.act, stopped.actor, stopped.detail) == (
        "regrade stopped", "ina", {"job": number},
    )  # fmt: skip
    run = finish(engine, begin(engine, planned))
    with reading(engine) as session:
        done = last_job(session, plan_id=planned, undoes=None, now=NOW)
    assert done is not None
    assert done.run == run
    with transaction(engine) as session:
        cancel(session, job_id=done.id, actor="ina", now=NOW)
        fail(session, job_id=done.id, why="x", now=NOW)
    assert job(engine, done.id) == done
    with reading(engine) as session:
        acts = [each.act for each in list_entries(session)]
    assert acts.count("regrade stopped") == 1


def test_what_decides_verdicts_or_stands_in_their_place_must_not_move_while_it_runs(
    engine: Engine, planned: int
) -> None:
    number = begin(engine, planned)
    with transaction(engine) as session:
        row = {
            "about": A,
            "number": 1,
            "kind": "points",
            "points": Decimal(1),
            "reason": "x",
            "actor": "x",
        }
        person = session.scalars(select(Submission.person_id).limit(1)).one()
        session.execute(insert(Override).values(person_id=person, created_at=NOW, **row))
    with pytest.raises(StalePlan, match=r"overrides changed \(1 more\)"):
        finish(engine, number)
    ended = job(engine, number)
    assert ended.state == "failed"
    assert "overrides changed" in ended.message


def test_what_is_not_there_or_lacks_a_reason_does_not_start(engine: Engine, planned: int) -> None:
    with pytest.raises(NotFound, match="no regrade plan 9"):
        begin(engine, 9)
    with pytest.raises(NotFound, match="no regrade run 9"):
        begin_undo(engine, 9)
    with pytest.raises(InvalidRequest, match="Give a reason"):
        begin(engine, planned, reason=" ")
    with reading(engine) as session:
        with pytest.raises(NotFound, match="no such regrade"):
            find_job(session, job_id=9, now=NOW)
        assert last_job(session, plan_id=planned, undoes=None, now=NOW) is None
        assert jobs_under_way(session, now=NOW) == []


def test_others_take_part_and_each_answer_is_graded_once(engine: Engine, planned: int) -> None:
    number = begin(engine, planned)
    with ThreadPoolExecutor(4) as pool:
        helping = [
            pool.submit(help_with, writing(engine), job_id=number, clock=lambda: LATER)
            for _ in range(3)
        ]
        run = pool.submit(finish, engine, number).result()
        for each in helping:
            assert each.exception() is None or isinstance(each.exception(), RegradeStopped)
    assert ungraded(engine) == 0
    assert job(engine, number).done == ANSWERS
    with reading(engine) as session:
        assert session.get_one(RegradeRun, run).graded == ANSWERS


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("ending", ["dies", "finishes"])
def test_the_switch_waits_for_who_has_taken_a_range_and_does_it_if_they_die(
    engine: Engine, planned: int, ending: str
) -> None:
    number = begin(engine, planned)
    heard = list[int]()
    with ThreadPoolExecutor(1) as pool:
        with Session(engine) as other:
            assert step(other, job_id=number, now=NOW) == 3
            # Nobody sees it yet, and nobody else can do it.
            running = pool.submit(
                run_job, writing(engine), job_id=number, clock=lambda: LATER, told=heard.append
            )
            with pytest.raises(TimeoutError):
                running.result(timeout=0.5)
            (other.rollback if ending == "dies" else other.commit)()
        running.result()
    assert heard[-1] == ANSWERS
    assert ungraded(engine) == 0


def test_a_job_of_a_problem_without_answers_is_only_the_switch(engine: Engine) -> None:
    with transaction(engine) as session:
        open_course(session)
        new = add_key(session, make_key(SUM, {A: "0.31", B: "2"}))
    finish(engine, begin(engine, plan(engine)))
    assert active(engine) == new


def test_who_helps_a_job_that_was_stopped_is_told(engine: Engine, planned: int) -> None:
    number = begin(engine, planned)
    with transaction(engine) as session:
        cancel(session, job_id=number, actor="ina", now=NOW)
    with pytest.raises(RegradeStopped, match="Cancelled by ina"):
        help_with(writing(engine), job_id=number, clock=lambda: LATER)
    with pytest.raises(RegradeStopped, match="Cancelled by ina"):
        finish(engine, number)
    assert job(engine, number).done == 0


def test_there_is_no_switch_while_others_are_still_grading(engine: Engine, planned: int) -> None:
    old, number = active(engine), begin(engine, planned)
    with transaction(engine) as session:
        step(session, job_id=number, now=NOW)
    with (
        pytest.raises(RegradeRunning, match="Others are still grading set/sum"),
        transaction(engine) as session,
    ):
        jobs.finish(session, job_id=number, now=NOW)
    assert active(engine) == old
    finish(engine, number)


def test_a_job_that_is_stopped_at_the_last_moment_is_not_switched(
    engine: Engine, planned: int
) -> None:
    old, number = active(engine), begin(engine, planned)
    with transaction(engine) as session:
        while step(session, job_id=number, now=NOW):
            pass
        cancel(session, job_id=number, actor="ina", now=NOW)
    with pytest.raises(RegradeStopped, match="Cancelled by ina"), transaction(engine) as session:
        progress_of(session, job_id=number)
    with pytest.raises(RegradeStopped, match="Cancelled by ina"), transaction(engine) as session:
        jobs.finish(session, job_id=number, now=NOW)
    assert active(engine) == old


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_range_that_somebody_has_only_taken_is_waited_for(engine: Engine, planned: int) -> None:
    number = begin(engine, planned)
    with ThreadPoolExecutor(1) as pool:
        with Session(engine) as other:
            assert take_piece(other, number, most=3) is not None
            running = pool.submit(finish, engine, number)
            with pytest.raises(TimeoutError):
                running.result(timeout=0.7)
            other.rollback()
        running.result()
    assert ungraded(engine) == 0


def test_holds_are_written_range_by_range(engine: Engine, planned: int) -> None:
    assert planned
    scope = Scope(students=("s1", "s8"))
    with transaction(engine) as session:
        made = regrading.plan(session, course=COURSE, problem=PROBLEMS[0], now=NOW, scope=scope).id
    number = begin(engine, made)
    with transaction(engine) as session:
        step(session, job_id=number, now=NOW)
        assert session.scalars(select(func.count()).select_from(Hold)).one() == 2
    finish(engine, number)
    with reading(engine) as session:
        assert session.scalars(select(func.count()).select_from(Hold)).one() == ANSWERS - 2
