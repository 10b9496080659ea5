"""Writing an explanation in a real browser: saved by itself, kept through every failure."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route
from sqlalchemy import delete, select

from grader.db.models import BrowserSession, Explanation
from grader.db.session import reading, transaction
from tests.browser.conftest import Visitor
from tests.web.in_force import change_policy

pytestmark = pytest.mark.needs("chromium")

PROBLEM = "pset7/ancestry"
PAGE = f"/{PROBLEM}/explanation"
BOX = "#explanation"
WITHOUT_SCRIPTS = pytest.mark.parametrize("visitor", [False], indirect=True, ids=["no-scripts"])
WITH_AND_WITHOUT = pytest.mark.parametrize(
    "visitor", [True, False], indirect=True, ids=["scripts", "no-scripts"]
)
TEXT = r"""## What the weights say

The bias $\theta_0$ is $-0.4$, and $\sigma(\theta^T x) = \frac{1}{1 + e^{-\theta^T x}}$.

$$LL(\theta) = \sum_{i=1}^{n} y_i \log \sigma(\theta^T x_i) + (1 - y_i) \log (1 - \sigma(\theta^T x_i))$$

| weight | value |
|---|---:|
| $\theta_1$ | 0.25 |

```python
for step in range(1000):
    theta += eta * gradient(theta)  # <script>alert(1)</script>
```

