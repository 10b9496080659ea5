"""What a student is told of due times and late days, in a real browser: before, in and after all of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from grader.db.session import transaction
from grader.services.policies.extending import grant
from tests.browser.conftest import Visitor
from tests.web.in_force import change_policy

pytestmark = pytest.mark.needs("chromium")

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
STATES: list[tuple[timedelta, dict[str, Any], str]] = [
    (-2 * DAY, {}, "Submitting now is on time. You have 4 late days left."),
    (HOUR, {"grace_seconds": 7200}, "submitting still counts as on time"),
    (
        HOUR,
        {},
        "Submitting now uses 1 of your 4 late days if it raises your score. 3 will be left.",
    ),
    (3.5 * DAY, {"penalty_percent": 10}, "submitting now takes 20 % off a part’s points"),
    (3.5 * DAY, {}, "submitting now is stored and checked, but gives no points."),
    (4 * DAY, {"closed": HOUR}, "no more answers are taken."),
]


def put_due(visitor: Visitor, after: timedelta, changes: dict[str, Any]) -> datetime:
    """Publish a policy that was due this long ago."""
    now = datetime.now(UTC)
    closed = {"closes": now - changes["closed"]} if "closed" in changes else {"closes": None}
    others = {name: value for name, value in changes.items() if name != "closed"}
    due = now - after
    change_policy(visitor.site.school, lambda one: replace(one, due=due, **closed, **others))
    return due


def give(visitor: Visitor, until: datetime) -> None:
    with transaction(visitor.site.school.engine) as session:
        grant(
            session,
            login="ada",
            assignment="pset7",
            until=until,
            reason="ill",
            actor="cli:ina",
            now=datetime.now(UTC),
        )


@pytest.mark.parametrize(("after", "changes", "told"), STATES)
def test_the_page_says_what_submitting_means_and_axe_finds_nothing(
    visitor: Visitor, after: timedelta, changes: dict[str, Any], told: str
) -> None:
    put_due(visitor, after, changes)
    visitor.sign_in()
    assert told in visitor.page.locator("#timing > p:visible").inner_text()
    assert visitor.faults() == []
    visitor.open("/pset7")
    visitor.page.get_by_text(told).wait_for()
    assert visitor.faults() == []


def test_an_extension_is_named_and_axe_finds_nothing(visitor: Visitor) -> None:
    due = put_due(visitor, HOUR, {})
    give(visitor, due + 3 * DAY)
    visitor.sign_in()
    assert "by your extension" in visitor.page.locator(".kicker").inner_text()
    assert "on time" in visitor.page.locator("#timing > p:visible").inner_text()
    assert visitor.faults() == []
    visitor.open("/pset7")
    visitor.page.get_by_text("You have an extension until").wait_for()
    assert visitor.faults() == []


def test_a_due_time_is_told_in_the_course_s_zone_and_the_reader_s(visitor: Visitor) -> None:
    due = datetime(2026, 11, 29, 7, 59, tzinfo=UTC)
    change_policy(visitor.site.school, lambda one: replace(one, due=due, closes=None))
    visitor.sign_in()
    kicker = visitor.page.locator(".kicker").inner_text()
    assert "Sat 28 Nov, 11:59 pm PST (8:59 am on Sun 29 Nov where you are)" in kicker


@pytest.mark.parametrize("visitor", [False], indirect=True, ids=["no-scripts"])
def test_without_scripts_a_press_after_the_due_time_says_that_it_was_late_and_what_it_cost(
    visitor: Visitor,
) -> None:
    put_due(visitor, -HOUR, {})
    visitor.sign_in()
    assert "where you are" not in visitor.page.locator(".kicker").inner_text()
    assert "on time" in visitor.page.locator("#timing > p:visible").inner_text()
    put_due(visitor, HOUR, {})
    visitor.check("a", visitor.site.school.expected("pset7/ancestry/a"))
    visitor.expect("a", "Correct")
    assert "1 h late, used 1 late day" in visitor.page.locator("#result-a").inner_text().replace(
        " 0 min", ""
    )
    assert "You have 3 late days left." in visitor.page.locator("#timing").inner_text()


def test_a_late_answer_renews_what_the_next_one_would_cost(visitor: Visitor) -> None:
    put_due(visitor, HOUR, {})
    visitor.sign_in()
    visitor.check("a", visitor.site.school.expected("pset7/ancestry/a"))
    visitor.expect("a", "Correct")
    said = visitor.page.locator("#timing > p:visible")
    said.get_by_text("Submitting now uses no further late day").wait_for()
    assert said.count() == 1
