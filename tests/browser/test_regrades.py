"""From an odd group of answers to a regrade and back, in a real browser, with and without scripts."""

from datetime import UTC, datetime

import pytest

from grader.db.session import transaction
from grader.services.regrades.jobs import start_apply
from tests.browser.conftest import Visitor

pytestmark = pytest.mark.needs("chromium")

A, ODD = "pset7/ancestry/a", "0.123456"
PROBLEM = "/staff/pset7/ancestry"


def answer(visitor: Visitor) -> None:
    for who in ("ada", "bob"):
        assert visitor.site.school.submit(A, ODD, who=who).status_code == 201


def open_forms(visitor: Visitor) -> None:
    visitor.open(PROBLEM)
    visitor.page.get_by_role("link", name="What to do with this answer").first.click()
    visitor.page.get_by_role("heading", name="What to do with this answer").wait_for()


@pytest.mark.parametrize("visitor", [True, False], indirect=True, ids=["scripts", "no-scripts"])
def test_a_value_is_accepted_regraded_and_taken_back(visitor: Visitor) -> None:
    page = visitor.page
    answer(visitor)
    visitor.sign_in("tia", PROBLEM)
    open_forms(visitor)
    form = page.locator(".drafting form").first
    assert form.get_by_label("Value").input_value() == ODD
    form.get_by_label("Reason").fill("Two ways lead there")
    form.get_by_role("button").click()
    page.get_by_role("heading", name="Regrade plan 1").wait_for()
    page.get_by_text("2 students gain points.").wait_for()
    assert page.get_by_label("Reason").input_value() == "Two ways lead there"
    page.get_by_role("button", name="Apply plan 1").click()
    page.get_by_role("heading", name="Regrade run 1").wait_for()

    visitor.sign_in("ada", "/grades")
    page.get_by_text("from 0 to 5").or_(page.get_by_text("5 of 50")).first.wait_for()
    visitor.sign_in("ada", "/pset7/ancestry")
    page.locator("#state-a").get_by_text("correct", exact=True).wait_for()

    visitor.sign_in("ina", "/staff/regrades/runs/1")
    page.get_by_label("Reason").fill("Only one way does")
    page.get_by_role("button", name="Undo run 1").click()
    page.get_by_text("version 1 grades again").wait_for()
    visitor.sign_in("ada", "/pset7/ancestry")
    page.locator("#state-a").get_by_text("not correct").wait_for()


def test_every_page_is_in_order_wide_and_narrow_light_and_dark(visitor: Visitor) -> None:
    page = visitor.page
    answer(visitor)
    visitor.sign_in("tia", "/staff/regrades")
    assert visitor.faults() == []
    visitor.open(PROBLEM)
    assert visitor.faults() == []
    page.emulate_media(media="print")
    assert not page.get_by_role("link", name="What to do with this answer").first.is_visible()
    page.emulate_media(media="screen")
    open_forms(visitor)
    assert visitor.faults() == []
    form = page.locator(".drafting form").nth(1)
    form.get_by_label("Words for students").fill(f"It is {visitor.site.school.expected(A)[:9]}")
    form.get_by_label("Reason").fill("Why not")
    form.get_by_role("button").click()
    page.get_by_text("the words contain a value that counts as correct").wait_for()
    assert visitor.faults() == []
    form = page.locator(".drafting form").first
    form.get_by_label("Value").fill(ODD)
    form.get_by_label("Reason").fill("Two ways lead there")
    form.get_by_role("button").click()
    page.get_by_role("heading", name="Regrade plan 1").wait_for()
    assert visitor.faults() == []
    visitor.open("/staff/regrades")
    page.get_by_text("Put version 2 aside").click()
    assert visitor.faults() == []
    visitor.open(PROBLEM)
    page.get_by_text("Version 2 of the key waits").wait_for()
    assert visitor.faults() == []
    visitor.open("/staff/regrades/plans/1")
    page.get_by_role("button", name="Apply plan 1").click()
    page.get_by_role("heading", name="Regrade run 1").wait_for()
    assert visitor.faults() == []


def test_the_progress_of_a_regrade_is_followed_until_it_is_cancelled(visitor: Visitor) -> None:
    page, school = visitor.page, visitor.site.school
    answer(visitor)
    visitor.sign_in("tia", PROBLEM)
    open_forms(visitor)
    form = page.locator(".drafting form").first
    form.get_by_label("Reason").fill("Two ways lead there")
    form.get_by_role("button").click()
    page.get_by_role("heading", name="Regrade plan 1").wait_for()
    with transaction(school.engine) as session:
        start_apply(session, plan_id=1, reason="x", actor="ina", now=datetime.now(UTC))
    visitor.open("/staff/regrades/jobs/1")
    page.get_by_text("of 2 answers are graded").wait_for()
    assert visitor.faults() == []
    cancel = page.get_by_role("button", name="Cancel it")
    cancel.focus()
    with page.expect_response("**/jobs/1"):
        pass
    page.wait_for_timeout(300)
    # What is asked for again and again takes nobody's place on the page away.
    assert cancel.evaluate("it => it === document.activeElement")
    second = page.context.new_page()
    second.goto(f"{visitor.site.address}/staff/regrades/jobs/1")
    second.get_by_role("button", name="Cancel it").click()
    second.get_by_text("Cancelled by tia").wait_for()
    second.close()
    page.get_by_text("Cancelled by tia").wait_for()
