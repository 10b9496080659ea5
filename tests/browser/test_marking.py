"""Marking in a real browser: by keyboard alone, and kept through what goes wrong."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page
from sqlalchemy import delete

from grader.db.models import BrowserSession
from grader.db.session import transaction
from grader.services.explanations.rubrics import Wanted, add_item
from tests.browser.conftest import Visitor
from tests.browser.keyboard import focused, ready, tab_to
from tests.browser.test_explanation import picture
from tests.web.test_marking import HERE, PROBLEM, at, enrol, marks, write

pytestmark = pytest.mark.needs("chromium")

TEXT = "The biggest weight is $\\theta_1$.\n\n```python\nprint(theta)\n```\n\nIt matters **most**."
WITH_AND_WITHOUT = pytest.mark.parametrize(
    "visitor", [True, False], indirect=True, ids=["scripts", "no-scripts"]
)
RUBRIC = f"/staff/marking/{PROBLEM}/rubric"


def prepare(visitor: Visitor, *items: tuple[str, str]) -> None:
    """Ada and Bob have written; the rubric has these items."""
    school = visitor.site.school
    write(school, "ada", "bob", text=TEXT)
    with transaction(school.engine) as session:
        for words, points in items:
            wanted = Wanted(PROBLEM, words, points)
            add_item(session, wanted=wanted, actor="ina", now=datetime.now(UTC))


def stored(visitor: Visitor) -> list[tuple[set[int], str]]:
    found = sorted(marks(visitor.site.school), key=lambda mark: mark.at)
    return [(set(mark.items), mark.comment) for mark in found]


def arrive(page: Page, words: str) -> None:
    page.get_by_role("heading", name=words, exact=True).wait_for()


def sum_is(page: Page, points: str) -> None:
    page.locator("#sum").get_by_text(points, exact=True).wait_for()


def test_two_explanations_are_marked_by_the_keyboard_alone(visitor: Visitor) -> None:
    prepare(visitor, ("Names the weight", "3"), ("Says why", "2.5"))
    enrol(visitor.site.school, "cleo")
    page, keys = visitor.page, visitor.page.keyboard
    visitor.sign_in("tia", HERE)
    tab_to(page, "a[href$='/marking/pset7/ancestry']")
    keys.press("Enter")
    page.locator("#show-keys").wait_for()
    ready(page)
    keys.press("?")
    page.get_by_role("heading", name="Keys").wait_for()
    keys.press("Escape")
    keys.press("1")
    sum_is(page, "3")
    keys.press("2")
    sum_is(page, "5")
    keys.press("1")
    sum_is(page, "2.5")
    assert "Names the weight" in page.evaluate(
        "document.activeElement.closest('label').textContent"
    )
    keys.press("a")
    keys.type("Takes it for a cause")
    keys.press("Tab")
    keys.type("-1")
    keys.press("Enter")
    page.get_by_text("“Takes it for a cause” is in the rubric now.").wait_for()
    sum_is(page, "2.5")
    ready(page)
    keys.press("3")
    sum_is(page, "1.5")
    keys.press("c")
    keys.type("1 point more for a *reason*.")
    keys.press("Control+Enter")
    page.get_by_text("Back to the one before").wait_for()
    assert stored(visitor) == [({2, 3}, "1 point more for a *reason*.")]
    ready(page)
    keys.press("3")
    keys.press("1")
    sum_is(page, "2")
    keys.press("Control+Enter")
    page.get_by_text("1 explanation left.").wait_for()
    assert stored(visitor)[1] == ({1, 3}, "")
    ready(page)
    keys.press("c")
    keys.type("np12?")
    assert page.locator("#comment").input_value() == "np12?"
    keys.press("Escape")
    assert focused(page) != "np12?"
    keys.press("Control+Enter")
    arrive(page, "Marking explanations")
    page.get_by_text("Nothing waits in Logistic Regression: Ancestry").wait_for()


def test_the_ways_forth_and_back_have_keys_and_all_single_keys_can_be_switched_off(
    visitor: Visitor,
) -> None:
    prepare(visitor, ("Names the weight", "3"))
    page, keys = visitor.page, visitor.page.keyboard
    first, second = sorted(at(visitor.site.school, who) for who in ("ada", "bob"))
    visitor.sign_in("tia", first)
    ready(page)
    keys.press("n")
    page.wait_for_url(f"**{second}")
    ready(page)
    keys.press("p")
    page.wait_for_url(f"**{first}")
    page.get_by_role("button", name="Keys: press ?").click()
    page.get_by_label("Single keys do this").uncheck()
    page.get_by_role("button", name="Close").click()
    keys.press("1")
    keys.press("n")
    visitor.open(first)
    ready(page)
    keys.press("1")
    assert not page.get_by_label("Names the weight").is_checked()
    keys.press("Control+Enter")
    page.get_by_text("Choose what applies, or write a comment").wait_for()


@WITH_AND_WITHOUT
def test_from_the_queue_to_the_student_s_page(visitor: Visitor) -> None:
    prepare(visitor, ("Names the weight", "3"), ("Says why", "1"))
    page, school = visitor.page, visitor.site.school
    visitor.sign_in("tia", HERE)
    page.get_by_role("link", name="Mark next of Logistic Regression: Ancestry").click()
    page.get_by_label("Names the weight").check()
    page.get_by_text("Add an item", exact=True).click()
    page.get_by_label("What it says").fill("Has code")
    page.get_by_label("Points").fill("0.5")
    page.get_by_role("button", name="Add the item").click()
    page.get_by_text("is in the rubric now. Tick it if it applies here too.").wait_for()
    assert not page.get_by_label("Has code").is_checked()
    page.get_by_label("Has code").check()
    assert page.get_by_label("Names the weight").is_checked()
    page.get_by_label("Comment").fill("Good: $\\theta_1$.")
    page.get_by_role("button", name="Save and next").click()
    page.get_by_text("Back to the one before").wait_for()
    page.get_by_label("Says why").check()
    page.get_by_role("button", name="Save and next").click()
    arrive(page, "Marking explanations")

    visitor.open(RUBRIC)
    page.locator("#item-1 summary").click()
    page.locator("#points-1").fill("4")
    page.locator("#item-1").get_by_role("button", name="Change it").click()
    page.get_by_role("heading", name="Change this item?").wait_for()
    page.get_by_role("button", name="Change it for 1 mark").click()
    page.get_by_text("Saved.").wait_for()

    marked = next(each for each in marks(school) if 3 in each.items)
    who = next(name for name in ("ada", "bob") if school.ids[name] == marked.person_id)
    visitor.sign_in(who, f"/{PROBLEM}/explanation")
    assert page.get_by_text("Marked").count() == 0
    visitor.sign_in("ina", HERE)
    page.get_by_text("Release to students").click()
    page.get_by_role("button", name="Yes, show").click()
    page.get_by_role("heading", name="Students see the marks").wait_for()
    visitor.sign_in(who, f"/{PROBLEM}/explanation")
    arrive(page, "Marked: 4.5 of 5 points")
    assert page.locator(".own-mark math").count() == 1
    page.get_by_role("link", name="Grades").click()
    page.get_by_role("link", name="How it was marked").click()
    page.get_by_text("does not apply").wait_for()


def test_what_was_typed_outlives_the_session_and_the_page(visitor: Visitor) -> None:
    prepare(visitor, ("Names the weight", "3"), ("Says why", "1"))
    page, school = visitor.page, visitor.site.school
    here = at(school, "ada")
    visitor.sign_in("tia", here)
    page.get_by_label("Says why").check()
    page.get_by_label("Comment").fill("Half a")
    page.get_by_text("Not saved yet; this browser keeps it.").wait_for()
    visitor.open(here)  # As by a link, or after a crash.
    assert page.get_by_label("Says why").is_checked()
    assert page.get_by_label("Comment").input_value() == "Half a"
    with transaction(school.engine) as session:
        session.execute(delete(BrowserSession))
    page.get_by_label("Comment").fill("Half a comment")
    page.get_by_role("button", name="Save", exact=True).click()
    arrive(page, "Please sign in")
    assert page.locator("textarea").input_value() == "Half a comment"
    visitor.sign_in_again("tia")
    visitor.open(here)
    assert page.get_by_label("Says why").is_checked()
    assert page.get_by_label("Comment").input_value() == "Half a comment"
    visitor.site.away = True
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("away").wait_for()
    visitor.site.away = False
    visitor.open(here)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Saved.").wait_for()
    assert stored(visitor) == [({2}, "Half a comment")]
    assert page.evaluate("Object.keys(localStorage)") == []


def test_of_two_graders_the_second_reads_the_first_and_keeps_their_own(visitor: Visitor) -> None:
    prepare(visitor, ("Names the weight", "3"), ("Says why", "1"))
    page, school = visitor.page, visitor.site.school
    here = at(school, "ada")
    visitor.sign_in("tia", here)
    page.get_by_label("Names the weight").check()
    page.get_by_label("Comment").fill("Mine")
    other = Visitor(page.context.new_page(), visitor.site, visitor.complaints)
    other.sign_in("ina", here)
    other.page.get_by_label("Comment").fill("Theirs")
    other.page.get_by_role("button", name="Save", exact=True).click()
    other.page.get_by_text("Saved.").wait_for()
    visitor.sign_in_again("tia")
    visitor.open(here)  # The stored mark is in the form, and what was typed is offered.
    assert page.get_by_label("Comment").input_value() == "Theirs"
    page.get_by_role("button", name="Go on with what you had").click()
    assert page.get_by_label("Comment").input_value() == "Mine"
    assert page.get_by_label("Names the weight").is_checked()
    other.sign_in_again("ina")
    other.page.get_by_label("Comment").fill("Theirs again")
    other.page.get_by_role("button", name="Save", exact=True).click()
    other.page.get_by_text("Saved.").wait_for()
    visitor.sign_in_again("tia")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Somebody else has marked this explanation meanwhile").wait_for()
    page.get_by_text("Theirs again").wait_for()
    assert page.get_by_label("Comment").input_value() == "Mine"
    visitor.open(here)  # It was read, so what was typed goes on by itself.
    assert page.get_by_label("Comment").input_value() == "Mine"
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Saved.").wait_for()
    assert [mark.comment for mark in marks(school)] == ["Mine"]


def test_every_page_fits_and_is_accessible(visitor: Visitor) -> None:
    page, school = visitor.page, visitor.site.school
    visitor.sign_in("ina", HERE)
    assert visitor.faults() == []
    visitor.open(RUBRIC)
    assert visitor.faults() == []
    prepare(visitor, ("Names the weight, and says what the model does with it", "3"), ("So", "-1"))
    here = at(school, "ada")
    visitor.open(here)
    assert visitor.faults() == []
    page.keyboard.press("?")
    assert visitor.faults() == []
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    page.get_by_text("Add an item", exact=True).click()
    page.get_by_label("Comment").fill("Good: $\\theta_1$.")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Saved.").wait_for()
    write(school, "ada", text="Another *text*", based_on=1)
    visitor.open(here)
    page.get_by_text("Changed since it was marked.").wait_for()
    assert visitor.faults() == []
    picture(visitor, "marking-changed")
    page.get_by_label("Comment").fill("")
    page.get_by_text("Add an item", exact=True).click()
    page.get_by_role("button", name="Add the item").press("Enter")
    page.get_by_text("Say in at most").wait_for()
    assert visitor.faults() == []
    visitor.open(HERE)
    assert visitor.faults() == []
    picture(visitor, "marking-queue")
    page.get_by_text("Release to students").click()
    assert visitor.faults() == []
    page.get_by_role("button", name="Yes, show 1 mark").click()
    page.get_by_role("heading", name="Students see the marks").wait_for()
    assert visitor.faults() == []
    visitor.open(RUBRIC)
    page.locator("#item-1 summary").click()
    page.locator("#points-1").fill("1")
    page.locator("#item-1").get_by_role("button", name="Change it").click()
    page.get_by_role("heading", name="Change this item?").wait_for()
    assert visitor.faults() == []
    for path in (f"/{PROBLEM}/explanation", "/grades"):
        visitor.sign_in("ada", path)
        page.get_by_text("applies").first.wait_for()
        assert visitor.faults() == []
        picture(visitor, path.rpartition("/")[2])
