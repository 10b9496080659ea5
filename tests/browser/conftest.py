"""A real browser before a real server: Debian's Chromium through Playwright, on loopback only."""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright
from werkzeug.serving import BaseWSGIServer, make_server
from werkzeug.wrappers import Response

from tests.browser.keyboard import DRAWN
from tests.support import programs
from tests.support.databases import Databases
from tests.support.school import School, open_school

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --disable-background-networking "
    "--disable-component-update --disable-sync --no-first-run"
).split()
LOOKS: tuple[tuple[int, Literal["light", "dark"]], ...] = (
    (1280, "light"),
    (390, "dark"),
    (1280, "dark"),
    (390, "light"),
)
AXE = Path(__file__).parent / "vendor" / "axe-core-4.14.1.min.js"


@dataclass
class Site:
    """The running application, which a test may stop and start again at the same address."""

    school: School
    port: int = 0
    away: bool = False
    """Whether the database seems to be away: what is posted gets 503."""
    _server: BaseWSGIServer | None = field(default=None, repr=False)
    _quiet: threading.Condition = field(default_factory=threading.Condition, repr=False)
    _answering: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._server = make_server("127.0.0.1", self.port, self._reply, threaded=True)
        self.port = self._server.port
        # It looks that often whether it is to stop, and each test waits for that.
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def _reply(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        with self._quiet:
            away = self._server is None or (self.away and environ["REQUEST_METHOD"] == "POST")
            self._answering += 1
        try:
            app = Response("away", 503) if away else self.school.app
            return app(environ, start_response)
        finally:
            with self._quiet:
                self._answering -= 1
                self._quiet.notify_all()

    def stop(self) -> None:
        server = self._server
        if server is not None:
            server.shutdown()
            server.server_close()
            with self._quiet:
                # What a page sends as it is left comes even now; the database would be another test's.
                self._server = None
                assert self._quiet.wait_for(lambda: not self._answering, timeout=30)


@dataclass
class Visitor:
    """Someone before a browser: a page, where it is, and what the browser complained about."""

    page: Page
    site: Site
    complaints: list[str]
    thorough: bool = False

    def open(self, path: str) -> None:
        self.page.goto(self.site.address + path)

    def sign_in(self, who: str = "ada", wanted: str = "/pset7/ancestry") -> None:
        """Come with a session, as after a link's button."""
        self.sign_in_again(who)
        self.open(wanted)

    def sign_in_again(self, who: str = "ada") -> None:
        """Get a session, as by another tab: this page stays."""
        cookie = self.site.school.browser(who).get_cookie("session")
        assert cookie is not None
        self.page.context.add_cookies(
            [{"name": "session", "value": cookie.value, "url": self.site.address}]
        )

    def check(self, part: str, text: str) -> None:
        """Type into a part's box and press its button."""
        self.page.fill(f"#answer-{part}", text)
        self.page.click(f"#part-{part} button[name=check]")

    def expect(self, part: str, heading: str) -> None:
        """Wait until this verdict stands under the box."""
        self.page.locator(f"#result-{part} b").get_by_text(heading, exact=True).wait_for()

    def overflow(self) -> int:
        """By how many pixels the page is wider than the window, once all that it is drawn with has come."""
        self.page.wait_for_load_state()
        wide: int = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        return max(wide, 0)

    def squeezed(self) -> list[str]:
        """The cells of tables that were made so narrow that their words are taken apart."""
        found: list[str] = self.page.evaluate(
            "[...document.querySelectorAll('.table :is(th, td)')]"
            ".filter(cell => cell.offsetHeight > 6 * parseFloat(getComputedStyle(cell).fontSize) * 1.6)"
            ".map(cell => cell.textContent.trim())"
        )
        return found

    def faults(self) -> list[str]:
        """What is wrong with this page, wide and light, narrow and dark; in the soak the other two too."""
        found = []
        self.page.wait_for_load_state()
        self.page.bring_to_front()
        for width, scheme in LOOKS if self.thorough else LOOKS[:2]:
            self.page.set_viewport_size({"width": width, "height": 900})
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            self.page.evaluate(DRAWN)
            found += [f"{width} {scheme}: {one}" for one in self.violations()]
            found += [f"{width} {scheme}: squeezed {one!r}" for one in self.squeezed()]
            if self.overflow():
                found.append(f"{width} {scheme}: wider than the window")
        return found

    def violations(self) -> list[str]:
        """What axe-core finds on this page, each with the first element concerned."""
        if not self.page.evaluate("Boolean(window.axe)"):
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
        # What has passed is not wanted, nor where an element lies, which takes axe a tenth of its time.
        options = "resultTypes: ['violations'], selectors: false"
        found = self.page.evaluate(
            f"axe.run(document, {{{options}, rules: {{'target-size': {{enabled: true}}}}}})"
            ".then(r => r.violations)"
        )
        return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    program = programs.find("chromium")
    if program is None:
        pytest.skip(programs.reason("chromium"))
    browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """One kind is enough here: the other tests of the pages run on both."""
    url = databases.migrated("sqlite")
    yield url
    databases.give_back(url)


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    school = open_school(database_url, tmp_path / "instance")
    running = Site(school)
    running.start()
    yield running
    running.stop()
    school.close()


@pytest.fixture
def visitor(request: pytest.FixtureRequest, chromium: Browser, site: Site) -> Iterator[Visitor]:
    """A browser of one's own, with scripts unless the parameter is False.

    The content security policy must never have had to step in.
    """
    context = chromium.new_context(
        java_script_enabled=getattr(request, "param", True),
        viewport={"width": 1280, "height": 900},
        timezone_id="Europe/Berlin",
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    made = Visitor(page, site, [], thorough=bool(request.config.getoption("--soak")))
    page.on("pageerror", lambda error: made.complaints.append(str(error)))
    page.on("console", lambda message: _note(made, message.type, message.text))
    yield made
    context.close()
    assert made.complaints == []


def _note(visitor: Visitor, kind: str, text: str) -> None:
    # A reply of 4xx or 5xx, or none, is what some tests are about.
    if kind in {"error", "warning"} and not text.startswith(("Failed to load resource", "htmx: ")):
        visitor.complaints.append(text)
