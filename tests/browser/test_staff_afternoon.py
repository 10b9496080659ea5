"""A teaching assistant's whole afternoon: the odd group, the key, a request, a score by hand, and Canvas."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.db.session import reading, transaction
from grader.services.answers.arriving import Arrival
from grader.services.answers.submitting import submit_within
from grader.services.ledger.ledger import list_entries, verify
from tests.browser.conftest import Visitor
from tests.browser.keyboard import tab_to
from tests.browser.test_whole_evening import seen
from tests.support.people import add_person

pytestmark = pytest.mark.needs("chromium")

A, B, ODD = "pset7/ancestry/a", "pset7/ancestry/b", "0.123456"
MANY, FEW = 7, 2


@pytest.fixture
def class_that_reads_it_another_way(visitor: Visitor) -> Visitor:
    """Most of a class gives one number that the key calls wrong; Ada asks about it."""
    school = visitor.site.school
    logins = [f"s{number}" for number in range(MANY + FEW)]
    right = {part: school.expected(part) for part in (A, B)}
    with transaction(school.engine) as session:
        for place, login in enumerate(logins):
            person = add_person(session, login, section="Tue", sis_user_id=f"00{place}")
            for part in (A, B):
                text = ODD if part == A and place < MANY else right[part]
                arrival = Arrival(person, part, text, "api", None, datetime.now(UTC))
                submit_within(
                    session, course=school.catalog.course, signer=school.signer, arrival=arrival
                )
    assert school.submit(A, ODD).status_code == 201
    return visitor


@pytest.mark.parametrize(
    ("visitor", "width", "scheme"),
    [(True, 1280, "light"), (True, 390, "dark"), (False, 1280, "dark")],
    indirect=["visitor"],
    ids=["scripts wide", "scripts narrow", "no-scripts"],
)
def test_from_the_alarm_to_canvas(
    class_that_reads_it_another_way: Visitor, width: int, scheme: str, tmp_path: Path
) -> None:
    visitor = class_that_reads_it_another_way
    page = visitor.page
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")

    visitor.sign_in("ada", f"/requests/{A}")
    page.get_by_label("What should be looked at again").fill("Three of us get this number.")
    page.get_by_role("button", name="Send the request").click()
    page.get_by_text("Not answered yet.").wait_for()

    # One look says where the class stands, and that one key is worth a second one.
    visitor.sign_in("tia", "/staff/")
    page.get_by_text("The key may be wrong").first.wait_for()
    page.get_by_text(f"{MANY + 1} students gave").first.wait_for()
    seen(visitor)
    page.get_by_role("link", name="2a biggest weight").first.click()

    accept_the_odd_value(visitor)
    answer_the_request(visitor)
    set_a_score_by_hand(visitor)
    scores = send_to_canvas(visitor, tmp_path)
    assert (scores["ada"], scores["bob"], scores["s0"], scores[f"s{MANY}"]) == (
        "5.00", "2.50", "10.00", "10.00",
    )  # fmt: skip

    visitor.sign_in("ada", "/grades")
    page.get_by_text("your points of the parts went from 0 points to 5 points").wait_for()
    visitor.sign_in("bob", "/grades")
    page.get_by_text("The explanation has the right number.").wait_for()
    with reading(visitor.site.school.engine) as session:
        acts = [each.act for each in reversed(list_entries(session))]
        assert verify(session).faults == ()
    assert acts[-6:] == [
        "key drafted", "regrade", "request answered", "override", "import", "export",
    ]  # fmt: skip
    assert visitor.complaints == []


def accept_the_odd_value(visitor: Visitor) -> None:
    """A draft, its plan, and one switch."""
    page = visitor.page
    page.locator("#part-a").get_by_role("link", name="What to do with this answer").first.click()
    form = page.locator(".drafting form").first
    assert form.get_by_label("Value").input_value() == ODD
    form.get_by_label("Reason").fill("The text can be read both ways.")
    form.get_by_role("button").click()
    page.get_by_text(f"{MANY + 1} students gain points.").wait_for()
    seen(visitor)
    page.get_by_role("button", name="Apply plan 1").click()
    page.get_by_role("heading", name="Regrade run 1").wait_for()
    seen(visitor)


def answer_the_request(visitor: Visitor) -> None:
    """The one that waits."""
    page = visitor.page
    page.get_by_role("link", name="Requests", exact=True).click()
    page.get_by_label("the grade is changed").check()
    page.get_by_label("What you found").fill("You were right: both readings count now.")
    page.get_by_role("button", name="Send the answer").click()
    page.get_by_text("Nothing waits for an answer.").wait_for()


def set_a_score_by_hand(visitor: Visitor) -> None:
    """With a reason that its student reads."""
    page = visitor.page
    visitor.open("/staff/students/bob")
    part = page.locator(f'[id="decide-{B}"]')
    part.locator("summary").click()
    part.get_by_label("these points").check()
    part.get_by_label("Points", exact=True).fill("2.5")
    part.get_by_label("Reason").fill("The explanation has the right number.")
    part.get_by_role("button", name="Record it").click()
    page.get_by_text("Set to 2.5 points by the course staff").first.wait_for()
    seen(visitor)


def send_to_canvas(visitor: Visitor, folder: Path) -> dict[str, str]:
    """Canvas's own export teaches its ids; then the file for it, by login."""
    page = visitor.page
    page.get_by_role("link", name="Exports", exact=True).click()
    page.locator("input[type=file]").set_input_files(canvas_export(folder))
    page.get_by_role("button", name="Hand it in").click()
    page.get_by_text(f"{MANY + FEW + 2} students").first.wait_for()
    seen(visitor)
    with page.expect_download() as download:
        page.get_by_role("button", name="For Canvas").click()
    return by_login(download.value.path())


