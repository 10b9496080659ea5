"""A page of a whole class asks the database as often for two hundred students as for a hundred."""

from pathlib import Path

import pytest

from tests.support.databases import Databases, Kind
from tests.support.large_class import SLUG, LargeClass, Size, open_class
from tests.support.statements import statements

PROBLEM = f"{SLUG}/problem1"
PAGES = {
    f"/staff/{SLUG}",
    f"/staff/{SLUG}?section=Mon+1:30&search=1",
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
    """The statements of each page, once keys and policies have been read, which never change."""
    browser = large.app.test_client()
    browser.set_cookie("session", large.cookie)
    engine = large.app.extensions["grader"].engine
    sent = {}
    for path in PAGES:
        assert browser.get(path).status_code in {200, 404}, path
        with statements(engine) as seen:
            browser.get(path)
        sent[path] = seen
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
