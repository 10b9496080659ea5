"""Releasing and reading solutions in a real browser, with and without scripts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.browser.conftest import Visitor
from tests.web.in_force import change_policy

pytestmark = pytest.mark.needs("chromium")

PROBLEMS = ["logistic_regression", "ancestry", "calibration", "decision_tree_entropy"]


def end(visitor: Visitor) -> None:
    """Let all work on the assignment be over."""
    over = datetime.now(UTC) - timedelta(seconds=1)
    change_policy(visitor.site.school, lambda it: replace(it, closes=over))


@pytest.mark.parametrize("visitor", [True, False], indirect=True, ids=["scripts", "no-scripts"])
def test_staff_release_solutions_and_withdraw_them(visitor: Visitor) -> None:
    page = visitor.page
    visitor.sign_in("ina", "/staff/pset7/ancestry")
    page.get_by_role("link", name="The solution").click()
    page.get_by_text("Work can still count or be handed in until").wait_for()
    assert page.get_by_role("button", name="Release").count() == 0
    end(visitor)
    page.reload()
    page.get_by_role("button", name="Release to students").click()
    page.get_by_text("Students see this.").wait_for()

    visitor.sign_in("ada", "/pset7/ancestry")
    page.get_by_role("link", name="The solution").click()
    page.get_by_role("heading", name="Compare the weights").wait_for()
    assert page.get_by_role("img", name="Weights of the features").count() == 1

    visitor.sign_in("ina", "/staff/pset7/calibration/solution")
    page.get_by_role("button", name="Withdraw").click()
    page.get_by_text("Only staff see this.").wait_for()
    visitor.sign_in("ada", "/pset7/ancestry")
    assert page.get_by_role("link", name="The solution").count() == 0


def clipped(visitor: Visitor) -> list[str]:
    """The words of drawings that reach over the drawing's card."""
    found: list[str] = visitor.page.evaluate(
        "[...document.querySelectorAll('.drawing text')].filter(word => {"
        "  const [own, card] = [word, word.closest('.figure__drawing')].map(e => e.getBoundingClientRect());"
        "  return own.left < card.left || own.right > card.right || own.top < card.top"
        "    || own.bottom > card.bottom;"
        "}).map(word => word.textContent)"
    )
    return found


def overlapping(visitor: Visitor) -> list[str]:
    """Pairs of words that are written over each other in a drawing."""
    found: list[str] = visitor.page.evaluate(
        "[...document.querySelectorAll('.drawing')].flatMap(drawing => {"
        "  const words = [...drawing.querySelectorAll('text')]"
        "    .map(word => [word, word.getBoundingClientRect()]);"
        "  return words.flatMap(([one, a], i) => words.slice(i + 1).filter(([other, b]) =>"
        "    a.left < b.right && b.left < a.right && a.top + 2 < b.bottom && b.top + 2 < a.bottom"
        "  ).map(([other]) => `${one.textContent} and ${other.textContent}`));"
        "})"
    )
    return found


@pytest.mark.parametrize("name", PROBLEMS)
def test_a_solution_fits_and_is_accessible(visitor: Visitor, name: str) -> None:
    visitor.sign_in("ina", f"/staff/pset7/{name}/solution")
    assert visitor.faults() == []
    end(visitor)
    visitor.page.reload()
    visitor.page.get_by_role("button", name="Release to students").click()
    visitor.page.get_by_text("Students see this.").wait_for()
    assert visitor.faults() == []
    visitor.sign_in("ada", f"/pset7/{name}")
    visitor.page.get_by_role("link", name="The solution").click()
    visitor.page.get_by_text("Solution · Pset 7").wait_for()
    assert visitor.faults() == []
    for width in (1280, 768, 390, 320):
        visitor.page.set_viewport_size({"width": width, "height": 900})
        visitor.page.wait_for_timeout(100)
        assert (clipped(visitor), overlapping(visitor), visitor.overflow()) == ([], [], 0), width
