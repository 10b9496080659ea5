"""A person who uses the keyboard alone."""

import re

from playwright.sync_api import Page

DRAWN = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done())))"
"""Waits until the page has been laid out, and its scripts have heard of its size."""


def ready(page: Page) -> None:
    """Wait as a person does: a browser drops the keys that come before a new page is first drawn."""
    page.wait_for_load_state()  # Scripts come last, and a press before them would leave the page.
    page.evaluate(DRAWN)


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus; ``:has-text`` is for the reader of the test."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate(
            "s => document.activeElement.matches(s)", re.sub(r":has-text.*", "", selector)
        ):
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


def focused(page: Page) -> str:
    """The words of what has the focus."""
    text: str = page.evaluate("document.activeElement.textContent")
    return " ".join(text.split())
