"""A student's evening in a real browser: with and without scripts, by keyboard, narrow and dark."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, Route
from sqlalchemy import delete

from grader.db.models import ActiveKey, BrowserSession
from grader.db.session import transaction
from grader.services.people.signin_links import make_signin_link
from grader.services.regrades import regrading
from tests.browser.conftest import Visitor
from tests.browser.keyboard import focused, ready, tab_to
from tests.support.classroom import add_key, make_key

pytestmark = pytest.mark.needs("chromium")

ANCESTRY = "/pset7/ancestry"
PART = "pset7/ancestry/a"
LAST_FREE = 5
WITHOUT_SCRIPTS = pytest.mark.parametrize("visitor", [False], indirect=True, ids=["no-scripts"])
WITH_AND_WITHOUT = pytest.mark.parametrize(
    "visitor", [True, False], indirect=True, ids=["scripts", "no-scripts"]
)


def link(visitor: Visitor, who: str = "ada") -> str:
    """A fresh link, as an operator makes one."""
    with transaction(visitor.site.school.engine) as session:
        made = make_signin_link(
            session,
            login_or_email=who,
            now=datetime.now(UTC),
            lifetime=timedelta(hours=1),
            limited=False,
        )
    assert made is not None
    return f"/signin/{made[1]}"


@WITH_AND_WITHOUT
def test_the_evening_from_the_link_to_the_right_answer(visitor: Visitor) -> None:
    page, right = visitor.page, visitor.site.school.expected(PART)
    visitor.open(ANCESTRY)
    page.get_by_label("SUNet login or email address").fill("ada")
    page.get_by_role("button", name="Send me a link").click()
    page.get_by_text("If you are on the roster").wait_for()

    visitor.open(f"{link(visitor)}?next={ANCESTRY}")
    page.get_by_role("button", name="Sign in as ada").click()
    page.get_by_role("heading", name="Logistic Regression: Ancestry").wait_for()
    assert page.locator("math").count() > 10

    visitor.check("a", "0,5")
    visitor.expect("a", "Can’t read this as a number")
    assert page.input_value("#answer-a") == "0,5"
    assert page.get_attribute("#answer-a", "aria-invalid") == "true"

    visitor.check("a", "0.5")
    visitor.expect("a", "Not correct yet")
    assert page.get_attribute("#answer-a", "aria-invalid") is None
    page.locator("#echo-a b").get_by_text("one decimal; five are asked.").wait_for()

    visitor.check("a", right)
    visitor.expect("a", "Correct")
    assert page.locator("#state-a").inner_text() == "correct"
    assert page.locator("#progress").inner_text() == "1 of 2 parts correct"

    page.locator("#history-a summary").click()
    assert page.locator("#history-a li").count() == 2
    assert page.locator("#history-a li").first.locator(".num").first.inner_text() == right
    page.reload()
    visitor.expect("a", "Correct")
    assert page.input_value("#answer-a") == right

    page.get_by_role("link", name="Pset 7: Machine Learning").click()
    assert "5 of 10 points" in page.locator(".problems > li").nth(1).inner_text()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in").wait_for()
    visitor.open(ANCESTRY)
    page.get_by_role("heading", name="Sign in").wait_for()
    assert visitor.site.school.stored() == 2


@WITH_AND_WITHOUT
def test_enter_in_a_box_checks_it(visitor: Visitor) -> None:
    visitor.sign_in()
    visitor.page.fill("#answer-b", "0.25")
    visitor.page.press("#answer-b", "Enter")
    visitor.expect("b", "Not correct yet")
    assert visitor.page.locator("#result-a").inner_text() == ""
    assert visitor.site.school.stored() == 1


def test_with_scripts_enter_leaves_the_other_boxes_alone(visitor: Visitor) -> None:
    visitor.sign_in()
    visitor.page.fill("#answer-a", "0.1")
    visitor.page.fill("#answer-b", "0.2")
    visitor.page.press("#answer-b", "Enter")
    visitor.expect("b", "Not correct yet")
    assert visitor.page.input_value("#answer-a") == "0.1"
    assert visitor.site.school.stored() == 1


@WITHOUT_SCRIPTS
def test_without_scripts_no_typed_text_is_lost(visitor: Visitor) -> None:
    visitor.sign_in()
    visitor.page.fill("#answer-a", "1.2")
    visitor.check("b", "0,7")
    visitor.expect("b", "Can’t read this as a number")
    assert visitor.page.input_value("#answer-a") == "1.2"
    assert visitor.page.input_value("#answer-b") == "0,7"


def test_the_keyboard_alone_is_enough(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open(f"{link(visitor)}?next={ANCESTRY}")
    tab_to(page, "button:has-text('Sign in as ada')")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Ancestry").wait_for()
    ready(page)
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the content"
    page.keyboard.press("Enter")
    tab_to(page, "#answer-a")
    page.keyboard.type("0.5")
    page.keyboard.press("Enter")
    visitor.expect("a", "Not correct yet")
    assert page.evaluate("document.activeElement.id") == "answer-a"
    page.keyboard.press("Control+A")
    page.keyboard.type("0,5")
    page.keyboard.press("Tab")
    assert focused(page) == "Check part a"
    page.keyboard.press("Space")
    visitor.expect("a", "Can’t read this as a number")
    tab_to(page, "#history-a summary")
    page.keyboard.press("Enter")
    page.locator("#history-a li").first.wait_for()
    tab_to(page, "button[value=b]")


def test_the_verdict_is_put_where_screen_readers_listen_already(visitor: Visitor) -> None:
    visitor.sign_in()
    page = visitor.page
    region = page.query_selector("#result-a[role=status]")
    field = page.query_selector("#answer-a")
    assert region is not None
    assert field is not None
    visitor.check("a", "0.5")
    visitor.expect("a", "Not correct yet")
    assert region.evaluate("e => e.isConnected && e.textContent.includes('Not correct yet')")
    assert field.evaluate("e => e.isConnected")


def test_what_is_typed_while_a_check_is_under_way_stays(visitor: Visitor) -> None:
    visitor.sign_in()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    visitor.page.route("**/ancestry", hold)
    visitor.check("a", "0.5")
    visitor.page.fill("#answer-a", "0.51")
    visitor.page.fill("#answer-b", "0.7")
    visitor.page.locator(".htmx-request").wait_for()
    held[0].continue_()
    visitor.expect("a", "Not correct yet")
    assert visitor.page.input_value("#answer-a") == "0.51"
    assert visitor.page.input_value("#answer-b") == "0.7"


def test_an_open_history_stays_open_and_grows(visitor: Visitor) -> None:
    visitor.sign_in()
    visitor.check("a", "0.1")
    visitor.expect("a", "Not correct yet")
    visitor.page.click("#history-a summary")
    visitor.check("a", "0.2")
    visitor.page.locator("#history-a summary", has_text="2 attempts").wait_for()
    assert visitor.page.locator("#history-a details").get_attribute("open") is not None
    assert visitor.page.locator("#history-a li").count() == 2


def test_with_the_server_away_the_page_says_so_and_the_next_press_counts_once(
    visitor: Visitor,
) -> None:
    visitor.sign_in()
    visitor.site.stop()
    visitor.check("a", "0.5")
    visitor.expect("a", "Not received yet")
    assert visitor.page.input_value("#answer-a") == "0.5"
    visitor.site.start()
    visitor.check("a", "0.5")
    visitor.expect("a", "Not correct yet")
    assert visitor.site.school.stored() == 1


def test_a_session_that_ended_meanwhile_loses_nothing(visitor: Visitor) -> None:
    visitor.sign_in()
    with transaction(visitor.site.school.engine) as session:
        session.execute(delete(BrowserSession))
    visitor.check("a", "0.5")
    visitor.expect("a", "You are signed out")
    assert visitor.page.input_value("#answer-a") == "0.5"
    with visitor.page.context.expect_page() as opened:
        visitor.page.get_by_role("link", name="Sign in in a new tab").click()
    opened.value.goto(visitor.site.address + link(visitor))
    opened.value.get_by_role("button", name="Sign in as ada").click()
    opened.value.wait_for_selector("h1:has-text('Probability')")
    visitor.page.click("#part-a button[name=check]")
    visitor.expect("a", "Not correct yet")


def test_going_back_to_an_earlier_page_another_answer_can_be_sent(visitor: Visitor) -> None:
    visitor.sign_in()
    visitor.check("a", "0.5")
    visitor.expect("a", "Not correct yet")
    visitor.open("/pset7")
    visitor.page.go_back()
    visitor.check("a", "0.6")
    visitor.page.locator("#history-a summary", has_text="2 attempts").wait_for()
    assert visitor.site.school.stored() == 2


def test_a_pause_counts_down_without_being_read_aloud_each_second(visitor: Visitor) -> None:
    visitor.sign_in()
    for number in range(5):
        visitor.check("a", f"0.{number}")
        visitor.page.locator("#history-a summary", has_text=f"{number + 1} attempt").wait_for()
    left = visitor.page.locator("#result-a time[data-relative]")
    first = left.inner_text()
    left.filter(has_not_text=first).wait_for()
    assert left.get_attribute("aria-live") == "off"
    visitor.check("a", "0.9")
    visitor.expect("a", "A short pause")


def test_nothing_moves_while_the_page_loads(visitor: Visitor) -> None:
    visitor.sign_in()
    visitor.page.wait_for_timeout(500)
    moved = visitor.page.evaluate(
        "new Promise(done => new PerformanceObserver(list => done(list.getEntries()"
        ".reduce((sum, entry) => sum + entry.value, 0))).observe({type: 'layout-shift', buffered: true})"
        " || setTimeout(done, 500, 0))"
    )
    assert moved < 0.01


@WITH_AND_WITHOUT
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_scrolls_inside_a_page_of_many_parts_and_each_box_can_be_reached(
    visitor: Visitor, width: int
) -> None:
    page = visitor.page
    page.set_viewport_size({"width": width, "height": 700})
    many_parts(visitor)
    scrolling = page.evaluate(
        "[...document.querySelectorAll('body *')].filter(e => e.scrollHeight > e.clientHeight + 1"
        " && /auto|scroll/.test(getComputedStyle(e).overflowY)).map(e => e.className)"
    )
    assert scrolling == []
    for part in "aedbc":
        page.focus(f"#answer-{part}")
        assert in_view(page, f"#answer-{part}")


def test_answers_that_fit_stay_beside_the_statement_and_do_not_jump_when_they_grow(
    visitor: Visitor,
) -> None:
    page = visitor.page
    page.set_viewport_size({"width": 1280, "height": 620})
    visitor.sign_in()
    page.evaluate("scrollTo(0, 600)")
    assert in_view(page, ".panel")
    before = top(page)
    visitor.check("b", "0.5")
    visitor.expect("b", "Not correct yet")
    page.wait_for_timeout(100)
    assert page.locator(".panel").evaluate("e => e.offsetHeight") > 620
    assert abs(top(page) - before) <= 1
    page.focus("#answer-a")
    assert in_view(page, "#answer-a")
    page.evaluate("scrollTo(0, 0)")
    assert top(page) > before


def in_view(page: Page, selector: str) -> bool:
    whole: bool = page.locator(selector).evaluate(
        "e => (r => r.top >= 0 && r.bottom <= innerHeight)(e.getBoundingClientRect())"
    )
    return whole


def top(page: Page) -> float:
    place: float = page.locator(".panel").evaluate("e => e.getBoundingClientRect().top")
    return place


def fresh(visitor: Visitor) -> None:
    visitor.sign_in()


def unreadable(visitor: Visitor) -> None:
    visitor.sign_in()
    visitor.check("a", "0,5")
    visitor.expect("a", "Can’t read this as a number")


def wrong_and_right(visitor: Visitor) -> None:
    visitor.sign_in()
    visitor.check("a", "0.5")
    visitor.expect("a", "Not correct yet")
    visitor.check("a", visitor.site.school.expected(PART))
    visitor.expect("a", "Correct")
    visitor.check("b", "0." + "1" * 60)
    visitor.expect("b", "Not correct yet")
    for part in "ab":
        visitor.page.click(f"#history-{part} summary")


def paused(visitor: Visitor) -> None:
    visitor.sign_in()
    for number in range(6):
        visitor.check("a", f"0.{number}")
        heading = "A short pause" if number == LAST_FREE else "Not correct yet"
        visitor.expect("a", heading)
        visitor.page.locator(".htmx-request").wait_for(state="detached")


def away(visitor: Visitor) -> None:
    visitor.sign_in()
    visitor.site.stop()
    visitor.check("a", "0.5")
    visitor.expect("a", "Not received yet")


def typed(visitor: Visitor) -> None:
    visitor.sign_in()
    visitor.page.fill("#answer-a", "-0.4683")
    visitor.page.fill("#answer-b", "0,4683")
    visitor.page.locator("#echo-b", has_text="It has a comma").wait_for()


def checked_elsewhere(visitor: Visitor) -> None:
    visitor.sign_in()
    other = visitor.page.context.new_page()
    other.goto(visitor.site.address + ANCESTRY)
    other.fill("#answer-a", "0.5")
    other.click("#part-a button[name=check]")
    visitor.page.locator("#result-a", has_text="Checked in another tab").wait_for()


def overdue(visitor: Visitor) -> None:
    visitor.sign_in()
    visitor.page.evaluate(
        "document.querySelector('[data-appears]').dataset.appears = new Date(0).toISOString()"
    )
    visitor.page.locator("[data-appears]").first.wait_for()


def many_parts(visitor: Visitor) -> None:
    visitor.sign_in(wanted="/pset7/decision_tree_entropy")


def long_formulas(visitor: Visitor) -> None:
    visitor.sign_in(wanted="/pset7/logistic_regression")


def assignment(visitor: Visitor) -> None:
    visitor.site.school.submit(PART, "0.5")
    visitor.sign_in(wanted="/pset7")


def preparing(visitor: Visitor) -> None:
    with transaction(visitor.site.school.engine) as session:
        session.execute(delete(ActiveKey))
    visitor.sign_in()


def grades(visitor: Visitor) -> None:
    """With a right answer, a wrong one, and a regrade that made the right one of it."""
    school = visitor.site.school
    for part, answer in (("a", "0.5"), ("b", "0.25")):
        assert school.submit(f"pset7/ancestry/{part}", answer).status_code == 201
    problem = school.catalog.course.problem("pset7/ancestry")
    assert problem is not None
    with transaction(school.engine) as session:
        values = {"pset7/ancestry/a": "0.5", "pset7/ancestry/b": "2"}
        add_key(session, make_key(problem.slug, values))
        moment = datetime.now(UTC)
        plan = regrading.plan(session, course=school.catalog.course, problem=problem, now=moment)
        regrading.apply(session, plan_id=plan.id, reason="wrong", actor="ina", now=moment)
    visitor.sign_in(wanted="/grades")
    visitor.page.get_by_text("your points of the parts went from 0 points to").wait_for()


def asked_again(visitor: Visitor, who: str = "ada") -> None:
    """With a request that waits, after pressing the button as a person does."""
    assert visitor.site.school.submit(PART, "0.5", who=who).status_code == 201
    visitor.sign_in(who, "/grades")
    visitor.page.get_by_role("link", name="Ask for a regrade").click()
    visitor.page.get_by_label("What should be looked at again").fill("It is right.\n" + "x" * 90)
    visitor.page.get_by_role("button", name="Send the request").click()
    visitor.page.get_by_text("Not answered yet.").wait_for()


def asking_again(visitor: Visitor) -> None:
    """With a reason that was refused: it is blank, which the browser's own check lets pass."""
    assert visitor.site.school.submit(PART, "0.5").status_code == 201
    visitor.sign_in(wanted=f"/requests/{PART}")
    visitor.page.get_by_label("What should be looked at again").fill(" ")
    visitor.page.get_by_role("button", name="Send the request").click()
    visitor.page.get_by_text("what you typed is still here").wait_for()


