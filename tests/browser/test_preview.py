"""An author's preview in a real browser: the page follows the files by itself."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from grader.web.preview.app import Live
from tests.browser.conftest import AXE
from tests.support.workshops import Workshop, make_workshop

pytestmark = pytest.mark.needs("chromium")


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return make_workshop(tmp_path)


@pytest.fixture
def address(workshop: Workshop) -> Iterator[str]:
    live = Live(workshop.problems, workshop.folder / "instance")
    server = make_server("127.0.0.1", 0, live, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A narrow window, in which the content security policy must never have had to step in."""
    context = chromium.new_context(viewport={"width": 390, "height": 800})
    opened, complaints = context.new_page(), []
    opened.set_default_timeout(15_000)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda message: complaints.append(message.text))
    yield opened
    context.close()
    # The browser notes each page that came with a status of 422.
    assert [each for each in complaints if not each.startswith("Failed to load resource")] == []


def test_the_page_follows_its_files_by_itself_through_an_error_and_back(
    workshop: Workshop, address: str, page: Page
) -> None:
    page.goto(f"{address}/set/first")
    statement = "problems/set/first/statement.md"
    workshop.edit(statement, "Say one half.", "Say $\\frac{1}{2}$.")
    page.wait_for_selector("article math mfrac")
    workshop.edit(statement, "\\frac{1}{2}", "\\frac{1}")
    page.get_by_text("This can’t be shown yet").wait_for()
    assert "statement.md, line 1" in page.inner_text("main")
    workshop.edit(statement, "\\frac{1}", "0.5")
    page.wait_for_selector("#answer-a")


@pytest.mark.parametrize("path", ["/", "/set/first", "/set/nothing"])
def test_each_of_its_pages_is_narrow_enough_and_accessible(
    address: str, page: Page, path: str
) -> None:
    page.goto(address + path)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document).then(r => r.violations.map(v => v.id))")
    assert found == []


def test_an_answer_is_read_in_place(address: str, page: Page) -> None:
    page.goto(f"{address}/set/first")
    page.fill("#answer-a", "0.5")
    page.press("#answer-a", "Enter")
    page.locator("#result-a b").get_by_text("Not checked in the preview").wait_for()
    page.fill("#answer-a", "1/2")
    page.click("#part-a button[name=check]")
    page.locator("#result-a b").get_by_text("Can’t read this as a number").wait_for()
    assert page.get_attribute("#answer-a", "aria-invalid") == "true"
