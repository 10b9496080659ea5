"""A page of a whole class asks the database as often for two hundred students as for a hundred."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.services.exports import grade_files
from tests.support.databases import Databases, Kind
from tests.support.large_class import SLUG, LargeClass, Size, open_class
from tests.support.large_staff import work_of_staff
from tests.support.statements import statements
from tests.web.pages import Form

PROBLEM = f"{SLUG}/problem1"
EXPORTS = f"/staff/exports/{SLUG}"
PAGES = {
    f"/staff/{SLUG}",
    f"/staff/{SLUG}?section=Mon+1:30&search=1",
    f"/staff/{SLUG}?sort=-points&state=wrong",
    f"/staff/{SLUG}/gradebook.csv",
    f"/staff/{PROBLEM}",
    f"/staff/{PROBLEM}/solution",
    "/staff/students/s00001",
    "/staff/requests",
    f"/staff/overview/{SLUG}",
    f"/staff/overview/{SLUG}?section=Mon+1:30",
    f"/staff/what-if/{PROBLEM}",
    f"/staff/what-if/{PROBLEM}?part=a&tolerance=0.001",
}


def asked(large: LargeClass) -> dict[str, list[str]]:
    """The statements of each page and file, once keys and policies have been read, which never change."""
    work = work_of_staff(large, datetime.now(UTC))
    browser = large.app.test_client()
    browser.set_cookie("session", work.cookie)
    engine = large.app.extensions["grader"].engine
    sent = {}
    # By names: in each class an explanation's place in the queue is called by other letters.
    for name, path in ({path: path for path in PAGES} | dict(work.pages)).items():
        assert browser.get(path).status_code == 200, path
        with statements(engine) as seen:
            browser.get(path)
        sent[name] = seen
    form = Form.on(browser.get(EXPORTS).text, "person")
    for kind in grade_files.Kind:
        with statements(engine) as seen:
            assert browser.post(f"{EXPORTS}/{kind}", data=form.fields).status_code == 200
        sent[kind.words] = seen
    return sent


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_no_page_of_the_dashboard_asks_more_often_of_a_larger_class(
    databases: Databases, tmp_path: Path, kind: Kind
) -> None:
    found = []
    for number, students in enumerate((100, 200)):
        url = databases.migrated(kind)
        folder = tmp_path / str(number)
        folder.mkdir()
        large = open_class(url, folder, Size(students, 40 * students, requests=students // 2))
        try:
            found.append(asked(large))
        finally:
            large.close()
            databases.give_back(url)
    small, large_ = found
    assert {path: len(sent) for path, sent in small.items()} == {
        path: len(sent) for path, sent in large_.items()
    }
    assert all(small.values())
