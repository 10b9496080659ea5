"""A regrade of a million submissions against the driver alone, a loop over objects, and a pandas script.

Each runs in a process of its own, on one database; each writes the same grades under another key. Rounds
go in turn. The loop over objects does a part of the work, which is told, and counts in proportion.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from grader.db.engine import make_engine
from grader.db.session import transaction
from grader.services.regrades import regrading
from tests.benchmarks.measured import Measured, measured
from tests.benchmarks.pandas_script import pandas_script
from tests.benchmarks.regrade_ways import SLUG, TO, apply, apply_unwritten, plan
from tests.benchmarks.regrade_yardsticks import orm_loop, raw
from tests.benchmarks.report import Section
from tests.support import programs
from tests.support.many_answers import Many, open_many
from tests.support.postgres import Cluster

ANSWERS = 1_000_000
LOOPED = 50_000


@dataclass(frozen=True, slots=True)
class Figures:
    """Each way, and how it was: seconds for all answers, megabytes at most."""

    ours: Measured
    raw: Measured
    loop: Measured
    script: Measured
    plan: Measured
    unwritten: Measured
    smaller: Measured


def measure(answers: int = ANSWERS) -> list[Section]:
    """Sections for each database that can be had here."""
    with tempfile.TemporaryDirectory() as folder:
        urls = [f"sqlite:///{folder}/{name}.db" for name in ("large", "small")]
        sections = _sections("SQLite", urls, Path(folder), answers)
    binaries = programs.find("postgresql")
    if binaries is not None:
        with _postgres(binaries) as urls, tempfile.TemporaryDirectory() as folder:
            sections += _sections("PostgreSQL", urls, Path(folder), answers)
    return sections


@contextmanager
def _postgres(binaries: Path) -> Iterator[list[str]]:
    cluster = Cluster.make(binaries)
    try:
        cluster.start()
        names = ("large", "small")
        with cluster.connect() as connection:
            for name in names:
                connection.execute(f"CREATE DATABASE {name}".encode())
        yield [cluster.url(name) for name in names]
    finally:
        cluster.remove()


def _sections(database: str, urls: list[str], folder: Path, answers: int) -> list[Section]:
    found = _figures(urls, folder, answers)
    rows = [
        ("answers", f"{answers:,}: 25 of a student to each of four parts, half of them unlike"),
        *(
            (name, f"{figure.seconds:,.2f} s, {figure.megabytes:,.0f} MB")
            for name, figure in (
                ("regrade applied", found.ours),
                ("reading and writing by the driver alone", found.raw),
                (f"loop over objects, from {LOOPED:,} of them", found.loop),
                ("pandas: export, compare, import", found.script),
                ("plan", found.plan),
                ("regrade by one thread that writes no grade", found.unwritten),
                (f"regrade of {answers // 10:,}", found.smaller),
            )
        ),
    ]
    on = f"regrade on {database}"
    return [
        Section(
            f"A {on} against the driver alone",
            "Time of a regrade over that of reading and writing the same rows (at most 2.5)",
            found.ours.seconds / found.raw.seconds,
            at_most=2.5,
            rows=rows,
        ),
        Section(
            f"A {on} against a loop over objects",
            "Time of the loop over that of a regrade (at least 10)",
            found.loop.seconds / found.ours.seconds,
            at_least=10,
        ),
        Section(
            f"A {on} against a script with pandas",
            "Time of the script over that of a regrade (at least 2)",
            found.script.seconds / found.ours.seconds,
            at_least=2,
        ),
        Section(
            f"The plan of a {on}",
            "Time of a plan over that of applying it without writing a grade (at most 1)",
            found.plan.seconds / found.unwritten.seconds,
            at_most=1,
        ),
        Section(
            f"Memory of a {on}",
            "Megabytes of the process at most, planning or applying (at most 300)",
            max(found.ours.megabytes, found.plan.megabytes),
            at_most=300,
        ),
    ]


def _figures(urls: list[str], folder: Path, answers: int) -> Figures:
    large, small = urls
    many = open_many(large, folder / "large", answers)
    fewer = open_many(small, folder / "small", answers // 10)
    _active, _to, driver, loop, script = many.keys
    stored = _stored(large, many)
    looped = measured(orm_loop, large, SLUG, loop, min(LOOPED, answers))
    share = answers / min(LOOPED, answers)
    return Figures(
        plan=measured(plan, large, many),
        unwritten=measured(apply_unwritten, large, stored),
        raw=measured(raw, large, SLUG, driver),
        ours=measured(apply, large, stored),
        loop=Measured(looped.seconds * share, looped.megabytes),
        script=measured(pandas_script, large, SLUG, script, str(folder)),
        smaller=measured(apply, small, _stored(small, fewer)),
    )


def _stored(url: str, many: Many) -> int:
    engine = make_engine(url)
    with transaction(engine) as session:
        made = regrading.plan(
            session, course=many.course, problem=many.problem, version=TO, now=datetime.now(UTC)
        ).id
    engine.dispose()
    return made
