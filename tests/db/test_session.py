import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import Engine, event, func, insert, select, text
from sqlalchemy.exc import InternalError, OperationalError
from sqlalchemy.orm import Session

from grader.db.engine import PATIENCE_SECONDS, make_engine
from grader.db.models import KeyCheck
from grader.db.session import looking_up, reading, transaction, writing_once
from tests.support.rows import MOMENT

CHECKED = {"state": "current", "reasons": {}, "checked_at": MOMENT}
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def add(session: Session, problem: str) -> None:
    session.execute(insert(KeyCheck).values(problem=problem, **CHECKED))


def problems(session: Session) -> list[str]:
    return list(session.scalars(select(KeyCheck.problem).order_by(KeyCheck.problem)))


@pytest.fixture
def begins(engine: Engine) -> Iterator[list[str]]:
    """The BEGIN statements that the engine sends, as it sends them."""
    sent: list[str] = []

    def record(*arguments: object) -> None:
        statement = str(arguments[2])
        if statement.startswith("BEGIN"):
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", record)
    yield sent
    event.remove(engine, "before_cursor_execute", record)


@on_postgresql
def test_postgresql_commits_durably_and_reads_what_is_committed(engine: Engine) -> None:
    with reading(engine) as session:
        settings = [
            session.scalar(text(f"SHOW {name}")) for name in ("fsync", "synchronous_commit")
        ]
        isolation = session.scalar(text("SHOW transaction_isolation"))
    assert (settings, isolation) == (["on", "on"], "repeatable read")
    with transaction(engine) as session:
        assert session.scalar(text("SHOW transaction_isolation")) == "read committed"
        assert session.scalar(text("SHOW synchronous_commit")) == "on"


def test_a_transaction_commits_at_its_end(engine: Engine) -> None:
    with transaction(engine) as session:
        add(session, "a")
        with reading(engine) as other:
            assert problems(other) == []
    with reading(engine) as other:
        assert problems(other) == ["a"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_transaction_leaves_nothing_of_itself_when_anything_goes_wrong(
    error: type[BaseException], engine: Engine
) -> None:
    with pytest.raises(error), transaction(engine) as session:
        add(session, "a")
        raise error
    with transaction(engine) as session:
        assert problems(session) == []
        add(session, "b")


@on_sqlite
def test_only_writing_transactions_take_the_lock_at_once(engine: Engine, begins: list[str]) -> None:
    with transaction(engine) as session:
        problems(session)
    with reading(engine) as session:
        problems(session)
    with transaction(engine) as session:
        problems(session)
    assert begins == ["BEGIN IMMEDIATE", "BEGIN", "BEGIN IMMEDIATE"]


@on_sqlite
def test_a_transaction_that_has_only_read_so_far_keeps_other_writers_out(engine: Engine) -> None:
    assert engine.url.database is not None
    other = sqlite3.connect(engine.url.database, timeout=0, isolation_level=None)
    with transaction(engine) as session:
        problems(session)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
    other.execute("BEGIN IMMEDIATE")
    other.close()


def test_reading_waits_for_no_writer(engine: Engine) -> None:
    with transaction(engine) as writer:
        add(writer, "a")
        with reading(engine) as reader:
            assert problems(reader) == []


def test_a_writer_waits_for_no_reader(engine: Engine) -> None:
    with reading(engine) as reader:
        assert problems(reader) == []
        with transaction(engine) as writer:
            add(writer, "a")
        with reading(engine) as later:
            assert problems(later) == ["a"]


def test_a_reader_keeps_the_state_that_it_began_with(engine: Engine) -> None:
    with reading(engine) as reader:
        assert problems(reader) == []
        with transaction(engine) as writer:
            add(writer, "a")
        assert problems(reader) == []


def test_reading_leaves_nothing_behind(engine: Engine) -> None:
    with suppress(InternalError), reading(engine) as session:
        add(session, "a")  # PostgreSQL refuses this; SQLite takes it back.
    with reading(engine) as session:
        assert problems(session) == []


def test_a_savepoint_that_is_rolled_back_leaves_no_row(engine: Engine) -> None:
    with transaction(engine) as session:
        add(session, "a")
        savepoint = session.begin_nested()
        add(session, "b")
        savepoint.rollback()
        add(session, "c")
    with reading(engine) as session:
        assert problems(session) == ["a", "c"]


@on_sqlite
def test_what_is_read_can_t_change_before_it_is_acted_on(engine: Engine) -> None:
    threads, rounds = 12, 5
    barrier = Barrier(threads)

    def count_and_add(thread: int) -> None:
        for number in range(rounds):
            barrier.wait()
            with transaction(engine) as session:
                seen = session.scalar(select(func.count()).select_from(KeyCheck))
                add(session, f"{thread}/{number}/{seen}")

    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(count_and_add, thread) for thread in range(threads)]:
            done.result()
    with reading(engine) as session:
        seen = sorted(int(problem.rpartition("/")[2]) for problem in problems(session))
    assert seen == list(range(threads * rounds))


