"""Submissions through real HTTP, against a bare route with one durable INSERT and against a null route."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_urlsafe
from statistics import median

from sqlalchemy import insert

from grader.config import PROJECT
from grader.content.loading import load_catalog
from grader.db.engine import make_engine
from grader.db.migrating import upgrade
from grader.db.models import Person
from grader.db.session import transaction
from grader.services.drafting import draft_key
from grader.services.policies import publish_policy
from grader.services.publishing import publish
from grader.services.token_issuing import issue_token
from grader.services.token_principals import touch_token
from tests.benchmarks import yardstick
from tests.benchmarks.clients import HOST
from tests.benchmarks.report import Section, spread
from tests.benchmarks.servers import THREADS, WORKERS, serve
from tests.support import programs
from tests.support.postgres import Cluster

# Enough that each answer is a first one to its part, which no pause between attempts holds up.
STUDENTS = 5_000
ROUNDS = 5
OURS, BARE, NULL = "/api/v1/submissions", "/insert", "/null"


def measure(seconds: float) -> list[Section]:
    """One section for each database that can be had here."""
    sections = []
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/grader.db"
        sections.append(_measure("SQLite", url, Path(folder), seconds))
    binaries = programs.find("postgresql")
    if binaries is not None:
        with _postgres(binaries) as url, tempfile.TemporaryDirectory() as folder:
            sections.append(_measure("PostgreSQL", url, Path(folder), seconds))
    return sections


@contextmanager
def _postgres(binaries: Path) -> Iterator[str]:
    cluster = Cluster.make(binaries)
    try:
        cluster.start()
        yield cluster.url()
    finally:
        cluster.remove()


def _measure(name: str, url: str, folder: Path, seconds: float) -> Section:
    parts, tokens = _prepare(url, folder)
    environment = {
        "GRADER_ENV": "production",
        "GRADER_BASE_URL": f"https://{HOST}",
        "GRADER_SECRET_KEY": token_urlsafe(48),
        "GRADER_RECEIPT_KEY": token_urlsafe(32),
        "GRADER_DATABASE_URL": url,
        "GRADER_INSTANCE_DIR": str(folder),
    }
    rates: dict[str, list[float]] = {OURS: [], BARE: [], NULL: []}
    refused = 0
    with (
        serve("grader.web.app:create_app()", environment) as ours,
        serve("tests.benchmarks.yardstick:create_app()", environment) as bare,
    ):
        for number in range(ROUNDS + 1):
            for path, port in ((OURS, ours), (BARE, bare), (NULL, bare)):
                found = _drive(port, path, seconds, number, (parts, tokens))
                if number:  # The first round warms up.
                    rates[path].append(found["per_second"])
                    refused += int(found["others"])
    commits = _commits(url)
    return Section(
        title=f"Submissions through HTTP on {name}",
        promise="Durable submissions a second, as a share of a bare route's durable INSERTs (at least 0.5)",
        ratio=median(a / b for a, b in zip(rates[OURS], rates[BARE], strict=True)),
        at_least=0.5,
        rows=[
            ("server", f"gunicorn gthread, {WORKERS} processes x {THREADS} threads, 8 clients"),
            ("submissions", spread(rates[OURS], "/s")),
            ("bare route with one durable INSERT", spread(rates[BARE], "/s")),
            ("null route", spread(rates[NULL], "/s")),
            ("bare durable commits, one connection", f"{commits:,.0f} /s"),
            ("requests not answered 201", str(refused)),
        ],
    )


def _prepare(url: str, folder: Path) -> tuple[list[str], list[str]]:
    """The parts, and a class with tokens that were used just now, keys and a policy."""
    engine = make_engine(url)
    upgrade(engine)
    yardstick.prepare(url)
    catalog = load_catalog(PROJECT / "problems", folder)
    now = datetime.now(UTC)
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
                activate=False,
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
    engine.dispose()
    return [part.slug for problem in catalog.course.problems for part in problem.parts], tokens


def _person(number: int) -> dict[str, object]:
    blank = dict.fromkeys(("email", "sis_user_id", "section"), "")
    return {**blank, "login": f"s{number}", "name": "A", "role": "student", "active": True}


def _drive(  # noqa: PLR0917 - the client's arguments in their order.
    port: int, path: str, seconds: float, number: int, given: tuple[list[str], list[str]]
) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.clients"]
    command += [str(port), path, str(seconds), str(number)]
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
