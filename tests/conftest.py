"""Fixtures for all tests: databases of both kinds, and a plain word about what was left out."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.support import programs
from tests.support.databases import KINDS, Databases, close_engine, open_engine
from tests.support.postgres import Cluster

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

MEASURED = {"domain", "services", "security"}
"""The folders of tests that reach every line and branch of the rules and the services."""
LEFT_OUT = 10
"""The exit code where tests were left out that CI should have run."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--soak``: what the suite samples is done in full."""
    parser.addoption("--soak", action="store_true", help="do in full what the suite samples")


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Makes databases; for tests that need several, or an empty one, or the PostgreSQL server itself."""
    made = Databases(tmp_path_factory.mktemp("databases"), start_cluster)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    """A migrated database without rows: the test runs once on SQLite and once on PostgreSQL.

    For one kind: ``@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)``.
    """
    url = databases.migrated(request.param)
    yield url
    databases.give_back(url)


@pytest.fixture(params=KINDS)
def empty_database_url(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    """A database without tables, on each kind: for the migrations' own tests."""
    url = databases.empty(request.param)
    yield url
    databases.give_back(url)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Our own engine on a fresh database; for tests that commit, through ``transaction(engine)``."""
    made = open_engine(database_url)
    yield made
    close_engine(made)


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session on a fresh database, rolled back at the end; services never commit, nor need a test."""
    with Session(engine) as opened:
        yield opened


@pytest.fixture
def own_cluster() -> Iterator[Cluster]:
    """A running PostgreSQL server for one test alone, which may stop, break and start it."""
    started = start_cluster()
    try:
        yield started
    finally:
        started.remove()


@pytest.fixture
def postgresql_programs(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of pg_dump and pg_restore, first on the PATH."""
    folder = programs.find("postgresql")
    if folder is None or not (folder / "pg_dump").exists():
        pytest.skip("needs pg_dump, which is not installed")
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    return folder


def start_cluster() -> Cluster:
    """A running PostgreSQL server; where there are no binaries, the test that asked is skipped."""
    binaries = programs.find("postgresql")
    if binaries is None:
        pytest.skip(programs.reason("postgresql"))
    cluster = Cluster.make(binaries)
    try:
        cluster.start()
    except BaseException:
        cluster.remove()
        raise
    return cluster


@pytest.hookimpl(tryfirst=True)  # Before pytest-xdist looks which tests are of one group.
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip tests marked ``needs`` where the program is absent; keep tests under load on one worker.

    What is measured is tested where it stands, so that what other tests do need not be: measuring makes a
    test take half as long again.
    """
    for item in items:
        if MEASURED.isdisjoint(item.path.relative_to(item.config.rootpath).parts[1:2]):
            item.add_marker("no_cover")
        for marker in item.iter_markers("needs"):
            if programs.find(marker.args[0]) is None:
                item.add_marker(pytest.mark.skip(reason=programs.reason(marker.args[0])))
        if item.get_closest_marker("load"):
            item.add_marker(pytest.mark.xdist_group("load"))


def pytest_collection_finish() -> None:
    """Pass over what lives to the end, thousands of tests and statements, when garbage is looked for."""
    gc.collect()
    gc.freeze()
    # So many new objects before each search; what a test forgets to close may be told a few tests later.
    gc.set_threshold(100_000, 20, 50)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With CI=true a test that was left out is a failure of its own: there everything can be installed."""
    ended = session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}
    if os.environ.get("CI") == "true" and ended and _left_out(session.config):
        session.exitstatus = LEFT_OUT


def pytest_terminal_summary(terminalreporter: "TerminalReporter", config: pytest.Config) -> None:
    """Say at the end what was left out, and for want of what."""
    for program, count in _left_out(config).items():
        terminalreporter.write_line(
            f"LEFT OUT: {count} test{'s' if count > 1 else ''}, because {program} is not installed.",
            yellow=True,
            bold=True,
        )


def _left_out(config: pytest.Config) -> dict[str, int]:
    reporter: TerminalReporter | None = config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    reasons = (str(report.longrepr[2]) for report in skipped if isinstance(report.longrepr, tuple))
    return programs.left_out(reasons)
