"""The rubric's page: nothing that is used changes before its effect was shown."""

import re
from decimal import Decimal

import pytest
from werkzeug.test import TestResponse

from grader.db.session import reading
from grader.domain.marks import Item
from grader.services.explanations.rubrics import rubric
from tests.support.school import School
from tests.web.pages import Form, Reader, text_of
from tests.web.test_marking import PROBLEM, add_items, at, release, send, write

HERE = f"/staff/marking/{PROBLEM}/rubric"


def items(school: School) -> tuple[Item, ...]:
    with reading(school.engine) as session:
        return rubric(session, problem=PROBLEM)


def form(page: str, number: int) -> dict[str, str]:
    """The form of an item; 0 is that for a new one."""
    place = f'id="item-{number}"' if number else 'aria-labelledby="new"'
    (found,) = re.findall(rf"<section[^>]*{place}.*?</section>", page, re.DOTALL)
    return Form.on(found, "new.words").fields


def change(tia: Reader, number: int, do: str = "edit", **typed: str) -> TestResponse:
    data = form(tia.open(HERE), number) | {"do": do}
    data |= {f"new.{name}": value for name, value in typed.items()}
    return tia.client.post(HERE, data=data)


def apply(tia: Reader, shown: TestResponse, do: str = "edit") -> TestResponse:
    data = Form.on(shown.get_data(as_text=True), "shown").fields
    return tia.client.post(HERE, data=data | {"do": do})


@pytest.fixture
def tia(school: School) -> Reader:
    """A TA who has marked two explanations with the first item."""
    write(school, "ada", "bob")
    add_items(school, "3", "4", "-1")
    reader = Reader.of(school, "tia")
    send(reader, at(school, "ada"), 1)
    send(reader, at(school, "bob"), 1, 2)
    return reader


def test_an_empty_rubric_says_how_to_begin(school: School) -> None:
    tia = Reader.of(school, "tia")
    assert "The rubric has no items yet." in tia.open(HERE)
    assert change(tia, 0, "add", words="First", points="2").status_code == 303
    assert [each.words for each in items(school)] == ["First"]
    tia.open("/staff/marking/pset7/none/rubric", status=404)


def test_a_change_of_a_used_item_is_shown_first_and_then_made(school: School, tia: Reader) -> None:
    shown = change(tia, 1, points="1", words="Clear")
    page = text_of(shown.get_data(as_text=True))
    assert shown.status_code == 200
    assert "2 marks name it. The points of 1 student changes: The others" in page
    assert "−2 1" in page
    assert items(school)[0].revision == 1
    done = apply(tia, shown)
    assert (done.status_code, done.location) == (303, f"{HERE}?changed=1#item-1")
    assert (items(school)[0].words, items(school)[0].points) == ("Clear", 1)
    assert "Marked: 1 of 5" in text_of(tia.open(at(school, "ada")))
    assert "Saved." in tia.open(done.location)


def test_what_no_mark_names_is_changed_at_once(school: School, tia: Reader) -> None:
    assert change(tia, 3, points="-2").status_code == 303
    assert items(school)[2].points == -2


def test_retiring_is_shown_first_too_and_taken_back_the_same_way(
    school: School, tia: Reader
) -> None:
    shown = change(tia, 1, "retire")
    assert "Retire this item?" in shown.get_data(as_text=True)
    assert not items(school)[0].retired
    assert apply(tia, shown, "retire").status_code == 303
    assert items(school)[0].retired
    assert "Item of 3" not in tia.open(at(school, "ada"))
    assert "Marked: 0 of 5" in text_of(tia.open(at(school, "ada")))
    back = change(tia, 1)
    assert "(retired)" in back.get_data(as_text=True)
    assert apply(tia, back).status_code == 303
    assert "Marked: 3 of 5" in text_of(tia.open(at(school, "ada")))


def test_if_students_see_marks_the_page_says_that_they_see_the_change(
    school: School, tia: Reader
) -> None:
    release(school)
    page = change(tia, 1, points="1").get_data(as_text=True)
    assert "they see this at once" in page


def test_one_who_has_looked_at_something_older_is_told(school: School, tia: Reader) -> None:
    shown = change(tia, 1, points="1")
    write(school, "tia")
    send(Reader.of(school, "ina"), at(school, "tia"), 1)
    late = apply(tia, shown)
    assert late.status_code == 409
    assert "More was marked meanwhile" in late.get_data(as_text=True)
    assert items(school)[0].points == 3
    stale = change(tia, 1, points="2")
    assert apply(tia, change(tia, 1, points="1")).status_code == 303
    reply = apply(tia, stale)
    assert reply.status_code == 409
    assert "changed this item meanwhile" in text_of(reply.get_data(as_text=True))
    assert form(reply.get_data(as_text=True), 1)["new.points"] == "2"


@pytest.mark.parametrize(
    ("number", "typed", "words"),
    [
        (0, {"words": "Item of 3", "points": "1"}, "just these words"),
        (0, {"words": "New", "points": "much"}, "as a number such as"),
        (1, {"words": "", "points": "1"}, "Say in at most"),
        (1, {"words": "Item of 4", "points": "1"}, "just these words"),
    ],
)
def test_what_is_refused_stays_in_its_boxes(  # noqa: PLR0917 - its table.
    school: School, tia: Reader, number: int, typed: dict[str, str], words: str
) -> None:
    reply = change(tia, number, "edit" if number else "add", **typed)
    page = reply.get_data(as_text=True)
    assert reply.status_code == 422
    assert words in text_of(page)
    found = form(page, number)
    assert (found["new.words"], found["new.points"]) == (typed["words"], typed["points"])
    assert len(items(school)) == 3


@pytest.mark.parametrize(
    ("more", "status"),
    [({"item": "9"}, 404), ({"item": "x"}, 422), ({"shown": "x", "seen": ""}, 422)],
)
def test_a_form_that_is_not_ours_changes_nothing(
    school: School, tia: Reader, more: dict[str, str], status: int
) -> None:
    data = form(tia.open(HERE), 1) | {"do": "edit", "new.points": "1"} | more
    assert tia.client.post(HERE, data=data).status_code == status
    assert items(school)[0].revision == 1


def test_words_of_an_item_are_text(school: School, tia: Reader) -> None:
    change(tia, 0, "add", words="<script>alert(1)</script>", points="1")
    assert "<script>alert" not in tia.open(HERE)
    assert items(school)[3].words == "<script>alert(1)</script>"


def test_a_rubric_s_item_is_not_lost_with_the_session(school: School, tia: Reader) -> None:
    data = form(tia.open(HERE), 0) | {"do": "add", "new.words": "Says why", "new.points": "0.5"}
    tia.client.delete_cookie("session")
    reply = tia.client.post(HERE, data=data)
    assert reply.status_code == 401
    again = Form.on(reply.get_data(as_text=True), "new.words").fields
    client = Reader.of(school, "tia").client
    again["csrf_token"] = form(Reader(client).open(HERE), 0)["csrf_token"]
    assert client.post(HERE, data=again).status_code == 303
    assert (items(school)[3].words, items(school)[3].points) == ("Says why", Decimal("0.5"))