A *large* weight means much, and $\nope$ is not set. [More](https://a.example/x)
"""


def stored(visitor: Visitor) -> list[str]:
    """All versions of Ada's, the oldest first."""
    with reading(visitor.site.school.engine) as session:
        return list(session.scalars(select(Explanation.text).order_by(Explanation.number)))


def state(visitor: Visitor, words: str) -> None:
    """Wait until the state says so."""
    visitor.page.locator("#state").get_by_text(words).wait_for()


def picture(visitor: Visitor, name: str) -> None:
    """Keep pictures of a page, wide and narrow, light and dark, where somebody asks for them."""
    folder = os.environ.get("GRADER_TEST_PICTURES")
    if folder is None:
        return
    for width in (1280, 390):
        for scheme in ("light", "dark"):
            visitor.page.set_viewport_size({"width": width, "height": 900})
            visitor.page.emulate_media(color_scheme=scheme)
            file = Path(folder) / f"{name}-{width}-{scheme}.png"
            visitor.page.screenshot(path=file, full_page=True)
    visitor.page.set_viewport_size({"width": 1280, "height": 900})


def sign_out_everybody(visitor: Visitor) -> None:
    with transaction(visitor.site.school.engine) as session:
        session.execute(delete(BrowserSession))


@WITH_AND_WITHOUT
def test_an_explanation_is_written_read_and_an_old_version_used_again(visitor: Visitor) -> None:
    page = visitor.page
    visitor.sign_in(wanted=f"/{PROBLEM}")
    page.get_by_role("link", name="Write your explanation").click()
    page.get_by_text("Nothing is written yet.").wait_for()
    page.fill(BOX, "The first words.")
    page.get_by_role("button", name="Save").click()
    state(visitor, "version 1.")
    page.fill(BOX, TEXT)
    page.get_by_role("button", name="Save").click()
    state(visitor, "version 2.")
    page.locator("#shown math").first.wait_for()
    assert page.locator("#shown pre code").inner_text().count("<script>alert(1)</script>") == 1
    page.get_by_role("link", name="Version 1").click()
    page.get_by_text("only in version 1").wait_for()
    page.get_by_role("button", name="Use this text again").click()
    state(visitor, "version 3.")
    assert page.input_value(BOX) == "The first words."
    assert stored(visitor) == ["The first words.", TEXT, "The first words."]
    page.get_by_role("link", name="The problem and your answers").click()
    page.get_by_text("version 3. Go on with it").wait_for()


@WITHOUT_SCRIPTS
def test_without_scripts_a_text_that_is_too_long_comes_back_with_the_reason(
    visitor: Visitor,
) -> None:
    visitor.sign_in(wanted=PAGE)
    text = "é" * 20_001
    visitor.page.fill(BOX, text)
    visitor.page.get_by_role("button", name="Save").click()
    visitor.page.get_by_text("at most 20,000 characters, and this one has 20,001").wait_for()
    assert visitor.page.input_value(BOX) == text
    assert stored(visitor) == []


@WITHOUT_SCRIPTS
def test_without_scripts_a_session_that_ended_hands_the_text_back(visitor: Visitor) -> None:
    visitor.sign_in(wanted=PAGE)
    visitor.page.fill(BOX, "Typed before.\n\n  And after.")
    sign_out_everybody(visitor)
    visitor.page.get_by_role("button", name="Save").click()
    visitor.page.get_by_text("What you typed is still here").wait_for()
    visitor.sign_in_again()
    visitor.page.get_by_role("button", name="Send again").click()
    state(visitor, "version 1.")
    assert stored(visitor) == ["Typed before.\n\n  And after."]


def test_it_is_saved_after_a_pause_and_says_so(visitor: Visitor) -> None:
    visitor.sign_in(wanted=PAGE)
    visitor.page.locator(BOX).press_sequentially("A pause.")
    state(visitor, "Not saved yet. What you typed is kept in this browser.")
    state(visitor, "version 1.")
    assert stored(visitor) == ["A pause."]
    assert visitor.page.locator("#versions li").count() == 1
    visitor.page.locator(BOX).press_sequentially(" And more.")
    state(visitor, "it is saved in")
    visitor.page.reload()
    assert visitor.page.input_value(BOX) == "A pause. And more."


def test_leaving_the_page_saves_what_was_typed(visitor: Visitor) -> None:
    visitor.sign_in(wanted=PAGE)
    visitor.page.fill(BOX, "Typed, and gone.")
    visitor.open(f"/{PROBLEM}")
    visitor.page.wait_for_timeout(500)
    assert stored(visitor) == ["Typed, and gone."]
    visitor.open(PAGE)
    assert visitor.page.input_value(BOX) == "Typed, and gone."
    state(visitor, "version 1.")


def test_the_preview_follows_what_is_typed_and_nothing_in_it_runs(visitor: Visitor) -> None:
    visitor.sign_in(wanted=PAGE)
    visitor.page.fill(BOX, "<img src=x onerror=alert(1)> **bold** $x^2$")
    visitor.page.locator("#shown strong").get_by_text("bold").wait_for()
    assert visitor.page.locator("#shown math").count() == 1
    assert visitor.page.locator("#shown img").count() == 0


def test_what_is_typed_before_the_script_has_come_is_shown_and_saved_too(visitor: Visitor) -> None:
    page, held = visitor.page, list[Route]()
    visitor.sign_in_again()

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/explanation.js*", hold)
    page.goto(visitor.site.address + PAGE, wait_until="commit")
    page.fill(BOX, TEXT)
    while not held:
        page.wait_for_timeout(20)
    held[0].continue_()
    page.locator("#shown math").first.wait_for()
    state(visitor, "version 1")
    assert stored(visitor) == [TEXT]


def test_with_the_server_away_the_text_is_kept_and_saved_when_it_is_back(visitor: Visitor) -> None:
    visitor.sign_in(wanted=PAGE)
    visitor.site.away = True
    visitor.page.fill(BOX, "Typed into the night.")
    visitor.page.get_by_role("button", name="Save").click()
    state(
        visitor, "Not saved: no connection to the server. What you typed is kept in this browser."
    )
    picture(visitor, "away")
    visitor.page.reload()
    assert visitor.page.input_value(BOX) == "Typed into the night."
    assert stored(visitor) == []
    visitor.site.away = False
    state(visitor, "version 1.")
    assert stored(visitor) == ["Typed into the night."]


def test_a_session_that_ended_keeps_the_text_until_one_is_signed_in_again(visitor: Visitor) -> None:
    visitor.sign_in(wanted=PAGE)
    visitor.page.fill(BOX, "Typed before.")
    sign_out_everybody(visitor)
    visitor.page.get_by_role("button", name="Save").click()
    state(visitor, "Not saved: you are signed out.")
    assert visitor.page.get_by_role("link", name="Sign in in a new tab").is_visible()
    picture(visitor, "signed-out")
    assert visitor.violations() == []
    visitor.sign_in(wanted=PAGE)
    assert visitor.page.input_value(BOX) == "Typed before."
    state(visitor, "version 1.")
    assert stored(visitor) == ["Typed before."]


def test_what_one_person_typed_is_never_saved_as_anothers(visitor: Visitor) -> None:
    visitor.sign_in(wanted=PAGE)
    visitor.page.fill(BOX, "By Ada.")
    other = visitor.page.context.new_page()
    mine, visitor.page = visitor.page, other
    visitor.sign_in("bob", PAGE)
    assert other.input_value(BOX) == ""
    visitor.page = mine
    mine.get_by_role("button", name="Save").click()
    state(visitor, "Somebody else is signed in now.")
    assert stored(visitor) == []
    other.close()


def test_two_tabs_lose_nothing_and_the_later_one_shows_what_differs(visitor: Visitor) -> None:
    visitor.sign_in(wanted=PAGE)
    first = visitor.page
    visitor.page = first.context.new_page()
    visitor.open(PAGE)
    visitor.page.fill(BOX, "Kept.\nFrom the second tab.")
    visitor.page.get_by_role("button", name="Save").click()
    state(visitor, "version 1.")
    visitor.page = first
    first.fill(BOX, "Kept.\nFrom the first tab.")
    first.get_by_role("button", name="Save").click()
    first.get_by_text("version 1 was saved from another tab or device").wait_for()
    picture(visitor, "two-tabs")
    assert visitor.faults() == []
    first.get_by_role("link", name="See what differs, and choose").click()
    first.get_by_text("only in version 1").wait_for()
    picture(visitor, "differs")
    assert visitor.faults() == []
    first.get_by_role("button", name="Use this text again").click()
    state(visitor, "version 3.")
    assert [text.splitlines()[1] for text in stored(visitor)] == [
        "From the second tab.",
        "From the first tab.",
        "From the second tab.",
    ]


def test_a_kept_text_beside_a_newer_version_is_offered_and_not_sent(visitor: Visitor) -> None:
    page = visitor.page
    visitor.sign_in(wanted=PAGE)
    visitor.site.away = True
    page.fill(BOX, "Kept here.")
    state(visitor, "Not saved: no connection")
    visitor.site.school.explain(PROBLEM, "Saved elsewhere.")
    page.reload()
    page.get_by_text("since then another version was saved").wait_for()
    visitor.site.away = False
    assert page.input_value(BOX) == "Saved elsewhere."
    page.get_by_text("Show it").click()
    picture(visitor, "kept")
    assert visitor.faults() == []
    page.get_by_role("button", name="Go on with that text").click()
    assert page.input_value(BOX) == "Kept here."
    page.get_by_role("button", name="Save").click()
    state(visitor, "version 2.")
    page.reload()
    assert not page.locator("#kept").is_visible()
    assert stored(visitor) == ["Saved elsewhere.", "Kept here."]


def test_the_room_that_is_left_is_said_before_it_ends(visitor: Visitor) -> None:
    visitor.sign_in(wanted=PAGE)
    room = visitor.page.locator("#room")
    visitor.page.fill(BOX, "x" * 18_000)
    assert room.inner_text() == ""
    visitor.page.fill(BOX, "x" * 18_001)
    assert room.inner_text() == "1,999 characters left."
    visitor.page.fill(BOX, "\U0001f600" * 20_003)
    assert room.inner_text() == "3 characters too many: it can’t be saved like this."
    state(visitor, "Not saved: it is too long.")
    visitor.page.get_by_role("button", name="Save").click()
    state(visitor, "this one has 20,003")
    visitor.page.fill(BOX, "\U0001f600" * 20_000)
    visitor.page.get_by_role("button", name="Save").click()
    state(visitor, "version 1.")
    assert stored(visitor) == ["\U0001f600" * 20_000]


def test_the_keyboard_alone_is_enough(visitor: Visitor) -> None:
    page = visitor.page
    visitor.sign_in(wanted=PAGE)
    press_until(page, "Tab", BOX)
    page.keyboard.type("Typed by keyboard.")
    page.keyboard.press("Control+s")
    state(visitor, "version 1.")
    page.keyboard.type(" More.")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Save"
    page.keyboard.press("Enter")
    state(visitor, "version 2.")
    press_until(page, "Tab", "#versions li:last-child a")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Your explanation, version 1").wait_for()
    press_until(page, "Tab", "button[name=again]")
    page.keyboard.press("Enter")
    state(visitor, "version 3.")


def press_until(page: Page, key: str, selector: str) -> None:
    for _ in range(40):
        page.keyboard.press(key)
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} can't be reached")


