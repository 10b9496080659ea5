"""Copies a database in use: the copy is complete under load."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, Engine

from grader.db.new_file import new_file
from grader.db.session import DatabaseFailed
from grader.domain.errors import BadConfiguration


def backup(engine: Engine, target: Path) -> None:
    """Copy a database in use to a new file; it appears whole or not at all.

    Raises:
        InvalidRequest: the file exists, or can't be made.
        BadConfiguration: pg_dump is not installed.
        DatabaseFailed: the copy failed.
    """
    with new_file(target) as part:
        if engine.dialect.name == "sqlite":
            _copy_sqlite(engine, part)
        else:
            _dump_postgresql(engine, part)


def _copy_sqlite(engine: Engine, part: Path) -> None:
    with closing(engine.raw_connection()) as source, closing(sqlite3.connect(part)) as copy:
        original = source.driver_connection
        assert original is not None  # noqa: S101 - an open connection has one; this tells the type checker.
        original.backup(copy)
        # Out of WAL, so that the copy is this one file; whoever opens it as a database turns it on again.
        copy.execute("PRAGMA journal_mode = DELETE")
    verdict = _integrity(part)
    if verdict != "ok":
        raise DatabaseFailed(f"The backup failed, its copy is damaged: {verdict}.")


def _integrity(file: Path) -> str:
    with closing(sqlite3.connect(file)) as connection:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])


def _dump_postgresql(engine: Engine, part: Path) -> None:
    program = shutil.which("pg_dump")
    if program is None:
        raise BadConfiguration(
            "pg_dump is not installed; it comes with the PostgreSQL client (on Debian: "
            "apt-get install postgresql-client), in the server's version or a newer one. The container of "
            "the database has it: docs/operators tells the commands."
        )
    url = engine.url
    # The password goes by the environment: other users can read a command line.
    address = URL.create(
        "postgresql", url.username, None, url.host, url.port, url.database, url.query
    )
    environment = os.environ | ({"PGPASSWORD": url.password} if url.password else {})
    done = subprocess.run(  # noqa: S603 - a program found by name, no shell, no text of a user.
        [program, "--format=custom", f"--file={part}", f"--dbname={address.render_as_string()}"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise DatabaseFailed(f"The backup failed: {done.stderr.strip().partition(chr(10))[0]}")