def test_a_score_is_decided_by_the_keyboard_alone(visitor: Visitor) -> None:
    page = visitor.page
    visitor.sign_in("tia", "/staff/students/ada")
    tab_to(page, f'[id="decide-{A}"] summary')
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("4")
    page.keyboard.press("Tab")
    page.keyboard.type("A typing slip.")
    page.keyboard.press("Enter")
    page.get_by_text("Set to 4 points by the course staff").wait_for()
    assert visitor.faults() == []


def test_the_pages_of_one_student_are_in_order_while_a_form_is_refused(visitor: Visitor) -> None:
    page = visitor.page
    visitor.sign_in("ina", "/staff/students/ada")
    form = page.locator(f'[id="decide-{A}"]')
    form.locator("summary").click()
    form.get_by_label("these points").check()
    form.get_by_label("Points", exact=True).fill("99")
    form.get_by_label("Reason").fill("Kept.")
    form.get_by_role("button").click()
    page.get_by_text("Give between 0 and 5 points").first.wait_for()
    assert form.get_by_label("Reason").input_value() == "Kept."
    for name in ("Excuse from all of it", "Give an extension", "Correct the late days"):
        page.get_by_text(name).first.click()
    # A row with an open form is meant to be high.
    assert [each for each in visitor.faults() if "squeezed" not in each] == []


def canvas_export(folder: Path) -> Path:
    """A gradebook as Canvas exports it, of everybody but with Canvas's own numbers."""
    logins = ["ada", "bob", *(f"s{number}" for number in range(MANY + FEW))]
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    rows = [
        [*head, "Pset 7: Machine Learning (4711)"],
        ["    Points Possible", "", "", "", "", "50"],
    ]
    rows += [[f"Name {each}", str(900 + n), "", each, "All", ""] for n, each in enumerate(logins)]
    file = folder / "canvas.csv"
    with file.open("w", newline="", encoding="utf-8") as opened:
        csv.writer(opened).writerows(rows)
    return file


def by_login(file: Path) -> dict[str, str]:
    """The scores that Canvas would take, by login."""
    with file.open(newline="", encoding="utf-8-sig") as opened:
        head, possible, *rows = csv.reader(opened)
    assert head[-1] == "Pset 7: Machine Learning (4711)"
    assert (possible[0], possible[-1]) == ("    Points Possible", "50.00")
    return {row[head.index("SIS Login ID")]: row[-1] for row in rows}
