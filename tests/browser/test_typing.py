"""While one types: the line under the box reads as the server does, and says nothing about right or wrong."""

import pytest
from playwright.sync_api import Page, Request

from grader.domain.number import read_number
from tests.browser.conftest import Visitor
from tests.domain.test_number import READABLE, UNREADABLE
from tests.web.test_grammar_document import told_by_the_server

pytestmark = pytest.mark.needs("chromium")

# A box of one line takes no line breaks, and neither a text without end nor half a character can be typed.
TYPED = [
    text
    for text in [*(row[0] for row in READABLE), *(each for some in UNREADABLE.values() for each in some)]
    if len(text) <= 200 and text.isascii() | (not any("\ud800" <= c <= "\udfff" for c in text))
    and not set(text) & {"\n", "\r"}
]  # fmt: skip


def echo(page: Page, part: str = "a") -> str:
    return " ".join(page.locator(f"#echo-{part}").inner_text().split())


def type_into(page: Page, text: str, part: str = "a") -> None:
    """Put a text into the box as one key would, and let the pause after the last key go by."""
    page.evaluate(
        "([id, text]) => { const box = document.getElementById(id); box.value = text;"
        "box.dispatchEvent(new Event('input', {bubbles: true})); }",
        [f"answer-{part}", text],
    )


def described_by(page: Page) -> list[str]:
    return str(page.get_attribute("#answer-a", "aria-describedby")).split()


def ready(visitor: Visitor) -> Page:
    """The page, once its script has the grammar."""
    with visitor.page.expect_response("**/grammar.json*") as fetched:
        visitor.sign_in()
    fetched.value.finished()
    visitor.page.fill("#answer-a", "7")
    visitor.page.locator("#echo-a", has_text="We read 7").wait_for()
    return visitor.page


def test_each_text_is_read_in_the_box_as_the_server_reads_it(visitor: Visitor) -> None:
    page = ready(visitor)
    page.clock.install()
    wrong = []
    for text in TYPED:
        type_into(page, text)
        page.clock.run_for(1100)
        if echo(page) != told_by_the_server(text):
            wrong.append((text, echo(page), told_by_the_server(text)))
    assert wrong == []


def test_typing_asks_nothing_of_the_server_and_moves_nothing(visitor: Visitor) -> None:
    page = ready(visitor)
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        before = places(page)
        page.fill("#answer-a", "")
        for text in (
            "-",
            "-0",
            "-0.",
            "-0.4683",
            "-0,4683",
            "12 %",
            "1/2",
            "0.5–",
            "«0.5",
            "1e",
            "1e31",
        ):
            type_into(page, text)
            assert places(page) == before, text
    assert asked == []


def places(page: Page) -> list[float]:
    found: list[float] = page.evaluate(
        "[...document.querySelectorAll('.part, .part__row, .result, .pager')]"
        ".map(e => e.getBoundingClientRect().top + scrollY)"
    )
    return found


def test_a_number_that_was_only_begun_is_not_called_unreadable_at_once(visitor: Visitor) -> None:
    page = ready(visitor)
    for begun in ("-", ".", "-.", "1e", "1e-"):
        type_into(page, begun)
        assert echo(page) == "", begun
    page.locator("#echo-a", has_text="After the e, type a plain whole number").wait_for()


def test_the_right_answer_and_a_wrong_one_are_read_in_the_same_words(visitor: Visitor) -> None:
    page = ready(visitor)
    right = visitor.site.school.expected("pset7/ancestry/a")
    wrong = right[:-1] + str((int(right[-1]) + 5) % 10)
    seen = []
    for text in (right, wrong):
        page.fill("#answer-a", text)
        said = page.locator("#part-a").inner_html()
        seen.append(said.replace(text, "X"))
    assert seen[0] == seen[1]


def test_screen_readers_hear_a_number_once_it_was_typed_and_not_each_key(visitor: Visitor) -> None:
    page = ready(visitor)
    page.evaluate(
        "window.heard = []; new MutationObserver(() => heard.push("
        "document.querySelector('main > [aria-live=polite]').textContent))"
        ".observe(document.querySelector('main > [aria-live=polite]'), {childList: true})"
    )
    page.fill("#answer-a", "")
    page.locator("#answer-a").press_sequentially("0.46832", delay=20)
    page.wait_for_timeout(1500)
    assert page.evaluate("heard") == ["We read 0.46832, five decimals."]
    assert "echo-a" in described_by(page)
    assert page.locator("#echo-a").get_attribute("aria-live") is None


HEAR = """() => { window.heard = [];
  for (const each of document.querySelectorAll("[role=status], [role=alert], [aria-live=polite]"))
    new MutationObserver(() => heard.push(each.textContent)).observe(
      each, {childList: true, characterData: true, subtree: true});
}"""


def description(page: Page) -> str:
    """What a screen reader says beside the name and the value of the box."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    (box, *_) = (each for each in nodes if each.get("role", {}).get("value") == "textbox")
    return str(box["description"]["value"])


def heard_again(page: Page) -> None:
    """Wait until the box is described by its verdict too, as it is once the focus has left it.

    The browser's own waiting would evaluate a text, which the pages' policy forbids.
    """
    describing = "document.getElementById('answer-a').ariaDescribedByElements.length"
    for _ in range(100):
        if page.evaluate(describing) > 2:
            return
        page.wait_for_timeout(50)
    raise AssertionError("the box is not described by its verdict")


@pytest.mark.parametrize("pause", [0, 1500], ids=["at once", "after a pause"])
def test_a_screen_reader_hears_the_number_of_an_answer_once_after_it_was_sent(
    visitor: Visitor, pause: int
) -> None:
    page = ready(visitor)
    page.locator("#answer-a").press_sequentially("0.46832")
    page.wait_for_timeout(pause)
    page.evaluate(HEAR)
    page.keyboard.press("Enter")
    visitor.expect("a", "Not correct yet")
    page.wait_for_timeout(1500)
    (heard,) = page.evaluate("heard")
    assert heard.count("0.46832") == 1
    # The box that has the focus is not described anew, which would be read too.
    assert "0.46832" not in description(page)
    page.keyboard.press("Tab")
    heard_again(page)
    assert description(page).count("0.46832") == 1
    page.reload()
    assert description(page).count("0.46832") == 1


@pytest.mark.parametrize("visitor", [False], indirect=True, ids=["no-scripts"])
def test_without_scripts_a_press_tells_how_the_text_was_read(visitor: Visitor) -> None:
    visitor.sign_in()
    visitor.check("a", "−0.46")
    visitor.expect("a", "Not correct yet")
    assert echo(visitor.page) == told_by_the_server("−0.46")


def test_the_reason_stands_once_when_an_unreadable_text_was_sent(visitor: Visitor) -> None:
    page = ready(visitor)
    visitor.check("a", "0,5")
    visitor.expect("a", "Can’t read this as a number")
    assert echo(page) == ""
    type_into(page, "0,51")
    assert echo(page) == read_number("0,51").message
    assert not page.locator("#result-a").is_visible()
    assert page.get_attribute("#answer-a", "aria-invalid") is None
    type_into(page, "0,5")
    assert page.locator("#result-a").is_visible()
    type_into(page, "0,51")
    visitor.check("a", "0,51")
    page.locator("#result-a", has_text="use a point: 0.51").wait_for()
    assert echo(page) == ""
    assert page.locator("#result-a").inner_text().count("It has a comma") == 1