def test_every_state_of_the_pages_fits_and_is_accessible(visitor: Visitor) -> None:
    page = visitor.page
    visitor.sign_in(wanted=PAGE)
    picture(visitor, "empty")
    assert visitor.faults() == []
    page.fill(BOX, TEXT)
    page.get_by_role("button", name="Save").click()
    state(visitor, "version 1.")
    page.locator("#shown math").first.wait_for()
    picture(visitor, "written")
    assert visitor.faults() == []
    for number in range(1, 8):
        saved = visitor.site.school.explain(PROBLEM, f"{TEXT}\n{number}\n{'w' * 300}", number)
        assert saved.status_code == 201
    change_policy(
        visitor.site.school,
        lambda each: replace(each, due=datetime.now(UTC) - timedelta(hours=2)),
    )
    visitor.open(PAGE)
    page.get_by_text("It is past the due time").wait_for()
    page.get_by_text("3 earlier versions").click()
    picture(visitor, "late")
    assert visitor.faults() == []
    visitor.open(f"{PAGE}/3")
    picture(visitor, "old")
    assert visitor.faults() == []
    visitor.open(f"/{PROBLEM}")
    picture(visitor, "problem")
    assert visitor.faults() == []
    change_policy(
        visitor.site.school,
        lambda each: replace(
            each,
            due=datetime.now(UTC) - timedelta(hours=2),
            closes=datetime.now(UTC) - timedelta(hours=1),
        ),
    )
    visitor.open(PAGE)
    page.get_by_text("It can be read, and not changed any more.").wait_for()
    assert page.locator(BOX).count() == 0
    picture(visitor, "closed")
    assert visitor.faults() == []
    visitor.sign_in("tia", "/staff/students/ada")
    picture(visitor, "staff-student")
    assert visitor.faults() == []
    page.get_by_role("link", name="Logistic Regression: Ancestry").click()
    page.get_by_role("heading", name="Explanation by Ada").wait_for()
    picture(visitor, "staff")
    assert visitor.faults() == []
    page.get_by_role("link", name="Version 2").click()
    page.get_by_text("only in version 2").wait_for()
    assert visitor.faults() == []
