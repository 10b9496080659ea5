"""A student is told which mistake gives a number, in a real browser, with and without scripts."""

import pytest

from tests.browser.conftest import Visitor
from tests.support.variants import ENTROPY, shipped_key

pytestmark = pytest.mark.needs("chromium")

WITH_AND_WITHOUT = pytest.mark.parametrize(
    "visitor", [True, False], indirect=True, ids=["scripts", "no-scripts"]
)
SAID = "Likely mistake: You took the natural logarithm."


def nats(part: str) -> str:
    """What one types at a part who took the natural logarithm."""
    of_part = shipped_key(ENTROPY).parts[f"{ENTROPY}/{part}"].misconceptions
    return f"{next(each.value for each in of_part if each.tag == 'nats'):.5f}"


@WITH_AND_WITHOUT
def test_the_second_wrong_attempt_is_told_its_mistake_with_a_link_to_the_statement(
    visitor: Visitor,
) -> None:
    page = visitor.page
    visitor.sign_in(wanted=f"/{ENTROPY}")
    visitor.check("b", "0.5")
    visitor.expect("b", "Not correct yet")
    assert page.get_by_text("Likely mistake").count() == 0
    visitor.check("b", nats("b"))
    # The region that tells the verdict, and which screen readers announce, tells the hint too.
    told = page.locator("#result-b[role=status]")
    told.get_by_text(SAID).wait_for()
    assert "Not correct yet" in told.inner_text()
    assert "result-b" in str(page.get_attribute("#answer-b", "aria-describedby"))
    told.get_by_role("link", name="Read again: Entropy").click()
    assert page.url.endswith("#statement-entropy")
    assert page.locator("h2#statement-entropy").inner_text() == "Entropy"
    page.reload()
    page.locator("#result-b").get_by_text(SAID).wait_for()


def test_with_scripts_the_hint_comes_into_the_region_that_was_there_and_is_announced(
    visitor: Visitor,
) -> None:
    page = visitor.page
    visitor.sign_in(wanted=f"/{ENTROPY}")
    visitor.check("b", "0.5")
    visitor.expect("b", "Not correct yet")
    page.evaluate("document.querySelector('#result-b').kept = true")
    visitor.check("b", nats("b"))
    page.locator("#result-b").get_by_text(SAID).wait_for()
    assert page.evaluate("document.querySelector('#result-b').kept")


def test_the_pages_with_hints_fit_and_are_accessible(visitor: Visitor) -> None:
    page = visitor.page
    visitor.sign_in(wanted=f"/{ENTROPY}")
    for text in ("0.5", nats("b")):
        visitor.check("b", text)
        visitor.expect("b", "Not correct yet")
    page.locator("#result-b").get_by_text(SAID).wait_for()
    page.locator("#history-b summary").click()
    assert page.locator("#history-b").get_by_text(SAID).is_visible()
    assert visitor.faults() == []
    for part, text in (("a", "0.5"), ("b", "-0.91175"), ("d", "1.58869")):
        assert visitor.site.school.submit(f"{ENTROPY}/{part}", text).status_code == 201
    for path in (f"/staff/{ENTROPY}", "/staff/students/ada"):
        visitor.sign_in("tia", path)
        page.get_by_text("Ambiguous: students are not told.").wait_for()
        page.get_by_text("generic:sign", exact=True).wait_for()
        assert visitor.faults() == []
