"""Nothing typed is lost: no line, no server, a session ended, somebody else, two tabs, the back button."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Dialog, Page, Route
from sqlalchemy import delete

from grader.db.models import BrowserSession, Submission
from grader.db.session import reading, transaction
from grader.services.answers.arriving import Arrival
from tests.browser.conftest import Visitor
from tests.browser.test_student_evening import ANCESTRY, PART, link
from tests.support.answering import submit

pytestmark = pytest.mark.needs("chromium")

KEPT = "Object.keys(localStorage).filter(key => key.startsWith('grader.')).map(key => key.split('.')[2])"


def kept(page: Page) -> list[str]:
    """What kinds of things this browser keeps: drafts, answers that wait, marks of those answered."""
    found: list[str] = page.evaluate(KEPT)
    return sorted(set(found) - {"answered"})


def sign_in_again(page: Page, visitor: Visitor, who: str = "ada", wanted: str = ANCESTRY) -> None:
    page.goto(f"{visitor.site.address}{link(visitor, who)}?next={wanted}")
    page.get_by_role("button", name=f"Sign in as {who}").click()
    page.get_by_role("heading", name="Ancestry").wait_for()


def press(page: Page, part: str = "a") -> None:
    page.click(f"#part-{part} button[name=check]")


def expect(page: Page, heading: str, part: str = "a") -> None:
    page.locator(f"#result-{part} b").get_by_text(heading, exact=True).wait_for()


@pytest.fixture
def offline(visitor: Visitor) -> Iterator[BrowserContext]:
    """The browser, on the problem's page and without a line."""
    visitor.sign_in()
    visitor.page.context.set_offline(True)
    yield visitor.page.context
    visitor.page.context.set_offline(False)


def test_an_answer_pressed_offline_waits_and_is_sent_when_the_line_is_back(
    visitor: Visitor, offline: BrowserContext
) -> None:
    visitor.check("a", "0.5")
    visitor.expect("a", "Not received yet")
    said = visitor.page.locator("#result-a").inner_text()
    assert "0.5 is kept in this browser and sent again by itself" in " ".join(said.split())
    assert "The time of its arrival counts" in said
    assert visitor.page.locator("#state-a").inner_text() == "not tried"
    assert visitor.site.school.stored() == 0
    before = datetime.now(UTC)
    offline.set_offline(False)
    visitor.expect("a", "Not correct yet")
    assert visitor.site.school.stored() == 1
    with reading(visitor.site.school.engine) as session:
        arrived = session.query(Submission.submitted_at).scalar()
    assert before <= arrived <= datetime.now(UTC)
    assert kept(visitor.page) == []


def test_what_is_typed_after_the_press_is_not_what_is_sent(
    visitor: Visitor, offline: BrowserContext
) -> None:
    visitor.check("a", "0.5")
    visitor.expect("a", "Not received yet")
    visitor.page.fill("#answer-a", "0.75")
    offline.set_offline(False)
    visitor.expect("a", "Not correct yet")
    assert "Read as 0.5." in visitor.page.locator("#result-a").inner_text()
    assert visitor.page.input_value("#answer-a") == "0.75"
    visitor.page.reload()
    assert visitor.page.input_value("#answer-a") == "0.75"


def test_a_waiting_answer_survives_a_reload_and_a_server_that_was_away(visitor: Visitor) -> None:
    visitor.sign_in()
    held: list[Route] = []

    def lost(route: Route) -> None:
        if route.request.method == "POST":
            held.append(route)
            route.abort()
        else:
            route.continue_()

    visitor.page.route("**/ancestry", lost)
    visitor.check("a", "0.5")
    visitor.expect("a", "Not received yet")
    visitor.page.unroute("**/ancestry")
    visitor.page.reload()
    visitor.expect("a", "Not correct yet")
    assert visitor.site.school.stored() == len(held) == 1
    visitor.page.reload()
    assert visitor.site.school.stored() == 1


