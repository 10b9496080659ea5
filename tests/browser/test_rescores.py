"""Other rules are planned, applied and taken back in a real browser, with and without scripts."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from pydantic import SecretStr

from grader.db.session import transaction
from grader.domain.decisions import Decider
from grader.services.overrides.overriding import override
from grader.services.policies.publishing import publish_policy
from tests.browser.conftest import Visitor
from tests.support.post_office import open_post_office

pytestmark = pytest.mark.needs("chromium")

A, REGRADES = "pset7/ancestry/a", "/staff/regrades"


def publish(visitor: Visitor) -> None:
    """Students have answered, and newer rules give less for a part, and another penalty."""
    school = visitor.site.school
    for who in ("ada", "bob"):
        assert school.submit(A, school.expected(A), who=who).status_code == 201
    course, now = school.catalog.course, datetime.now(UTC)
    assignment = course.assignments[0]
    problems = tuple(
        replace(each, parts=(replace(each.parts[0], points=Decimal(3)), *each.parts[1:]))
        if each.slug == "pset7/ancestry"
        else each
        for each in assignment.problems
    )
    changed = replace(assignment, problems=problems, penalty_percent=25, grace_seconds=60)
    with transaction(school.engine) as session:
        by = Decider("ina", None, "as agreed", now)
        override(session, course=course, login="bob", about=A, points=Decimal(4), by=by, seen=None)
        publish_policy(session, course=course, assignment=changed, actor="op", now=now)


@pytest.mark.parametrize("visitor", [True, False], indirect=True, ids=["scripts", "no-scripts"])
def test_rules_are_planned_applied_told_and_taken_back(visitor: Visitor) -> None:
    page = visitor.page
    publish(visitor)
    visitor.sign_in("tia", REGRADES)
    page.get_by_role("button", name="Plan the rescore").click()
    page.get_by_role("heading", name="Rescore plan 1").wait_for()
    page.get_by_label("Show").select_option("down")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Ada").wait_for()
    page.get_by_label("Reason").fill("Agreed with the class")
    page.get_by_role("button", name="Apply plan 1").click()
    page.get_by_role("heading", name="Rescore run 1").wait_for()

    visitor.sign_in("ada", "/pset7")
    page.get_by_text("your score went from 5 of 50 to 3 of 48").wait_for()

    visitor.sign_in("ina", "/staff/rescores/runs/1")
    page.get_by_label("Reason").fill("Another term")
    page.get_by_role("button", name="Undo run 1").click()
    page.get_by_text("version 1 of the rules holds again").wait_for()
    visitor.sign_in("ada", "/grades")
    page.get_by_text("were changed back: your score went from 3 of 48 to 5 of 50").wait_for()


def test_students_are_told_by_mail_once_the_text_was_read(visitor: Visitor) -> None:
    page, school = visitor.page, visitor.site.school
    publish(visitor)
    rescore(visitor)
    with open_post_office() as office:
        state = school.app.extensions["grader"]
        changed = state.settings.model_copy(update={"smtp_url": SecretStr(office.url)})
        school.app.extensions["grader"] = replace(state, settings=changed)
        visitor.open("/staff/rescores/runs/1")
        page.get_by_text("What Ada would get").wait_for()
        assert visitor.faults() == []
        office.refuse["bob@example.edu"] = 550
        page.get_by_role("button", name="Send to 2 students").click()
        page.get_by_text("could not be reached").wait_for()
        assert visitor.faults() == []
        assert "ada@example.edu" in office.told
        office.refuse.clear()
        page.get_by_role("button", name="Send to 1 student").click()
        page.get_by_text("could not be reached").wait_for(state="detached")
        assert office.told.count("bob@example.edu") == 1
        visitor.open("/staff/told/rescore/1")
        assert visitor.faults() == []


def rescore(visitor: Visitor) -> None:
    visitor.sign_in("tia", REGRADES)
    visitor.page.get_by_role("button", name="Plan the rescore").click()
    visitor.page.get_by_label("Reason").fill("x")
    visitor.page.get_by_role("button", name="Apply plan 1").click()
    visitor.page.get_by_role("heading", name="Rescore run 1").wait_for()


def test_every_page_is_in_order_wide_and_narrow_light_and_dark(visitor: Visitor) -> None:
    page = visitor.page
    publish(visitor)
    visitor.sign_in("tia", REGRADES)
    assert visitor.faults() == []
    page.get_by_role("button", name="Plan the rescore").click()
    page.get_by_role("heading", name="Rescore plan 1").wait_for()
    assert visitor.faults() == []
    page.get_by_label("Reason").fill("x")
    page.get_by_role("button", name="Apply plan 1").click()
    page.get_by_role("heading", name="Rescore run 1").wait_for()
    assert visitor.faults() == []
    visitor.open("/staff/rescores/plans/1")
    assert visitor.faults() == []
    visitor.open(REGRADES)
    assert visitor.faults() == []
    visitor.sign_in("ada", "/pset7")
    assert visitor.faults() == []
    visitor.open("/grades")
    assert visitor.faults() == []
