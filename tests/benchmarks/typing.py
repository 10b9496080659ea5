"""A student's page in a real browser: from a key to the echo, from a press to the verdict, and its weight."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_urlsafe
from statistics import quantiles

from playwright.sync_api import Page, sync_playwright

from grader.db.engine import make_engine
from grader.db.migrating import upgrade
from tests.benchmarks.report import Section, spread
from tests.benchmarks.servers import serve
from tests.browser.conftest import FLAGS
from tests.support import programs
from tests.support.school import School, open_school

PROBLEM = "/pset7/logistic_regression"
KEYS, PRESSES = 60, 24
# Both end when the browser has painted what changed, as it is two frames later at most.
ECHO = """text => new Promise(done => {
  const box = document.getElementById("answer-a"), place = document.getElementById("echo-a");
  const begun = performance.now();
  new MutationObserver((_, seen) => {
    seen.disconnect();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun)));
  }).observe(place, {childList: true});
  box.value = text;
  box.dispatchEvent(new Event("input", {bubbles: true}));
})"""
VERDICT = """([part, text]) => new Promise(done => {
  const box = document.getElementById(`answer-${part}`), place = document.getElementById(`result-${part}`);
  box.value = text;
  const begun = performance.now();
  new MutationObserver((_, seen) => {
    seen.disconnect();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun)));
  }).observe(place, {childList: true});
  document.querySelector(`#part-${part} button[name=check]`).click();
})"""
WEIGHT = """performance.getEntriesByType("navigation").concat(performance.getEntriesByType("resource"))
  .filter(entry => !entry.name.includes("/fonts/"))
  .reduce((sum, entry) => sum + entry.transferSize, 0) / 1000"""


def measure() -> list[Section]:
    """Three sections, or none where there is no browser."""
    program = programs.find("chromium")
    if program is None:
        return []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as running:
        browser = running.chromium.launch(executable_path=str(program), args=FLAGS)
        with _served(Path(folder)) as (school, address):
            page = browser.new_page()
            weight = _open(page, school, "ada", address + PROBLEM)
            echoes = [page.evaluate(ECHO, f"-0.4683{number}") for number in range(KEYS)]
            verdicts = list(_verdicts(page, school, address))
        browser.close()
    return [
        _section("From a key to the echo", "from a key to the painted echo", echoes, 50),
        _section(
            "From a press to the verdict", "from a press to the painted verdict", verdicts, 150
        ),
        Section(
            title="Weight of the first page",
            promise="Kilobytes of the heaviest problem's page without the mathematics' fonts (at most 100)",
            ratio=weight,
            at_most=100,
            rows=[("page", PROBLEM), ("as it travels", f"{weight:,.1f} kB")],
        ),
    ]


def _section(title: str, what: str, times: list[float], most: float) -> Section:
    return Section(
        title=title,
        promise=f"Milliseconds {what}, at the slowest of 19 in 20 (at most {most})",
        ratio=quantiles(times, n=20)[-1],
        at_most=most,
        rows=[("all of them", spread(times, "ms", 1))],
    )


@contextmanager
def _served(folder: Path) -> Iterator[tuple[School, str]]:
    url = f"sqlite:///{folder}/grader.db"
    engine = make_engine(url)
    upgrade(engine)
    engine.dispose()
    school = open_school(url, folder / "instance")
    environment = {
        "GRADER_SECRET_KEY": token_urlsafe(48),
        "GRADER_RECEIPT_KEY": token_urlsafe(32),
        "GRADER_DATABASE_URL": url,
        "GRADER_INSTANCE_DIR": str(folder / "instance"),
    }
    with serve("grader.web.serving:application()", environment) as port:
        yield school, f"http://127.0.0.1:{port}"
    school.close()


def _open(page: Page, school: School, who: str, address: str) -> float:
    """Visit as somebody; gives what was loaded, in kilobytes."""
    cookie = school.browser(who).get_cookie("session")
    assert cookie is not None
    page.context.add_cookies([{"name": "session", "value": cookie.value, "url": address}])
    page.goto(address, wait_until="networkidle")
    weight: float = page.evaluate(WEIGHT)
    return weight


def _verdicts(page: Page, school: School, address: str) -> Iterator[float]:
    """New wrong answers, fewer to each part than a pause follows."""
    problems = ("ancestry", "logistic_regression", "decision_tree_entropy", "calibration")
    left = PRESSES
    for who in ("ada", "bob"):
        for name in problems:
            _open(page, school, who, f"{address}/pset7/{name}")
            parts = page.locator("button[name=check]").evaluate_all("all => all.map(b => b.value)")
            for number in range(min(left, 4)):
                yield page.evaluate(VERDICT, [parts[0], f"0.9{number}"])
                left -= 1
