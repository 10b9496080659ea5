"""The page of one's own record in a real browser: it can be read by everybody, and its file comes."""

import json
from pathlib import Path

import pytest

from tests.browser.conftest import Visitor

pytestmark = pytest.mark.needs("chromium")


@pytest.mark.parametrize("visitor", [False], indirect=True, ids=["no-scripts"])
def test_the_record_is_found_read_and_downloaded(visitor: Visitor, tmp_path: Path) -> None:
    school, page = visitor.site.school, visitor.page
    for who in ("tia", "ina"):
        school.browser(who).get("/staff/students/ada")
    visitor.sign_in("ada", "/grades")
    page.get_by_role("link", name="Your record").click()
    page.get_by_role("heading", name="Who looked").wait_for()
    assert page.get_by_role("row").count() == 3
    with page.expect_download() as download:
        page.get_by_role("link", name="All that is stored of me").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert json.loads(file.read_text())["login"] == "ada"


def test_the_page_of_the_record_can_be_read_by_everybody(visitor: Visitor) -> None:
    visitor.sign_in("ada", "/record")
    assert visitor.faults() == []
    visitor.site.school.browser("tia").get("/staff/students/ada")
    visitor.open("/record")
    assert visitor.faults() == []
