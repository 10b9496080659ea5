"""The whole evening, from the link to the receipt: wide and narrow, light and dark, by keyboard alone."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Visitor
from tests.browser.keyboard import tab_to
from tests.browser.test_student_evening import ANCESTRY, PART, link

pytestmark = pytest.mark.needs("chromium")

TEXT = "I trained $\\theta$ for all of the steps.\n\n```python\nprint(theta)\n```"


@pytest.mark.parametrize(
    ("visitor", "width", "scheme"),
    [(True, 1280, "light"), (True, 390, "dark"), (False, 390, "light"), (False, 1280, "dark")],
    indirect=["visitor"],
    ids=["scripts wide", "scripts narrow", "no-scripts narrow", "no-scripts wide"],
)
def test_from_the_link_to_the_receipt(
    visitor: Visitor, width: int, scheme: str, tmp_path: Path
) -> None:
    page, right = visitor.page, visitor.site.school.expected(PART)
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")

    visitor.open(f"{link(visitor)}?next=/pset7")
    seen(visitor)
    page.get_by_role("button", name="Sign in as ada").click()
    page.get_by_role("heading", name="Pset 7").wait_for()
    seen(visitor)
    page.get_by_role("link", name="Logistic Regression: Ancestry").click()
    page.get_by_role("heading", name="Logistic Regression: Ancestry").wait_for()
    for typed, heading in (
        ("0,5", "Can’t read this as a number"),
        ("0.5", "Not correct yet"),
        (right, "Correct"),
    ):
        visitor.check("a", typed)
        visitor.expect("a", heading)
    seen(visitor)

    page.get_by_role("link", name="Write your explanation").click()
    page.locator("textarea").fill(TEXT)
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator("math").first.wait_for()
    visitor.open(f"{ANCESTRY}/explanation")
    assert page.locator("textarea").input_value() == TEXT
    seen(visitor)

    visitor.open(ANCESTRY)
    page.locator("#history-a summary").click()
    page.get_by_role("link", name="Receipt 2").click()
    page.get_by_text("Nothing was altered since it was signed").wait_for()
    seen(visitor)
    with page.expect_download() as download:
        page.locator("main a[download]").first.click()
    file = tmp_path / "receipt.json"
    download.value.save_as(file)
    visitor.open("/receipts/check")
    page.get_by_label("A file of receipts").set_input_files(file)
    page.get_by_role("button", name="Check", exact=True).click()
    page.get_by_text("Sound", exact=True).wait_for()
    seen(visitor)

    visitor.open("/grades")
    page.get_by_text("Attempt 2 counts").wait_for()
    seen(visitor)
    page.get_by_role("link", name="Ask for a regrade").click()
    page.get_by_role("heading", name="Your explanation").wait_for()
    page.get_by_label("What should be looked at again").fill("The code is there too.")
    page.get_by_role("button", name="Send the request").click()
    page.get_by_text("Not answered yet.").wait_for()
    seen(visitor)
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in").wait_for()
    assert visitor.complaints == []


def seen(visitor: Visitor) -> None:
    """The page is no wider than the window, and with scripts axe finds nothing on it."""
    assert not visitor.overflow(), visitor.page.url
    if visitor.page.evaluate("typeof globalThis.say === 'function'"):
        assert visitor.violations() == [], visitor.page.url


def test_by_the_keyboard_alone(visitor: Visitor) -> None:
    assert visitor.site.school.submit("pset7/ancestry/b", "0.5").status_code == 201
    page, right = visitor.page, visitor.site.school.expected(PART)
    visitor.open(f"{link(visitor)}?next={ANCESTRY}")
    press(page, "button:has-text('Sign in as ada')")
    page.get_by_role("heading", name="Ancestry").wait_for()
    tab_to(page, "#answer-a")
    page.keyboard.type(right)
    page.keyboard.press("Enter")
    visitor.expect("a", "Correct")
    press(page, "#history-a summary")
    press(page, "#history-a a")
    page.get_by_text("Nothing was altered since it was signed").wait_for()
    with page.expect_download() as download:
        press(page, "main a[download]")
    assert download.value.suggested_filename.endswith(".json")
    press(page, "a[href='/grades']")
    page.get_by_text("Attempt 1 counts").wait_for()
    press(page, "a[href='/requests/pset7/ancestry/b']")
    page.get_by_role("heading", name="Part (b)").wait_for()
    tab_to(page, "#reason")
    page.keyboard.type("Why?")
    press(page, "main button")
    page.get_by_text("Not answered yet.").wait_for()
    page.reload()
    press(page, "form[action$=signout] button")
    page.get_by_role("heading", name="Sign in").wait_for()


def press(page: Page, selector: str) -> None:
    tab_to(page, selector)
    page.keyboard.press("Enter")
