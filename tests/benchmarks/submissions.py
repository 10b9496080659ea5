"""Submissions through real HTTP, against a bare route with one durable INSERT and against a null route.

Then at half of what the server takes, and among millions that are stored already; all rounds go in turn.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_urlsafe
from statistics import median

from sqlalchemy import insert

from grader.cli.serve import THREADS, WORKERS
from grader.config import PROJECT
from grader.content.loading import load_catalog
from grader.db.engine import make_engine
from grader.db.migrating import upgrade
from grader.db.models import Person
from grader.db.session import transaction
from grader.services.demo.demo import demo_dates
from grader.services.keys.drafting import draft_key
from grader.services.keys.published import published_key
from grader.services.keys.publishing import publish
from grader.services.people.token_issuing import issue_token
from grader.services.people.token_principals import touch_token
from grader.services.policies.publishing import publish_policy
from tests.benchmarks import yardstick
from tests.benchmarks.anatomy import anatomy
from tests.benchmarks.clients import HOST
from tests.benchmarks.report import Section, spread
from tests.benchmarks.servers import serve
from tests.support import programs
from tests.support.databases import keep_private
from tests.support.postgres import Cluster
from tests.support.stored_answers import store_answers

# Enough that each answer is a first one to its part, which no pause between attempts holds up.
STUDENTS = 5_000
ROUNDS = 5
FEW, MANY = 10_000, 5_000_000
STORED_TO = "pset7/ancestry"
OURS, BARE, NULL = "/api/v1/submissions", "/insert", "/null"
AMONG_MANY = "among many"
LIMIT = (
    "What stands in the way: for the bare route's one row a submission looks up who asks and how things "
    "stand, reads and grades the number, signs a receipt, writes three rows that belong together, and logs. "
    "Each was made as short as we could (decision 09), none stands out any more, and none can be left out."
)


@dataclass
class Found:
    """Requests a second of each round, milliseconds of 99 in 100 at half of the capacity, and what failed."""

    rates: dict[str, list[float]] = field(
        default_factory=lambda: {OURS: [], BARE: [], NULL: [], AMONG_MANY: []}
    )
    slow_ms: list[float] = field(default_factory=list)
    others: int = 0
    commits: float = 0
    parts: list[tuple[str, str]] = field(default_factory=list)
    """What the time of one is made of, as rows of the report."""

    @property
    def half(self) -> float:
        """Half of what the server takes."""
        return median(self.rates[OURS]) / 2


def measure(seconds: float, many: int = MANY) -> list[Section]:
    """Sections for each database that can be had here."""
    with tempfile.TemporaryDirectory() as folder:
        urls = [f"sqlite:///{folder}/{name}.db" for name in ("few", "many")]
        sections = _sections("SQLite", _measure(urls, Path(folder), seconds, many), many)
    binaries = programs.find("postgresql")
    if binaries is not None:
        with postgres(binaries) as urls, tempfile.TemporaryDirectory() as folder:
            sections += _sections("PostgreSQL", _measure(urls, Path(folder), seconds, many), many)
    return sections


@contextmanager
def postgres(binaries: Path) -> Iterator[list[str]]:
    """A server with two empty databases; gives their addresses."""
    cluster = Cluster.make(binaries)
    try:
        cluster.start()
        names = ("few", "many")
        with cluster.connect() as connection:
            for name in names:
                connection.execute(f"CREATE DATABASE {name}".encode())
        yield [cluster.url(name) for name in names]
    finally:
        cluster.remove()


def _measure(urls: list[str], folder: Path, seconds: float, many: int) -> Found:
    given = [prepare(url, folder, stored) for url, stored in zip(urls, (FEW, many), strict=True)]
    found = Found()
    with (
        serve("grader.web.serving:application()", environment(urls[0], folder)) as ours,
        serve("grader.web.serving:application()", environment(urls[1], folder)) as large,
        serve("tests.benchmarks.yardstick:create_app()", environment(urls[0], folder)) as bare,
    ):
        turns = {OURS: (ours, 0), BARE: (bare, 0), NULL: (bare, 0), AMONG_MANY: (large, 1)}
        for number in range(ROUNDS + 1):
            for name, (port, which) in turns.items():
                path = OURS if name is AMONG_MANY else name
                told = drive(port, path, seconds, number, 0, given[which])
                if number:  # The first round warms up.
                    found.rates[name].append(told["per_second"])
                    found.others += int(told["others"])
        for number in range(ROUNDS + 1, ROUNDS + 4):
            told = drive(ours, OURS, seconds, number, found.half, given[0])
            found.slow_ms.append(told["slow_ms"])
            found.others += int(told["others"])
    found.commits = _commits(urls[0])
    found.parts = anatomy(environment(urls[0], folder), given[0])
    return found


def _sections(database: str, found: Found, many: int) -> list[Section]:
    ours, bare = found.rates[OURS], found.rates[BARE]
    title = f"Submissions through HTTP on {database}"
    return [
        Section(
            title=title,
            promise="Durable submissions a second, as a share of a bare route's INSERTs (at least 0.7)",
            ratio=median(a / b for a, b in zip(ours, bare, strict=True)),
            at_least=0.7,
            limit=LIMIT,
            rows=[
                ("server", f"as grader serve, {WORKERS} processes x {THREADS} threads, 8 clients"),
                (f"submissions, beside {FEW:,} stored ones", spread(ours, "/s")),
                ("bare route with one durable INSERT", spread(bare, "/s")),
                ("null route", spread(found.rates[NULL], "/s")),
                ("bare durable commits, one connection", f"{found.commits:,.0f} /s"),
                ("requests not answered 201", str(found.others)),
                *found.parts,
            ],
        ),
        Section(
            title=f"{title}, at half of the capacity",
            promise="Milliseconds from when a request is due to its reply, of 99 in 100 (at most 50)",
            ratio=median(found.slow_ms),
            at_most=50,
            rows=[("rate", f"{found.half:,.0f} /s"), ("99 in 100", spread(found.slow_ms, "ms", 1))],
        ),
        Section(
            title=f"{title}, among {many:,} stored ones",
            promise=f"Time of a submission over that beside {FEW:,} stored ones (at most 1.15)",
            ratio=median(a / b for a, b in zip(ours, found.rates[AMONG_MANY], strict=True)),
            at_most=1.15,
            rows=[(f"submissions among {many:,}", spread(found.rates[AMONG_MANY], "/s"))],
        ),
    ]


def environment(url: str, folder: Path) -> dict[str, str]:
    """What the server is told, in production."""
    return {
        "GRADER_ENV": "production",
        "GRADER_BASE_URL": f"https://{HOST}",
        "GRADER_SECRET_KEY": token_urlsafe(48),
        "GRADER_RECEIPT_KEY": token_urlsafe(32),
        "GRADER_DATABASE_URL": url,
        "GRADER_INSTANCE_DIR": str(folder),
    }


def prepare(url: str, folder: Path, stored: int) -> tuple[list[str], list[str]]:
    """The parts, and a class with tokens that were used just now, keys, a policy and answers of others."""
    engine = make_engine(url)
    upgrade(engine)
    yardstick.prepare(url)
    now = datetime.now(UTC)
    dates = folder / "dates.toml"
    if not dates.exists():
        # Most answers come in time: what is worked out for late ones is no part of a usual submission.
        course = load_catalog(PROJECT / "problems", folder).course
        dates.write_text(demo_dates(course, now))
    catalog = load_catalog(PROJECT / "problems", folder)
    tokens = []
    with transaction(engine) as session:
        for problem in catalog.course.problems:
            publish(session, draft=draft_key(catalog, problem), actor="op", now=now)
        for assignment in catalog.course.assignments:
            publish_policy(
                session,
                course=catalog.course,
                assignment=assignment,
                actor="op",
                now=now,
            )
        session.execute(insert(Person), [_person(number) for number in range(STUDENTS)])
        for number in range(STUDENTS):
            issued = issue_token(
                session,
                login=f"s{number}",
                name="bench",
                lifetime=timedelta(days=1),
                actor="op",
                now=now,
            )
            touch_token(session, prefix=issued.info.prefix, now=now + timedelta(hours=1))
            tokens.append(issued.token)
        found = published_key(session, STORED_TO)
    assert found is not None
    store_answers(engine, key_id=found[0], key=found[1], answers=stored)
    keep_private(engine)
    engine.dispose()
    return [part.slug for problem in catalog.course.problems for part in problem.parts], tokens


def _person(number: int) -> dict[str, object]:
    blank = dict.fromkeys(("email", "sis_user_id", "section"), "")
    return {**blank, "login": f"s{number}", "name": "A", "role": "student", "active": True}


def drive(  # noqa: PLR0917 - the client's arguments in their order.
    port: int,
    path: str,
    seconds: float,
    number: int,
    rate: float,
    given: tuple[list[str], list[str]],
) -> dict[str, float]:
    """Let the clients loose, and give what they found."""
    command = [sys.executable, "-m", "tests.benchmarks.clients"]
    command += [str(port), path, str(seconds), str(number), str(rate)]
    done = subprocess.run(
        command, input=json.dumps(given), text=True, capture_output=True, check=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _commits(url: str, seconds: float = 3.0) -> float:
    """Durable single-row transactions a second on one connection."""
    engine = make_engine(url)
    done, begun = 0, time.monotonic()
    while time.monotonic() < begun + seconds:
        with engine.begin() as connection:
            connection.execute(yardstick.INSERT, {"answer": "1"})
        done += 1
    engine.dispose()
    return done / (time.monotonic() - begun)
