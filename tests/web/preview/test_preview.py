"""The preview: the student's page from the files as they are, without a database, a key or a verdict."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from grader.web.headers import ALWAYS
from grader.web.preview.app import Live
from tests.support.coursefiles import write_course
from tests.support.school import School

HERE = "http://127.0.0.1:8110"
PAGE = "/set/sum"


class Author:
    """Changes the files of a course, and looks at its pages."""

    def __init__(self, folder: Path) -> None:
        self.problems = write_course(folder)
        self.live = Live(self.problems, folder / "instance")

    def client(self) -> FlaskClient:
        return self.live.current().test_client()

    def get(self, path: str, status: int = 200) -> str:
        reply = self.client().get(path, base_url=HERE)
        assert reply.status_code == status, reply.text
        return reply.text

    def post(self, path: str, status: int = 200, *, script: bool, **fields: str) -> str:
        data = {name.replace("_", "."): text for name, text in fields.items()}
        headers = {"HX-Request": "true"} if script else {}
        reply = self.client().post(path, base_url=HERE, data=data, headers=headers)
        assert reply.status_code == status, reply.text
        return reply.text

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.problems / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))


@pytest.fixture
def author(tmp_path: Path) -> Author:
    return Author(tmp_path)


def main_part(page: str) -> str:
    """The page below its bar, without what differs from request to request."""
    found = re.search(r"<main.*</main>", page, re.DOTALL)
    assert found
    plain = re.sub(r'(name="(?:csrf_token|key\.\w+)" value=")[^"]*', r"\1", found[0])
    plain = re.sub(r"<p [^>]*data-appears.*?</p>", "", plain)
    return re.sub(r"<template .*?</template>", "", plain, flags=re.DOTALL)


def words(markup: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", markup).split())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("slug", ["ancestry", "decision_tree_entropy"])
def test_it_is_the_page_that_a_student_gets(school: School, slug: str) -> None:
    published = school.browser("ada").get(f"/pset7/{slug}").text
    settings = school.settings
    live = Live(settings.problems_dir, settings.instance_dir)
    shown = live.current().test_client().get(f"/pset7/{slug}", base_url=HERE).text
    assert words(main_part(shown)) == words(main_part(published))
    assert main_part(shown).count("<math") == main_part(published).count("<math")


def test_every_reply_carries_the_product_s_own_headers(author: Author) -> None:
    for path in ("/", PAGE, "/set/nothing", "/-/version", "/static/js/preview.js"):
        with author.client().get(path, base_url=HERE) as reply:
            assert {name: reply.headers[name] for name, _ in ALWAYS} == dict(ALWAYS)
            assert "Set-Cookie" not in reply.headers


@pytest.mark.parametrize("host", ["http://evil.example", "http://192.0.2.1:8110"])
def test_only_this_machine_s_own_names_are_answered(author: Author, host: str) -> None:
    assert author.client().get("/", base_url=host).status_code == 400


def test_all_problems_are_listed_and_so_are_those_of_an_assignment(author: Author) -> None:
    assert 'href="/set/sum"' in author.get("/")
    assert 'href="/practice/only"' in author.get("/")
    assert 'href="/practice/only"' not in author.get("/set")


@pytest.mark.parametrize(
    "path", ["/nothing", "/set/nothing", "/nothing/sum", f"{PAGE}/data/other.csv"]
)
def test_what_there_is_not_is_not_found(author: Author, path: str) -> None:
    author.get(path, 404)


def test_the_data_can_be_downloaded(author: Author) -> None:
    file = author.problems / "set/sum/data/sum-train.csv"
    assert author.get(f"{PAGE}/data/sum-train.csv") == file.read_text()


@pytest.mark.parametrize("script", [True, False])
def test_an_answer_is_read_and_not_checked(
    author: Author, monkeypatch: pytest.MonkeyPatch, *, script: bool
) -> None:
    monkeypatch.setenv("GRADER_COMMAND", "./run grader")
    page = author.post(PAGE, script=script, check="b", answer_b="0.5", answer_a="0.1234")
    # With a script, the script says so.
    said = 'We read <span class="num">0.5</span>, <b>one decimal; three are asked.</b>'
    assert (said in page) is not script
    assert 'Read as <span class="num">0.5</span>' in page
    assert "Not checked in the preview" in page
    assert "run: ./run grader check set/sum/b 0.5" in page
    assert "0.1234" not in page
    assert "not correct" not in words(page).lower()
    assert ("<main" in page) is not script


def test_an_answer_that_is_no_number_is_refused_in_the_student_s_words(author: Author) -> None:
    page = author.post(PAGE, script=True, check="a", answer_a="1/2")
    assert "Can’t read this as a number" in page
    assert "It is a fraction; type the decimal value." in page


def test_enter_reads_all_boxes_and_a_part_that_there_is_not_is_refused(author: Author) -> None:
    page = author.post(PAGE, script=True, answer_a="1", answer_b="2")
    assert page.count("Not checked in the preview") == 2
    author.post(PAGE, 404, script=True, check="z")


def test_a_change_is_shown_and_has_another_version(author: Author) -> None:
    before = author.get("/-/version")
    assert author.get("/-/version") == before
    author.edit("set/sum/problem.toml", "How much of", "What share of")
    assert "What share of" in author.get(PAGE)
    after = author.get("/-/version")
    assert after != before
    assert f'data-version="{after}"' in author.get(PAGE)


PROBLEM, DATA = "set/sum/problem.toml", "set/sum/data/sum-train.csv"


@pytest.mark.parametrize(
    ("file", "change", "told"),
    [
        (PROBLEM, ("points = 5", "points = 'x'"), "problem.toml, line 21: "),
        (PROBLEM, ("id =", "id"), "problem.toml, line 18: "),
        (PROBLEM, ("{{ left.1 }}", r"$\frac{1}$"), "problem.toml, line 26: the formula"),
        (DATA, ("Label", "label2"), "sum-train.csv, line 1: "),
        ("course.toml", ("late_days = 4", "late_days = -4"), "course.toml, line 5: "),
    ],
)
def test_what_can_not_be_shown_is_told_with_its_line_until_it_is_mended(
    author: Author, file: str, change: tuple[str, str], told: str
) -> None:
    whole = author.get(PAGE)
    author.edit(file, *change)
    broken = author.get(PAGE, 422)
    assert "This can’t be shown yet" in broken
    assert told in broken
    assert "js/preview.js" in broken
    author.edit(file, change[1], change[0])
    assert main_part(author.get(PAGE)) == main_part(whole)


def test_a_missing_file_is_told_as_well(author: Author) -> None:
    (author.problems / "set/sum/data/sum-train.csv").unlink()
    assert "this data file is missing" in author.get(PAGE, 422)


def test_the_data_that_staff_installed_goes_before_the_shipped(
    author: Author, tmp_path: Path
) -> None:
    assert author.get("/-/version")
    (tmp_path / "instance").mkdir()
    (tmp_path / "instance" / "grader.db").write_text("x")
    before = author.get("/-/version")
    (tmp_path / "instance" / "grader.db").write_text("another")
    assert author.get("/-/version") == before
    (tmp_path / "instance" / "dates.toml").write_text("[set]\ndue = 2026-03-13T00:00:00\n")
    assert author.get("/-/version") != before
    assert "2026-03-13T07:00:00+00:00" in author.get(PAGE)
