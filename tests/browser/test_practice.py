"""Practising on a variant in a real browser, with and without scripts."""

import re
from pathlib import Path

import pytest

from grader.domain.grammar import canonical
from tests.browser.conftest import Visitor
from tests.support.variants import ENTROPY, deploy_shipped, shipped_variants

pytestmark = pytest.mark.needs("chromium")

ANCESTRY = "pset7/ancestry"
WITH_AND_WITHOUT = pytest.mark.parametrize(
    "visitor", [True, False], indirect=True, ids=["scripts", "no-scripts"]
)


@WITH_AND_WITHOUT
def test_a_student_draws_a_variant_downloads_its_data_and_checks_an_answer(
    visitor: Visitor,
) -> None:
    page = visitor.page
    (key,) = deploy_shipped(visitor.site.school.engine, ANCESTRY, 1)
    (draft,) = shipped_variants(ANCESTRY, 1)
    visitor.sign_in(wanted=f"/{ANCESTRY}")
    page.get_by_role("button", name="Draw a variant").click()
    page.get_by_text("practice, variant 1").wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="ancestry-test.csv").click()
    assert Path(download.value.path()).read_bytes() == draft.data["ancestry-test.csv"]

    visitor.check("a", "0,5")
    visitor.expect("a", "Can’t read this as a number")
    visitor.check("a", "0.5")
    visitor.expect("a", "Not correct yet")
    page.fill("#answer-b", "0.75")
    visitor.check("a", canonical(key.parts[f"{ANCESTRY}/a"].expected))
    visitor.expect("a", "Correct")
    assert page.input_value("#answer-b") == "0.75"
    assert visitor.site.school.stored() == 0

    page.get_by_role("link", name="All your variants of this problem").click()
    page.get_by_role("link", name="Variant 1").click()
    page.get_by_text("practice, variant 1").wait_for()
    assert page.input_value("#answer-a") == ""


def test_with_scripts_enter_checks_the_box_that_it_is_pressed_in(visitor: Visitor) -> None:
    deploy_shipped(visitor.site.school.engine, ENTROPY, 1)
    visitor.sign_in(wanted=f"/{ENTROPY}")
    visitor.page.get_by_role("button", name="Draw a variant").click()
    visitor.page.fill("#answer-a", "0.1")
    visitor.page.fill("#answer-b", "0.2")
    visitor.page.press("#answer-b", "Enter")
    visitor.expect("b", "Not correct yet")
    assert visitor.page.locator("#result-a").inner_text() == ""


def test_with_the_server_away_the_page_says_so_and_keeps_what_was_typed(visitor: Visitor) -> None:
    deploy_shipped(visitor.site.school.engine, ENTROPY, 1)
    visitor.sign_in(wanted=f"/{ENTROPY}")
    visitor.page.get_by_role("button", name="Draw a variant").click()
    visitor.page.get_by_text("practice, variant 1").wait_for()
    visitor.site.stop()
    visitor.check("a", "0.5")
    visitor.expect("a", "Not received yet")
    assert visitor.page.input_value("#answer-a") == "0.5"


def test_the_pages_of_practice_fit_and_are_accessible(visitor: Visitor) -> None:
    page = visitor.page
    one, _other = deploy_shipped(visitor.site.school.engine, ENTROPY, 2)
    visitor.sign_in(wanted=f"/{ENTROPY}")
    assert visitor.faults() == []
    page.get_by_role("button", name="Draw a variant").click()
    page.wait_for_url(re.compile(r"/practice/\d$"))
    assert visitor.faults() == []
    for part, text, heading in (
        ("a", "0.5", "Not correct yet"),
        ("b", "x", "Can’t read this as a number"),
        ("c", "0." + "1" * 60, "Not correct yet"),
    ):
        visitor.check(part, text)
        visitor.expect(part, heading)
    assert visitor.faults() == []
    visitor.open(f"/{ENTROPY}")
    page.get_by_role("button", name="Draw another variant").click()
    page.wait_for_url(re.compile(r"/practice/\d$"))
    visitor.open(f"/{ENTROPY}")
    page.get_by_text("You have drawn all of them.").wait_for()
    assert visitor.faults() == []

    part = f"{ENTROPY}/b"
    answer = canonical(one.parts[part].expected)
    assert visitor.site.school.submit(part, answer).status_code == 201
    for path in (f"/staff/{ENTROPY}", "/staff/students/ada"):
        visitor.sign_in("tia", path)
        page.get_by_text("right for variant 1").wait_for()
        assert visitor.faults() == []
