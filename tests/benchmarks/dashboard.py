"""Every page of the dashboard of a large class, at the server: the slowest decides.

A thousand students, twelve parts and two hundred thousand submissions, in four problems of three parts;
everybody's explanations, most of them marked, and what else staff have done by the end of a term. Before
each page some students answer once more, so that none finds the class as the one before it did. The
problem's page is measured once more where all twelve parts are one problem's. What somebody waits for is
told beside the pages: files for other tools, and the check of the whole ledger.
"""

import gc
import logging
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from statistics import median

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from grader.db.engine import make_engine
from grader.db.migrating import upgrade
from grader.garbage import settle
from grader.services.exports.grade_files import Kind
from tests.benchmarks.report import Section, spread
from tests.support import programs
from tests.support.large_class import SLUG, LargeClass, Size, answer_again, open_class
from tests.support.large_staff import Work, work_of_staff
from tests.support.postgres import Cluster

ROUNDS = 15
CLASSES = (100, 1_000, 10_000)
EACH = 20
ANSWERS = 10
"""Students who answer before each page: of a thousand in the last hour, so many do in a few seconds."""
MOST_MS = 200
PROBLEM = f"{SLUG}/problem1"
PAGES = {
    "gradebook": f"/staff/{SLUG}",
    "gradebook, one section": f"/staff/{SLUG}?section=Mon+1:30",
    "gradebook, by points": f"/staff/{SLUG}?sort=-points",
    "gradebook, something wrong": f"/staff/{SLUG}?state=wrong",
    "overview": f"/staff/overview/{SLUG}",
    "overview, one section": f"/staff/overview/{SLUG}?section=Mon+1:30",
    "problem": f"/staff/{PROBLEM}",
    "what if": f"/staff/what-if/{PROBLEM}?part=a&tolerance=0.001",
    "student": "/staff/students/s00007",
    "requests": "/staff/requests",
}
WAITS = {
    "the ledger, checked": "/staff/ledger?verify=1",
    "the gradebook as shown, as CSV": f"/staff/{SLUG}/gradebook.csv",
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
            sections.append(_section("PostgreSQL", urls[:2]))
    return sections


def measure_growth() -> list[Section]:
    """The same pages of a class of a hundred, of ten times and of a hundred times as many."""
    sections = []
    with tempfile.TemporaryDirectory() as folder:
        urls = [f"sqlite:///{folder}/{n}.db" for n in range(len(CLASSES))]
        sections.append(_growth("SQLite", urls))
    binaries = programs.find("postgresql")
    if binaries is not None:
        with _clusters(binaries) as urls:
            sections.append(_growth("PostgreSQL", urls))
    return sections


def _growth(database: str, urls: list[str]) -> Section:
    found: list[dict[str, list[float]]] = []
    for url, students in zip(urls, CLASSES, strict=True):
        with _opened(url, Size(students, students * EACH)) as (large, work):
            found.append(_times(large, work.cookie, PAGES))
    small, _middle, large_ones = ([median(each) for each in times.values()] for times in found)
    return Section(
        title=f"The dashboard as the class grows on {database}",
        promise="Time of the page that grows most, of 10,000 students over 100 (told, not promised)",
        ratio=max(b / a for a, b in zip(small, large_ones, strict=True)),
        rows=[
            ("students", ", ".join(f"{each:,}" for each in CLASSES) + f"; {EACH} answers each"),
            *(
                (name, ", ".join(f"{median(times[name]):,.0f} ms" for times in found))
                for name in PAGES
            ),
        ],
    )


@contextmanager
def _clusters(binaries: Path) -> Iterator[list[str]]:
    cluster = Cluster.make(binaries)
    try:
        cluster.start()
        names = ["one", "two", "three"]
        with cluster.connect() as connection:
            for name in names:
                connection.execute(f"CREATE DATABASE {name}".encode())
        yield [cluster.url(name) for name in names]
    finally:
        cluster.remove()


def _section(database: str, urls: list[str]) -> Section:
    whole, one = Size(1_000, 200_000), Size(1_000, 200_000, problems=1, parts=12)
    with _opened(urls[0], whole) as (large, work):
        times = _times(large, work.cookie, PAGES | work.pages)
        waits = _times(large, work.cookie, WAITS) | _downloads(large, work.cookie)
    with _opened(urls[1], one) as (other, its_work):
        times |= _times(other, its_work.cookie, IN_ONE)
    return Section(
        title=f"The dashboard of a large class on {database}",
        promise=f"Milliseconds at the server, median of the slowest page (at most {MOST_MS})",
        ratio=max(median(each) for each in times.values()),
        at_most=MOST_MS,
        rows=[
            ("class", f"1,000 students, 12 parts, {large.submissions:,} submissions"),
            *((name, spread(each, "ms")) for name, each in times.items()),
            *((f"beside: {name}", spread(each, "ms")) for name, each in waits.items()),
        ],
    )


@contextmanager
def _opened(url: str, size: Size) -> Iterator[tuple[LargeClass, Work]]:
    engine = make_engine(url)
    upgrade(engine)
    engine.dispose()
    with tempfile.TemporaryDirectory() as folder:
        large = open_class(url, Path(folder), size)
        work = work_of_staff(large, datetime.now(UTC))
        # As the server does once it has loaded (grader/web/serving.py).
        gc.collect()
        settle()
        yield large, work
        gc.unfreeze()
        large.close()


def _times(large: LargeClass, cookie: str, pages: dict[str, str]) -> dict[str, list[float]]:
    """Milliseconds of each page, made and read."""
    browser = _browser(large, cookie)
    return _in_turn(large, {name: partial(browser.get, path) for name, path in pages.items()})


def _downloads(large: LargeClass, cookie: str) -> dict[str, list[float]]:
    browser, here = _browser(large, cookie), f"/staff/exports/{SLUG}"
    token = re.search('name="csrf_token" value="([^"]+)"', browser.get(here).text)
    assert token is not None
    data = {"csrf_token": token[1]}
    return _in_turn(
        large,
        {
            f"file for {kind.words}": partial(browser.post, f"{here}/{kind}", data=data)
            for kind in Kind
        },
    )


def _browser(large: LargeClass, cookie: str) -> FlaskClient:
    browser = large.app.test_client()
    browser.set_cookie("session", cookie)
    return browser


def _in_turn(
    large: LargeClass, asks: dict[str, Callable[[], TestResponse]]
) -> dict[str, list[float]]:
    """Milliseconds of each in each round; the first warms up.

    A round asks for each once, so that a machine that is slow for some seconds is so for all of them.
    """
    logging.disable(logging.INFO)
    chance = Random(0)  # noqa: S311 - invented answers need no secret numbers.
    rounds: list[dict[str, float]] = [{} for _ in range(ROUNDS + 1)]
    for taken in rounds:
        for name, ask in asks.items():
            answer_again(large, ANSWERS, chance)
            taken[name] = _milliseconds(ask)
    logging.disable(logging.NOTSET)
    return {name: [each[name] for each in rounds[1:]] for name in asks}


def _milliseconds(ask: Callable[[], TestResponse]) -> float:
    begun = time.perf_counter()
    reply = ask()
    reply.get_data()
    taken = (time.perf_counter() - begun) * 1000
    assert reply.status_code == 200, reply.request.path
    return taken