def answering(visitor: Visitor) -> None:
    """The staff's queue with one request that waits and one that was answered by its form."""
    asked_again(visitor)
    asked_again(visitor, "bob")
    visitor.sign_in("tia", "/staff/requests")
    first = visitor.page.locator("article").first
    first.get_by_label("the grade stays").check()
    first.get_by_label("What you found").fill("We solved it again.")
    first.get_by_role("button", name="Send the answer").click()
    visitor.page.get_by_role("heading", name="Answered").wait_for()
    visitor.page.get_by_text("Answer again").click()


def gradebook(visitor: Visitor) -> None:
    visitor.sign_in("tia", "/staff/pset7")


def common_answers(visitor: Visitor) -> None:
    for answer in ("0.12345", "-1234567.12345"):
        assert visitor.site.school.submit("pset7/ancestry/a", answer).status_code == 201
    visitor.sign_in("tia", "/staff/pset7/ancestry")
    for summary in visitor.page.locator(".behind summary").all():
        summary.click()


def one_student(visitor: Visitor) -> None:
    assert visitor.site.school.submit("pset7/ancestry/a", "-1234567.12345").status_code == 201
    visitor.sign_in("tia", "/staff/students/ada")


def asking(visitor: Visitor) -> None:
    visitor.open("/signin")


