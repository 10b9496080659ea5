"""A person who uses the keyboard alone."""

import re

from playwright.sync_api import Page


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
