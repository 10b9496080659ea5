"""Submissions through HTTP while regrades go on: how much longer a student waits then."""

import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from statistics import median

from sqlalchemy import Engine

from grader.config import PROJECT
from grader.content.loading import load_catalog
from grader.db.engine import make_engine
from grader.db.session import reading, transaction
from grader.domain.problem import Course
from grader.garbage import settle
from grader.services.keys.drafts import Author, accept_value
from grader.services.regrades import regrading
from grader.services.regrades.jobs import start_apply, start_undo
from grader.services.regrades.running import run_job
from tests.benchmarks.report import Section, spread
from tests.benchmarks.servers import serve
from tests.benchmarks.submissions import (
    OURS,
    STORED_TO,
    drive,
    environment,
    postgres,
    prepare,
)
from tests.support import programs

ANSWERS = 200_000
A_SECOND = 100
"""A class of a thousand, each of whom sends an answer every ten seconds."""
ROUNDS = 3


def measure(seconds: float) -> list[Section]:
    """One section for each database that can be had here."""
    with tempfile.TemporaryDirectory() as folder:
        sections = [_section("SQLite", f"sqlite:///{folder}/grader.db", Path(folder), seconds)]
    binaries = programs.find("postgresql")
    if binaries is not None:
        with postgres(binaries) as (url, _other), tempfile.TemporaryDirectory() as folder:
            sections.append(_section("PostgreSQL", url, Path(folder), seconds))
    return sections


def _section(database: str, url: str, folder: Path, seconds: float) -> Section:
    given = prepare(url, folder, ANSWERS)
    course = load_catalog(PROJECT / "problems", folder).course
    engine, rounds = make_engine(url), count()
    settle()  # As the command line does.
    _accept_another_value(engine)
    idle, beside, runs = list[float](), list[float](), 0
    with (
        serve("grader.web.serving:application()", environment(url, folder)) as port,
        ThreadPoolExecutor(1) as pool,
    ):

        def start() -> "Future[dict[str, float]]":
            return pool.submit(drive, port, OURS, seconds, next(rounds), A_SECOND, given)

        start().result()  # The first round warms up.
        for _round in range(ROUNDS):
            idle.append(start().result()["slow_ms"])
            clients = start()
            runs += _regrade_until(clients, engine, course)
            beside.append(clients.result()["slow_ms"])
    engine.dispose()
    return Section(
        title=f"Submissions beside regrades on {database}",
        promise="Time of 99 in 100 submissions beside regrades over that without (at most 3)",
        ratio=median(beside) / median(idle),
        at_most=3,
        rows=[
            ("submissions", f"{A_SECOND} /s by 8 clients"),
            ("regrades", f"{runs} plans, each applied and undone, of {ANSWERS:,} answers"),
            ("99 in 100 without", spread(idle, "ms", 1)),
            ("99 in 100 beside", spread(beside, "ms", 1)),
        ],
    )


def _accept_another_value(engine: Engine) -> None:
    """Make a draft of the key, to which plans can move."""
    with transaction(engine) as session:
        author = Author("ina", "for the benchmark")
        part = f"{STORED_TO}/a"
        accept_value(
            session, part=part, value=Decimal("0.1000001"), author=author, now=datetime.now(UTC)
        )


def _regrade_until(clients: "Future[dict[str, float]]", engine: Engine, course: Course) -> int:
    """Plan, apply and undo as long as the clients are at it; gives how often."""
    problem, done = course.problem(STORED_TO), 0
    assert problem is not None
    while not clients.done():
        now = datetime.now(UTC)
        with reading(engine) as session:
            made = regrading.work_out(session, course=course, problem=problem)
        with transaction(engine) as session:
            plan = regrading.store_plan(session, made=made, now=now).id
            job = start_apply(session, plan_id=plan, reason="r", actor="ina", now=now).id
        run = run_job(lambda: transaction(engine), job_id=job, clock=lambda: datetime.now(UTC))
        with transaction(engine) as session:
            job = start_undo(session, run_id=run, reason="r", actor="ina", now=now).id
        run_job(lambda: transaction(engine), job_id=job, clock=lambda: datetime.now(UTC))
        done += 1
    return done