@on_sqlite
def test_writers_queue_rather_than_wait_by_looking_again_and_again(engine: Engine) -> None:
    def look_once(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA busy_timeout = 0")

    event.listen(engine, "connect", look_once)
    threads = 8
    barrier = Barrier(threads)

    def add_ten(thread: int) -> None:
        barrier.wait()
        for number in range(10):
            with transaction(engine) as session:
                add(session, f"{thread}/{number}")

    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(add_ten, thread) for thread in range(threads)]:
            done.result()
    with reading(engine) as session:
        assert len(problems(session)) == threads * 10


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_leaves_no_file(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    engine = make_engine(url)
    with transaction(engine) as session:
        assert session.scalar(text("SELECT 1")) == 1
    engine.dispose()
    assert list(tmp_path.iterdir()) == []


def test_looking_up_reads_what_is_committed_and_holds_nothing(engine: Engine) -> None:
    with transaction(engine) as session:
        add(session, "a")
        with looking_up(engine) as connection:
            assert connection.execute(select(KeyCheck.problem)).all() == []
    with looking_up(engine) as connection:
        assert connection.execute(select(KeyCheck.problem)).scalars().all() == ["a"]
        with transaction(engine) as session:
            add(session, "b")
        found = select(KeyCheck.problem).order_by(KeyCheck.problem)
        assert connection.execute(found).scalars().all() == ["a", "b"]


def test_a_single_write_is_committed_at_its_end(engine: Engine) -> None:
    with looking_up(engine) as connection:
        for problem in ("a", "b"):
            with writing_once(connection) as writer:
                writer.execute(insert(KeyCheck).values(problem=problem, **CHECKED))
            with reading(engine) as session:
                assert problems(session)[-1] == problem
            assert connection.execute(select(func.count()).select_from(KeyCheck)).scalar_one()


@on_sqlite
def test_a_single_write_that_has_queued_long_enough_does_not_wait_for_the_database_as_well(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.db.session.PATIENCE_SECONDS", 0)
    writing = insert(KeyCheck).values(problem="a", **CHECKED)
    with (
        engine.begin(),
        looking_up(engine) as connection,
        pytest.raises(OperationalError, match="locked"),
        writing_once(connection) as writer,
    ):
        writer.execute(writing)
    with looking_up(engine) as connection, writing_once(connection) as writer:
        writer.execute(writing)
        timeout = connection.execute(text("PRAGMA busy_timeout")).scalar_one()
    assert timeout == 0  # It is put back at the end of the turn.
    with looking_up(engine) as connection:
        assert (
            connection.execute(text("PRAGMA busy_timeout")).scalar_one() == PATIENCE_SECONDS * 1000
        )


def test_many_single_writes_at_once_need_no_second_connection_each(engine: Engine) -> None:
    threads = 40
    barrier = Barrier(threads)

    def write(thread: int) -> None:
        barrier.wait()
        with looking_up(engine) as connection, writing_once(connection) as writer:
            writer.execute(insert(KeyCheck).values(problem=f"{thread}", **CHECKED))

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(write, range(threads)))
    with reading(engine) as session:
        assert len(problems(session)) == threads
