"""What a regrade is measured against: the driver alone, and a loop over objects."""

from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from grader.db.engine import make_engine
from grader.db.models import GradeRow, Submission
from grader.domain.grading import grade
from grader.services.keys.documents import load_key
from grader.services.regrades.ranges import ANSWERS_AT_ONCE

WRITTEN = ANSWERS_AT_ONCE
"""Answers a transaction, as many as in a range of a regrade."""
COLUMNS = "submission_id, key_id, verdict, misconception"


def raw(url: str, problem: str, key_id: int) -> None:
    """Read every answer and write a grade for each by the driver alone; nothing is worked out."""
    engine = make_engine(url)
    mark = "?" if engine.dialect.name == "sqlite" else "%s"
    query = (
        f"SELECT id, part, value FROM submissions WHERE problem = {mark} AND id > {mark} "
        f"ORDER BY id LIMIT {WRITTEN}"
    )
    with engine.connect().execution_options(grader_begin=None) as connection:
        driver: Any = connection.connection.driver_connection
        last = 0
        while rows := driver.execute(query, (problem, last)).fetchall():
            last = rows[-1][0]
            _write(connection, [(row[0], key_id, "incorrect", None) for row in rows])
    engine.dispose()


def _write(connection: Connection, rows: list[tuple[Any, ...]]) -> None:
    driver: Any = connection.connection.driver_connection
    driver.execute("BEGIN")
    if connection.dialect.name == "sqlite":
        driver.executemany(f"INSERT INTO grades ({COLUMNS}) VALUES (?, ?, ?, ?)", rows)
    else:
        with driver.cursor() as cursor, cursor.copy(f"COPY grades ({COLUMNS}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    driver.execute("COMMIT")


def orm_loop(url: str, problem: str, key_id: int, most: int) -> None:
    """Grade so many answers one by one, each an object, and so is its grade."""
    engine = make_engine(url)
    with Session(engine) as session:
        key = load_key(session, key_id)
        query = select(Submission).where(Submission.problem == problem).order_by(Submission.id)
        for number, answer in enumerate(session.scalars(query.limit(most)).all(), start=1):
            given = grade(key, answer.part, answer.value)
            session.add(
                GradeRow(
                    submission_id=answer.id,
                    key_id=key_id,
                    verdict=given.verdict,
                    misconception=given.misconception,
                )
            )
            if number % WRITTEN == 0:
                session.commit()
        session.commit()
    engine.dispose()
