"""The gradebook, its exports and its imports in a real browser, with and without scripts."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from grader.db.session import transaction
from grader.domain.decisions import Decider
from grader.services.demo.demo import make_demo
from grader.services.overrides.overriding import excuse
from tests.browser.conftest import Visitor

pytestmark = pytest.mark.needs("chromium")

BOOK, EXPORTS, IMPORTS = "/staff/pset7", "/staff/exports/pset7", "/staff/imports/pset7"
A = "pset7/ancestry/a"
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Pset 7: Machine Learning (77)\n"
    "Ada,101,,ada,Mon,\nBob,103,,,Mon,\nEve,102,,eve,Mon,\n"
)
OVERRIDES = "login,part,points,reason\nada,2a,2.5,as agreed\nbob,2b,0,a slip\n"


def focused(visitor: Visitor) -> str:
    """The words of what has the focus."""
    words: str = visitor.page.evaluate(
        "(document.activeElement.closest('td, th') ?? document.activeElement).textContent.trim()"
    )
    return words


def a_class(visitor: Visitor) -> None:
    school = visitor.site.school
    with transaction(school.engine) as session:
        make_demo(
            session, course=school.catalog.course, signer=school.signer, now=datetime.now(UTC)
        )


def excuse_ada(visitor: Visitor) -> None:
    """From one part: an import of it takes the excuse away, and Canvas gets a share."""
    school, by = visitor.site.school, Decider("tia", None, "ill", datetime.now(UTC))
    with transaction(school.engine) as session:
        excuse(session, course=school.catalog.course, login="ada", about=A, by=by, seen=0)


def test_the_arrow_keys_move_through_the_table_and_enter_opens_a_student(visitor: Visitor) -> None:
    page = visitor.page
    visitor.site.school.submit(A, "0.5")
    visitor.sign_in("tia", BOOK)
    page.get_by_role("rowheader", name="Ada").get_by_role("link").focus()
    assert focused(visitor) == "Ada"
    page.keyboard.press("ArrowDown")
    assert focused(visitor) == "Bob"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    assert focused(visitor) == "Bob"
    page.keyboard.press("ArrowRight")
    assert focused(visitor) == "Mon 1:30"
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    assert focused(visitor) == "0"
    page.keyboard.press("Control+Home")
    assert focused(visitor) == "Ada"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert focused(visitor) == "incorrect"
    # One cell alone is reached by the Tab key.
    assert page.locator("tbody [tabindex='0']").count() == 1
    page.keyboard.press("PageDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff/students/bob")


def test_a_slash_goes_to_the_search_unless_it_is_turned_off(visitor: Visitor) -> None:
    page = visitor.page
    visitor.sign_in("tia", f"{BOOK}?search=a")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.type("d/a")
    assert page.input_value("#search") == "d/a"
    page.get_by_text("Keys", exact=True).click()
    page.get_by_label("goes to the search").uncheck()
    page.reload()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") != "search"


@pytest.mark.parametrize("visitor", [True, False], indirect=True, ids=["scripts", "no-scripts"])
def test_the_headings_and_the_filter_are_plain_links_and_a_form(visitor: Visitor) -> None:
    page = visitor.page
    visitor.site.school.submit(A, visitor.site.school.expected(A), who="bob")
    visitor.sign_in("tia", BOOK)
    page.get_by_role("link", name="Points").click()
    rows = page.locator("tbody th[scope=row]")
    expect(rows).to_have_text(["Bob", "Ada"])
    page.get_by_role("link", name="2a").click()
    expect(rows).to_have_text(["Ada", "Bob"])
    page.select_option("#state", label="nothing tried")
    page.get_by_role("button", name="Show").click()
    expect(rows).to_have_text(["Ada"])


def test_the_head_stays_in_view_and_hides_no_cell_with_the_focus(visitor: Visitor) -> None:
    page = visitor.page
    a_class(visitor)
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        visitor.sign_in("tia", BOOK)
        page.locator("tbody th a").first.focus()
        page.keyboard.press("Control+End")
        head = page.locator("thead").bounding_box()
        box = page.locator(".book").bounding_box()
        assert head is not None
        assert box is not None
        assert abs(head["y"] - box["y"]) < 3
        for _ in range(15):
            page.keyboard.press("ArrowUp")
            page.keyboard.press("ArrowLeft")
        seen = page.locator(":focus").bounding_box()
        assert seen is not None
        assert seen["y"] + 1 >= head["y"] + head["height"]


@pytest.mark.parametrize("visitor", [True, False], indirect=True, ids=["scripts", "no-scripts"])
def test_grades_go_out_and_overrides_come_in(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.page
    canvas, overrides = tmp_path / "canvas.csv", tmp_path / "overrides.csv"
    canvas.write_text(CANVAS)
    overrides.write_text(OVERRIDES)
    visitor.sign_in("ina", IMPORTS)
    page.set_input_files("#file", overrides)
    page.get_by_role("button", name="See what it would change").click()
    page.get_by_role("button", name="Decide 2 scores").click()
    page.get_by_text("added 2 and changed 0").wait_for()
    visitor.open(EXPORTS)
    page.set_input_files("#file", canvas)
    page.get_by_role("button", name="Hand it in").click()
    page.get_by_text("Found by their name alone: 1").wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="For Canvas").click()
    assert download.value.suggested_filename == "pset7-canvas.csv"
    content = Path(download.value.path()).read_text(encoding="utf-8")
    assert content.splitlines()[2] == "Ada,101,,ada,Mon,2.50"


def test_every_state_of_the_pages_fits_and_is_accessible(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.page
    visitor.sign_in("ina", BOOK)
    assert visitor.faults() == []
    a_class(visitor)
    for path in (f"{BOOK}?sort=-points", f"{BOOK}?search=none", EXPORTS, IMPORTS):
        visitor.open(path)
        assert visitor.faults() == [], path
    excuse_ada(visitor)
    file = tmp_path / "file.csv"
    for path, button, content in (
        (IMPORTS, "See what it would change", OVERRIDES),
        (IMPORTS, "See what it would change", "login,part,points,reason\nnobody,2a,=1+1,x\n" * 3),
        (EXPORTS, "Hand it in", CANVAS),
        (EXPORTS, "Hand it in", "no gradebook\n"),
    ):
        file.write_text(content)
        visitor.open(path)
        page.set_input_files("#file", file)
        page.get_by_role("button", name=button).click()
        page.wait_for_load_state()
        assert visitor.faults() == [], content
