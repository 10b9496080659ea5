"""The overview and the what-if in a real browser, with and without scripts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from grader.domain.grammar import canonical
from tests.browser.conftest import Visitor
from tests.browser.test_solutions import clipped, overlapping
from tests.web.in_force import change_policy

pytestmark = pytest.mark.needs("chromium")

PART = "pset7/ancestry/a"
OVERVIEW = "/staff/overview/pset7"
WHAT_IF = "/staff/what-if/pset7/ancestry?part=a"


def answers(visitor: Visitor) -> None:
    school = visitor.site.school
    right = Decimal(school.expected(PART))
    for who, beside in (("ada", "0.00003"), ("ada", "0.0004"), ("bob", "0.00003"), ("bob", "0")):
        answer = canonical(round(right + Decimal(beside), 6))
        assert school.submit(PART, answer, who=who).status_code == 201


def due_in(visitor: Visitor, **length: float) -> None:
    due = datetime.now(UTC) + timedelta(**length)
    change_policy(visitor.site.school, lambda it: replace(it, due=due))


@pytest.mark.parametrize("visitor", [True, False], indirect=True, ids=["scripts", "no-scripts"])
def test_staff_choose_a_section_and_look_again_while_the_deadline_passes(visitor: Visitor) -> None:
    page = visitor.page
    due_in(visitor, minutes=20)
    visitor.sign_in("tia", OVERVIEW)
    page.get_by_text("Nothing has been submitted yet.").wait_for()
    answers(visitor)
    page.get_by_role("link", name="Look again now").click()
    page.get_by_role("img", name="Submissions to all parts").wait_for()
    page.get_by_label("Section").select_option("Mon 1:30")
    page.get_by_role("button", name="Show").click()
    page.get_by_text("2 students in Mon 1:30").wait_for()
    page.locator('#now a[href="/staff/pset7/ancestry#part-a"]').first.click()
    page.get_by_role("heading", name="(a)").first.wait_for()


def test_the_page_asks_again_by_itself_and_says_nothing(visitor: Visitor) -> None:
    page = visitor.page
    due_in(visitor, minutes=20)
    page.clock.install()
    visitor.sign_in("tia", OVERVIEW)
    page.get_by_text("Nothing has been submitted yet.").wait_for()
    answers(visitor)
    page.clock.fast_forward(31_000)
    page.get_by_role("img", name="Submissions to all parts").wait_for()
    assert page.locator("#now [aria-live]:not([aria-live=off]), #now [role=status]").count() == 0


ENDS = """(cells) => [...document.querySelectorAll(cells)].map((cell) => {
  const walk = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  while (walk.nextNode() && !walk.currentNode.textContent.trim());
  const range = document.createRange();
  range.selectNodeContents(walk.currentNode);
  return range.getBoundingClientRect().right;
})"""
"""Where the words or the number in each of some cells end."""


@pytest.mark.parametrize(
    ("path", "cells"),
    [
        (OVERVIEW, ".overview tr > :nth-child(2).measured"),
        (OVERVIEW, ".tally tr > :nth-child(2).measured"),
        ("/staff/pset7", ".book tr > .num:nth-last-child(2)"),
        ("/staff/pset7", ".book tr > .num:last-child"),
    ],
)
def test_a_heading_ends_where_its_numbers_do(visitor: Visitor, path: str, cells: str) -> None:
    answers(visitor)
    visitor.sign_in("tia", path)
    ends = visitor.page.evaluate(ENDS, cells)
    assert len(ends) > 1
    assert max(ends) - min(ends) < 1


@pytest.mark.parametrize("visitor", [True, False], indirect=True, ids=["scripts", "no-scripts"])
def test_another_tolerance_is_tried(visitor: Visitor) -> None:
    page = visitor.page
    answers(visitor)
    visitor.sign_in("tia", WHAT_IF)
    page.get_by_text("no verdict would change").wait_for()
    page.get_by_label("Tolerance", exact=True).select_option("0.00005")
    show = page.get_by_role("button", name="Show")
    if show.is_visible():
        show.click()
    page.get_by_text("2 verdicts would change").wait_for()
    assert page.get_by_label("Tolerance", exact=True).input_value() == "0.00005"


def test_the_slider_moves_the_list_and_the_keyboard_moves_the_slider(visitor: Visitor) -> None:
    page = visitor.page
    answers(visitor)
    visitor.sign_in("tia", WHAT_IF)
    slider = page.get_by_role("slider", name="Narrower or wider")
    assert slider.get_attribute("aria-valuetext") == "0.00001 (the key’s)"
    slider.focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    page.get_by_text("2 verdicts would change").wait_for()
    assert page.get_by_label("Tolerance", exact=True).input_value() == "0.00005"
    assert slider.get_attribute("aria-valuetext") == "0.00005"
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.get_by_text("3 verdicts would change").wait_for()


@pytest.mark.parametrize(
    "path", [OVERVIEW, f"{WHAT_IF}&tolerance=0.001", "/staff/overview/lecture_deep_learning"]
)
def test_the_pages_fit_and_can_be_read_by_everybody(visitor: Visitor, path: str) -> None:
    visitor.sign_in("tia", path)
    assert visitor.faults() == []
    answers(visitor)
    due_in(visitor, minutes=-20)
    visitor.page.reload()
    assert visitor.faults() == []
    for width in (1280, 768, 390, 320):
        visitor.page.set_viewport_size({"width": width, "height": 900})
        visitor.page.wait_for_timeout(100)
        assert (clipped(visitor), overlapping(visitor), visitor.overflow()) == ([], [], 0), width