def test_an_answer_whose_reply_was_lost_is_not_counted_twice(visitor: Visitor) -> None:
    visitor.sign_in()

    def lose_the_reply(route: Route) -> None:
        if route.request.method == "POST":
            route.fetch()
            route.abort()
        else:
            route.continue_()

    visitor.page.route("**/ancestry", lose_the_reply)
    visitor.check("a", "0.5")
    visitor.expect("a", "Not received yet")
    visitor.page.unroute("**/ancestry")
    visitor.expect("a", "Not correct yet")
    assert visitor.site.school.stored() == 1
    assert "Attempt 1." in visitor.page.locator("#result-a").inner_text()


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_refusal_that_passes_is_tried_again_after_the_time_that_it_names(
    visitor: Visitor, status: int
) -> None:
    visitor.sign_in()
    tried: list[datetime] = []

    def busy_once(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        tried.append(datetime.now(UTC))
        if len(tried) == 1:
            route.fulfill(status=status, body="busy", headers={"Retry-After": "4"})
        else:
            route.continue_()

    visitor.page.route("**/ancestry", busy_once)
    visitor.check("a", "0.5")
    visitor.expect("a", "Not received yet")
    visitor.expect("a", "Not correct yet")
    assert tried[1] - tried[0] >= timedelta(seconds=4)
    assert visitor.site.school.stored() == 1


def test_another_page_in_the_way_is_no_answer(visitor: Visitor) -> None:
    visitor.sign_in()
    visitor.page.route(
        "**/ancestry",
        lambda route: (
            route.fulfill(body="<p>Welcome to our hotel</p>", content_type="text/html")
            if route.request.method == "POST"
            else route.continue_()
        ),
    )
    visitor.check("a", "0.5")
    visitor.expect("a", "Not received yet")
    assert kept(visitor.page) == ["draft", "pending"]


def test_what_was_typed_and_not_checked_is_there_after_a_reload_and_the_back_button(
    visitor: Visitor,
) -> None:
    page = visitor.page
    visitor.sign_in()
    page.fill("#answer-a", "0,5")
    page.fill("#answer-b", "0.25")
    page.reload()
    assert [page.input_value(f"#answer-{part}") for part in "ab"] == ["0,5", "0.25"]
    page.locator("#echo-a", has_text="It has a comma; use a point: 0.5").wait_for()
    visitor.open("/pset7")
    page.go_back()
    assert [page.input_value(f"#answer-{part}") for part in "ab"] == ["0,5", "0.25"]
    visitor.check("b", "0.25")
    visitor.expect("b", "Not correct yet")
    assert kept(page) == ["draft"]
    page.fill("#answer-a", "")
    assert kept(page) == []


def test_a_session_that_ended_brings_back_to_the_problem_with_the_text_and_sends_it(
    visitor: Visitor,
) -> None:
    page = visitor.page
    visitor.sign_in()
    page.fill("#answer-b", "0.7")
    with transaction(visitor.site.school.engine) as session:
        session.execute(delete(BrowserSession))
    visitor.check("a", "0.5")
    visitor.expect("a", "You are signed out")
    address = page.get_by_role("link", name="Sign in in a new tab").get_attribute("href")
    assert address == f"/signin?next={ANCESTRY}"
    other = page.context.new_page()
    sign_in_again(other, visitor)
    expect(other, "Not correct yet")
    assert other.input_value("#answer-b") == "0.7"
    assert visitor.site.school.stored() == 1
    visitor.expect("a", "Not correct yet")
    assert page.input_value("#answer-a") == "0.5"


def test_another_person_on_this_browser_sees_and_sends_nothing_of_the_first(
    visitor: Visitor,
) -> None:
    page = visitor.page
    visitor.sign_in()
    page.fill("#answer-a", "0.5")
    page.fill("#answer-b", "0.7")
    other = page.context.new_page()
    sign_in_again(other, visitor, "bob")
    assert [other.input_value(f"#answer-{part}") for part in "ab"] == ["", ""]
    press(page)
    visitor.expect("a", "You are signed out")
    assert "somebody else is signed in" in page.locator("#result-a").inner_text()
    other.reload()
    other.wait_for_timeout(500)
    assert visitor.site.school.stored() == 0
    sign_in_again(other, visitor, "ada")
    expect(other, "Not correct yet")
    assert other.input_value("#answer-b") == "0.7"


def test_signing_out_leaves_nothing_in_the_browser_and_asks_before_it_discards_an_answer(
    visitor: Visitor,
) -> None:
    page = visitor.page
    visitor.sign_in()
    page.fill("#answer-b", "0.7")
    visitor.site.stop()
    visitor.check("a", "0.5")
    visitor.expect("a", "Not received yet")
    asked: list[str] = []

    def refuse(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.once("dialog", refuse)
    page.get_by_role("button", name="Sign out").click()
    assert len(asked) == 1
    assert asked[0].startswith("An answer of yours was not received yet.")
    assert kept(page) == ["draft", "pending"]
    visitor.site.start()
    visitor.expect("a", "Not correct yet")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in").wait_for()
    assert page.evaluate("localStorage.length") == 0


def test_another_tab_s_verdict_is_told_and_what_is_typed_here_stays(visitor: Visitor) -> None:
    visitor.sign_in()
    visitor.page.fill("#answer-a", "0.5")
    other = visitor.page.context.new_page()
    other.goto(visitor.site.address + ANCESTRY)
    other.fill("#answer-a", visitor.site.school.expected(PART))
    press(other)
    expect(other, "Correct")
    visitor.page.locator("#result-a", has_text="Checked in another tab or window.").wait_for()
    visitor.expect("a", "Correct")
    assert visitor.page.locator("#state-a").inner_text() == "correct"
    assert visitor.page.locator("#progress").inner_text() == "1 of 2 parts correct"
    assert visitor.page.input_value("#answer-a") == "0.5"
    press(visitor.page)
    visitor.expect("a", "Not correct")
    assert visitor.page.locator("#state-a").inner_text() == "correct"
    assert visitor.site.school.stored() == 2


def test_a_page_taken_out_of_the_browser_s_store_shows_what_came_meanwhile(
    visitor: Visitor,
) -> None:
    visitor.sign_in()
    visitor.page.fill("#answer-a", "0.75")
    assert visitor.site.school.submit(PART, "0.5").status_code == 201
    visitor.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    visitor.expect("a", "Not correct yet")
    assert visitor.page.input_value("#answer-a") == "0.75"
    visitor.check("a", "0.75")
    visitor.page.locator("#history-a summary", has_text="2 attempts").wait_for()


def test_when_the_pause_is_over_the_same_page_takes_the_next_answer(visitor: Visitor) -> None:
    school, now = visitor.site.school, datetime.now(UTC)
    for number in range(6):
        # The sixth wrong answer comes half a minute and a bit after the fifth, and makes the pause a minute.
        moment = now - timedelta(seconds=95 if number < 5 else 56)
        arrival = Arrival(
            person_id=school.ids["ada"],
            part=PART,
            text=f"0.{number}",
            source="form",
            idempotency_key=None,
            now=moment + timedelta(milliseconds=number),
        )
        submit(school.engine, course=school.catalog.course, signer=school.signer, arrival=arrival)
    visitor.sign_in()
    pause = visitor.page.locator("#result-a", has_text="The next attempt is taken in")
    pause.wait_for()
    visitor.page.locator("#result-a", has_text="The next attempt is taken now").wait_for()
    heard = visitor.page.locator("main > [aria-live=polite]").inner_text()
    assert heard == "The next attempt at this part is taken now."
    visitor.check("a", "0.91")
    visitor.page.locator("#history-a summary", has_text="7 attempts").wait_for()


def test_a_due_time_that_passes_while_the_page_is_open_is_told(visitor: Visitor) -> None:
    visitor.sign_in()
    said = visitor.page.locator("#timing > p:visible")
    assert said.inner_text() == "Submitting now is on time. You have 4 late days left."
    visitor.page.evaluate(
        "document.querySelectorAll('[data-appears]')[1].dataset.appears ="
        " new Date(Date.now() + 1500).toISOString()"
    )
    said.get_by_text("The due time has passed.").wait_for()
    assert said.count() == 1
    assert "Submitting now uses 1 of your 4 late days if it raises your score." in said.inner_text()
    heard = visitor.page.locator("main > [aria-live=polite]").inner_text()
    assert "The due time has passed" in heard
