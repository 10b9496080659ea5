"""Every page of the dashboard of a large class, at the server: the slowest decides.

A thousand students, twelve parts and two hundred thousand submissions, in four problems of three parts;
and the problem's page once more where all twelve parts are one problem's.
"""

import gc
import logging
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from grader.db.engine import make_engine
from grader.db.migrating import upgrade
from tests.benchmarks.report import Section, spread
from tests.support import programs
from tests.support.large_class import SLUG, LargeClass, Size, open_class
from tests.support.postgres import Cluster

ROUNDS = 15
MOST_MS = 200
PROBLEM = f"{SLUG}/problem1"
PAGES = {
    "gradebook": f"/staff/{SLUG}",
    "gradebook, one section": f"/staff/{SLUG}?section=Mon+1:30",
    "overview": f"/staff/overview/{SLUG}",
    "overview, one section": f"/staff/overview/{SLUG}?section=Mon+1:30",
    "problem": f"/staff/{PROBLEM}",
    "what if": f"/staff/what-if/{PROBLEM}?part=a&tolerance=0.001",
    "student": "/staff/students/s00007",
    "requests": "/staff/requests",
}
IN_ONE = {"problem, with all twelve parts": f"/staff/{PROBLEM}"}


def measure() -> list[Section]:
    """One section for each database that can be had here."""
    sections = []
    with tempfile.TemporaryDirectory() as folder:
        sections.append(_section("SQLite", [f"sqlite:///{folder}/{n}.db" for n in (1, 2)]))
    binaries = programs.find("postgresql")
    if binaries is not None:
        with _clusters(binaries) as urls:
            sections.append(_section("PostgreSQL", urls))
    return sections


@contextmanager
def _clusters(binaries: Path) -> Iterator[list[str]]:
    cluster = Cluster.make(binaries)
    try:
        cluster.start()
        names = ["one", "other"]
        with cluster.connect() as connection:
            for name in names:
                connection.execute(f"CREATE DATABASE {name}".encode())
        yield [cluster.url(name) for name in names]
    finally:
        cluster.remove()


def _section(database: str, urls: list[str]) -> Section:
    shapes = [(PAGES, Size(1_000, 200_000)), (IN_ONE, Size(1_000, 200_000, problems=1, parts=12))]
    times: dict[str, list[float]] = {}
    submissions = 0
    for url, (pages, size) in zip(urls, shapes, strict=True):
        engine = make_engine(url)
        upgrade(engine)
        engine.dispose()
        with tempfile.TemporaryDirectory() as folder:
            large = open_class(url, Path(folder), size)
            submissions = large.submissions
            # As the server does once it has loaded (grader/web/serving.py).
            gc.collect()
            gc.freeze()
            times |= {name: _times(large, path) for name, path in pages.items()}
            gc.unfreeze()
            large.close()
    return Section(
        title=f"The dashboard of a large class on {database}",
        promise=f"Milliseconds at the server, median of the slowest page (at most {MOST_MS})",
        ratio=max(median(each) for each in times.values()),
        at_most=MOST_MS,
        rows=[
            ("class", f"1,000 students, 12 parts, {submissions:,} submissions"),
            *((name, spread(each, "ms")) for name, each in times.items()),
        ],
    )


def _times(large: LargeClass, path: str) -> list[float]:
    """Milliseconds of a page, made and read; the first round warms up."""
    browser = large.app.test_client()
    browser.set_cookie("session", large.cookie)
    logging.disable(logging.INFO)
    times = []
    for _round in range(ROUNDS + 1):
        begun = time.perf_counter()
        reply = browser.get(path)
        reply.get_data()
        times.append((time.perf_counter() - begun) * 1000)
        assert reply.status_code == 200, path
    logging.disable(logging.NOTSET)
    return times[1:]