def asked(visitor: Visitor) -> None:
    visitor.open("/signin")
    visitor.page.fill("#login", "ada")
    visitor.page.get_by_role("button", name="Send me a link").click()


def link_opened(visitor: Visitor) -> None:
    visitor.open(link(visitor))


def link_dead(visitor: Visitor) -> None:
    visitor.open("/signin/unknown")


def not_found(visitor: Visitor) -> None:
    visitor.sign_in(wanted="/nowhere")


def expired_form(visitor: Visitor) -> None:
    visitor.sign_in()
    visitor.page.context.clear_cookies(name="form")
    visitor.page.fill("#answer-a", "0.5")
    visitor.page.evaluate("document.querySelector('form[data-answers]').submit()")
    visitor.page.get_by_text("What you typed is still here").wait_for()


@pytest.mark.parametrize(
    "state",
    [
        fresh,
        typed,
        checked_elsewhere,
        overdue,
        unreadable,
        wrong_and_right,
        paused,
        away,
        many_parts,
        long_formulas,
        assignment,
        preparing,
        grades,
        asking_again,
        asked_again,
        answering,
        gradebook,
        common_answers,
        one_student,
        asking,
        asked,
        link_opened,
        link_dead,
        not_found,
        expired_form,
    ],
)
def test_every_page_in_every_state_fits_and_is_accessible(
    visitor: Visitor, state: Callable[[Visitor], None]
) -> None:
    state(visitor)
    assert visitor.faults() == []
