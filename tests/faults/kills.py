"""Kills a process at any statement or commit that it sends to the database, and puts the database back."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, text

from grader.db.engine import sqlite_file
from tests.support.rows import TABLES

Work = Callable[[Engine], None]

KILLED, BROKEN = -signal.SIGKILL, 70


def kill_points(engine: Engine, work: Work, *, stride: int = 1) -> Iterator[int]:
    """Do the work again and again in a process that is killed at the next point each time.

    A point is before a statement, after it, or before a commit. Gives the number of each point at which the
    process was killed, and ends when it came to its end. Whoever asks puts the database back in between.
    """
    point = 1
    while (ended := run_until(engine, work, point)) == KILLED:
        yield point
        point += stride
    assert ended == 0, f"the work itself failed, with exit code {ended}"


def run_until(engine: Engine, work: Work, point: int) -> int:
    """Do the work in a process of its own that is killed at this point; gives how it ended."""
    child = os.fork()
    if not child:
        _die_at(engine, work, point)
    _pid, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def _die_at(engine: Engine, work: Work, point: int) -> None:
    """Never comes back."""
    try:
        # With connections of its own; the statements that its parent has compiled need not be compiled again.
        engine.dispose(close=False)
        left = [point]

        def come_near(*_what: Any, **_how: Any) -> None:
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)

        for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(engine, name, come_near)
        work(engine)
        os._exit(0)
    except BaseException:  # noqa: BLE001 - whatever it is, this process must not go on as the tests' own.
        os._exit(BROKEN)


class Saved:
    """A database as it was, to be put back as often as one likes; nobody may be connected meanwhile."""

    def __init__(self, engine: Engine) -> None:
        """Remember all rows."""
        self._engine, self._file = engine, sqlite_file(engine)
        if self._file is not None:
            with engine.connect().execution_options(grader_begin=None) as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            engine.dispose()
            shutil.copyfile(self._file, self._copy)
            return
        with engine.begin() as connection:
            connection.execute(text("CREATE SCHEMA saved"))
            for name in TABLES:
                connection.execute(text(f"CREATE TABLE saved.{name} AS TABLE {name}"))

    def put_back(self) -> None:
        """Make it again as it was."""
        if self._file is not None:
            self._engine.dispose()
            for suffix in ("-wal", "-shm"):
                Path(f"{self._file}{suffix}").unlink(missing_ok=True)
            shutil.copyfile(self._copy, self._file)
            return
        with self._engine.begin() as connection:
            # Triggers and foreign keys rest meanwhile: facts refuse any delete, on purpose.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            for name in TABLES:
                connection.execute(text(f"DELETE FROM {name}"))
                connection.execute(text(f"INSERT INTO {name} SELECT * FROM saved.{name}"))

    def forget(self) -> None:
        """Leave nothing of it behind."""
        if self._file is not None:
            self._copy.unlink()
            return
        with self._engine.begin() as connection:
            connection.execute(text("DROP SCHEMA saved CASCADE"))

    @property
    def _copy(self) -> Path:
        return Path(f"{self._file}.saved")
