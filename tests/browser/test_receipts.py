"""Receipts in a real browser: read, downloaded, and checked, with and without scripts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.browser.conftest import Visitor
from tests.web.in_force import change_policy

pytestmark = pytest.mark.needs("chromium")


def answers(visitor: Visitor) -> None:
    school = visitor.site.school
    for part, typed in (("a", "0.5"), ("b", " \u2212.70 "), ("a", "0.6")):
        assert school.submit(f"pset7/ancestry/{part}", typed).status_code == 201


@pytest.mark.parametrize("visitor", [True, False], indirect=True, ids=["scripts", "no-scripts"])
def test_a_receipt_is_found_in_the_history_downloaded_and_checked(
    visitor: Visitor, tmp_path: Path
) -> None:
    answers(visitor)
    page = visitor.page
    visitor.sign_in("ada", "/pset7/ancestry")
    page.locator("#history-a summary").click()
    page.get_by_role("link", name="Receipt 3").click()
    page.get_by_role("heading", name="Receipt 3").wait_for()
    page.get_by_text("Nothing was altered since it was signed").wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="All my receipts").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == "receipts-ada.json"

    page.get_by_role("link", name="on this page").click()
    page.get_by_label("A file of receipts").set_input_files(file)
    page.get_by_role("button", name="Check", exact=True).click()
    page.get_by_text("Receipts 1 to 3, with none missing between").wait_for()
    text = file.read_text(encoding="utf-8")
    page.get_by_label("Or its text").fill(text.replace('"text": "0.5"', '"text": "0.4"'))
    page.get_by_role("button", name="Check", exact=True).click()
    page.get_by_text("was altered after it was signed").wait_for()
    assert visitor.complaints == []


def test_the_pages_of_receipts_can_be_read_by_everybody(visitor: Visitor) -> None:
    answers(visitor)
    visitor.sign_in("ada", "/receipts")
    for path in ("/receipts", "/receipts/2", "/receipts/check", "/receipts/key"):
        visitor.open(path)
        for summary in visitor.page.locator("details summary").all():
            summary.click()
        assert visitor.faults() == [], path


def test_the_key_is_offered_once_work_is_over(visitor: Visitor) -> None:
    answers(visitor)
    over = datetime.now(UTC) - timedelta(seconds=1)
    change_policy(visitor.site.school, lambda it: replace(it, closes=over))
    visitor.sign_in("ada", "/receipts/1")
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("link", name="download the key").click()
    assert download.value.suggested_filename == "key-pset7-ancestry-1.json"
