"""The pages of an explanation, as a browser without scripts and a page's script use them."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from grader.db.models import ActivePolicy, BrowserSession, Explanation
from grader.db.session import reading, transaction
from grader.domain.explanations import LONGEST, MOST_A_DAY
from grader.web import access, explanations
from grader.web.explanations import LARGEST_BODY
from tests.support.school import School
from tests.web.in_force import change_policy
from tests.web.pages import Form, Reader, text_of

PROBLEM = "pset7/ancestry"
PAGE = f"/{PROBLEM}/explanation"
SCRIPT = {"Accept": "application/json"}
CANARY = "canary-explanation-7391"


@pytest.fixture
def ada(school: School) -> Reader:
    return Reader.of(school, "ada")


def save(
    reader: Reader,
    text: str,
    *,
    page: str | None = None,
    headers: dict[str, str] | None = None,
    **fields: str,
) -> TestResponse:
    """Type into the box and press Save, or let the page's script do it."""
    form = Form.on(page or reader.open(PAGE), "based_on")
    data = form.fields | {"explanation": text} | fields
    return reader.client.post(PAGE, data=data, headers=headers)


def stored(school: School, who: str = "ada") -> list[str]:
    with reading(school.engine) as session:
        mine = Explanation.person_id == school.ids[who]
        return list(
            session.scalars(select(Explanation.text).where(mine).order_by(Explanation.number))
        )


def box(page: str) -> str:
    return Form.on(page, "based_on").fields["explanation"]


def dates(school: School, **hours: float | None) -> None:
    """Move the assignment's dates to so many hours from now."""
    now = datetime.now(UTC)
    moved: dict[str, Any] = {
        name: None if each is None else now + timedelta(hours=each) for name, each in hours.items()
    }
    change_policy(school, lambda each: replace(each, **moved))


def test_what_is_saved_stands_in_the_box_again_and_is_set_beside_it(
    school: School, ada: Reader
) -> None:
    text = (
        "\n  First line is blank.\n\n**Bold**, $x^2$, <b>&amp;</b>\n</textarea><script>x</script>\n"
    )
    assert "Nothing is written yet." in text_of(ada.open(PAGE))
    reply = save(ada, text.replace("\n", "\r\n"))
    assert (reply.status_code, reply.headers["Location"]) == (303, PAGE)
    page = ada.open(PAGE)
    assert box(page) == text
    assert stored(school) == [text]
    assert "<strong>Bold</strong>" in page
    assert "<script>x" not in page
    assert "version 1. " in text_of(page)


def test_a_second_press_of_the_same_button_stores_nothing(school: School, ada: Reader) -> None:
    page = ada.open(PAGE)
    for _ in range(2):
        assert save(ada, "Once.", page=page).status_code == 303
    assert stored(school) == ["Once."]


def test_the_problem_s_page_leads_to_it_and_it_leads_back(ada: Reader) -> None:
    page = ada.open(f"/{PROBLEM}")
    assert f'<a href="{PAGE}">Write your explanation</a>' in page
    assert f'href="/{PROBLEM}#statement-what-to-write-in-your-explanation"' in ada.open(PAGE)
    assert 'id="statement-what-to-write-in-your-explanation"' in page
    save(ada, "Some words.")
    assert f'<a href="{PAGE}">Go on with it</a>' in ada.open(f"/{PROBLEM}")


def test_of_two_tabs_both_texts_are_kept_and_one_may_choose(school: School, ada: Reader) -> None:
    save(ada, "Seen by both.\nEnd.")
    one, other = ada.open(PAGE), ada.open(PAGE)
    save(ada, "From one tab.\nEnd.", page=one)
    save(ada, "From the other.\nEnd.", page=other)
    page = ada.open(PAGE)
    assert "version 2 was saved from another tab or device" in text_of(page)
    assert box(page) == "From the other.\nEnd."
    differing = text_of(ada.open(f"{PAGE}/2"))
    assert (
        "only in version 2 From one tab. + only in version 3 From the other. 1 line the same"
        in (differing.replace("− ", ""))
    )
    save(ada, "", page=ada.open(f"{PAGE}/2"), again="2")
    page = ada.open(PAGE)
    assert box(page) == "From one tab.\nEnd."
    assert "another tab" not in text_of(page)
    assert len(stored(school)) == 4


def test_several_versions_from_elsewhere_are_counted(school: School, ada: Reader) -> None:
    page = ada.open(PAGE)
    school.explain(PROBLEM, "One.")
    school.explain(PROBLEM, "Two.", 1)
    save(ada, "Three.", page=page)
    assert "versions 1 to 2 were saved from another tab" in text_of(ada.open(PAGE))


def test_a_text_that_is_too_long_comes_back_and_still_knows_what_it_follows(
    school: School, ada: Reader
) -> None:
    page = ada.open(PAGE)
    school.explain(PROBLEM, "Elsewhere.")
    text = "é\n" * (LONGEST // 2) + "x"
    reply = save(ada, text, page=page)
    assert reply.status_code == 422
    refused = reply.get_data(as_text=True)
    assert "at most 20,000 characters, and this one has 20,001" in refused
    assert box(refused) == text
    assert 'name="based_on" value="0"' in refused
    assert "data-unsaved" in refused
    save(ada, "Shorter.", page=refused)
    assert stored(school) == ["Elsewhere.", "Shorter."]
    assert "version 1 was saved from another tab" in text_of(ada.open(PAGE))


@pytest.mark.parametrize("character", ["\U0001f600", "\x01", "\n", "漢"])
def test_the_longest_text_fits_into_a_form_whatever_it_is_made_of(
    school: School, ada: Reader, character: str
) -> None:
    assert save(ada, character * LONGEST).status_code == 303
    assert [len(text) for text in stored(school)] == [LONGEST]


def test_a_body_that_no_text_can_need_is_refused_unread(school: School, ada: Reader) -> None:
    assert save(ada, "x" * LARGEST_BODY).status_code == 413
    # Other pages keep their own limit.
    assert ada.client.post(f"/{PROBLEM}", data={"answer.a": "1" * 70_000}).status_code == 413
    assert stored(school) == []


def test_a_page_that_closed_can_be_read_and_not_changed(school: School, ada: Reader) -> None:
    page = ada.open(PAGE)
    save(ada, "In time.", page=page)
    dates(school, due=-2, closes=-1)
    closed = ada.open(PAGE)
    assert "It can be read, and not changed any more. Version 1 counts." in text_of(closed)
    assert "<textarea" not in closed
    reply = save(ada, "Too late.", page=page)
    assert reply.status_code == 403
    assert "This assignment closed on" in reply.get_data(as_text=True)
    assert "Too late." in reply.get_data(as_text=True)
    assert 'name="again"' not in ada.open(f"{PAGE}/1")
    assert stored(school) == ["In time."]


def test_a_closed_page_without_a_text_says_so(school: School, ada: Reader) -> None:
    dates(school, due=-2, closes=-1)
    assert "No explanation was saved." in text_of(ada.open(PAGE))


def test_what_is_saved_late_says_so_and_names_the_last_that_was_on_time(
    school: School, ada: Reader
) -> None:
    save(ada, "In time.")
    dates(school, due=-2, closes=20)
    words = text_of(ada.open(PAGE))
    assert "a version that is saved now is 2 h late and needs 1 late day." in words
    save(ada, "Late.")
    words = text_of(ada.open(PAGE))
    assert "version 2, 2 h late." in re.sub(" (?=[,.])", "", words)
    assert "Version 1 is the last that was on time; course staff see both." in words
    dates(school, due=-24 * 30, closes=20)
    assert "It is stored, but comes too late to count." in text_of(ada.open(PAGE))


def test_before_it_opens_there_is_no_page_and_nothing_is_stored(
    school: School, ada: Reader
) -> None:
    page = ada.open(PAGE)
    dates(school, opens=1)
    assert ada.client.get(PAGE).status_code == 403
    assert save(ada, "Early.", page=page).status_code == 403
    assert stored(school) == []


def test_without_a_policy_the_page_says_that_the_problem_is_being_prepared(
    school: School, ada: Reader
) -> None:
    page = ada.open(PAGE)
    with transaction(school.engine) as session:
        session.execute(delete(ActivePolicy))
    assert "being prepared" in ada.open(PAGE)
    assert save(ada, "Early.", page=page).status_code == 409


def test_a_session_that_ended_hands_the_text_back_to_be_sent_again(
    school: School, ada: Reader
) -> None:
    page = ada.open(PAGE)
    with transaction(school.engine) as session:
        session.execute(delete(BrowserSession))
    reply = save(ada, "Typed before.\n\nAnd after.", page=page)
    assert reply.status_code == 401
    handed_back = reply.get_data(as_text=True)
    fields = Form.on(handed_back, "based_on").fields
    assert fields["explanation"] == "Typed before.\n\nAnd after."
    again = school.browser("ada")
    again.set_cookie("form", ada.client.get_cookie("form").value)  # type: ignore[union-attr]
    assert again.post(PAGE, data=fields).status_code == 303
    assert stored(school) == ["Typed before.\n\nAnd after."]


def _away(*_: object, **__: object) -> None:
    raise OperationalError("SELECT 1", {}, ConnectionError("away"))


@pytest.mark.parametrize("where", ["signing in", "saving"])
def test_while_the_database_is_away_the_text_is_handed_back(
    school: School, ada: Reader, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    page = ada.open(PAGE)
    with monkeypatch.context() as broken:
        if where == "saving":
            broken.setattr(explanations, "transaction", _away)
        else:
            broken.setattr(access, "looking", _away)
        reply = save(ada, "Typed.\n\nMore.", page=page)
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "5")
    fields = Form.on(reply.get_data(as_text=True), "based_on").fields
    assert fields["explanation"] == "Typed.\n\nMore."
    assert ada.client.post(PAGE, data=fields).status_code == 303
    assert stored(school) == ["Typed.\n\nMore."]


def test_a_form_that_expired_hands_the_text_back_too(school: School, ada: Reader) -> None:
    reply = save(ada, "Typed.", csrf_token="wrong")  # noqa: S106 - it is none.
    assert reply.status_code == 400
    assert Form.on(reply.get_data(as_text=True), "based_on").fields["explanation"] == "Typed."
    assert stored(school) == []


@pytest.mark.parametrize("headers", [None, SCRIPT], ids=["page", "script"])
def test_a_text_is_never_saved_as_somebody_else_s(
    school: School, ada: Reader, headers: dict[str, str] | None
) -> None:
    bob = Reader.of(school, "bob")
    reply = save(bob, "By Ada.", login="ada", headers=headers)
    assert reply.status_code == 403
    assert "Somebody else is signed in now." in reply.get_data(as_text=True)
    assert stored(school, "bob") == stored(school) == []
    assert save(ada, "By Ada.").status_code == 303


@pytest.mark.parametrize("base", ["", "x", "-1", "9" * 30, "1.0", "\u0661"])
def test_a_text_is_worth_more_than_where_it_came_from(
    school: School, ada: Reader, base: str
) -> None:
    assert save(ada, "Kept.", based_on=base).status_code == 303
    assert stored(school) == ["Kept."]


def test_the_script_is_told_what_the_page_then_shows(school: School, ada: Reader) -> None:
    reply = save(ada, "One.", headers=SCRIPT, how="autosave")
    told = reply.get_json()
    assert (reply.status_code, told["number"], told["meanwhile"].strip()) == (200, 1, "")
    page = ada.open(PAGE)
    assert told["saved"] in page
    assert told["versions"] in page
    assert "by itself" in text_of(told["versions"])
    waiting = save(ada, "One. Two.", headers=SCRIPT, how="autosave")
    assert waiting.status_code == 202
    assert 0 < waiting.get_json()["wait"] <= 30
    left = save(ada, "One. Two.", headers=SCRIPT, how="leaving", based_on="0")
    assert "version 1 was saved from another tab" in text_of(left.get_json()["meanwhile"])
    assert "on leaving the page" in text_of(left.get_json()["versions"])
    empty = save(Reader.of(school, "bob"), "", headers=SCRIPT, how="autosave")
    assert empty.get_json()["number"] == 0


def test_the_script_is_told_why_a_text_is_refused(school: School, ada: Reader) -> None:
    reply = save(ada, "x" * (LONGEST + 1), headers=SCRIPT)
    assert (reply.status_code, reply.content_type) == (422, "application/json")
    assert "this one has 20,001" in reply.get_json()["detail"]
    now = datetime.now(UTC)
    with transaction(school.engine) as session:
        session.add_all(
            Explanation(
                person_id=school.ids["ada"], problem=PROBLEM, number=number + 1, text=str(number),
                based_on=number, source="form", late_seconds=0, saved_at=now,
            )
            for number in range(MOST_A_DAY)
        )  # fmt: skip
    reply = save(ada, "One more.", headers=SCRIPT)
    assert reply.status_code == 429
    assert int(reply.headers["Retry-After"]) > 80_000
    assert "400 times within a day" in reply.get_json()["detail"]
    assert "395 earlier versions" in text_of(ada.open(PAGE))


def test_the_preview_is_what_would_be_shown_and_stores_nothing(school: School, ada: Reader) -> None:
    token = Form.on(ada.open(PAGE), "based_on").fields["csrf_token"]

    def preview(text: str) -> TestResponse:
        data = {"csrf_token": token, "explanation": text}
        return ada.client.post(f"{PAGE}/preview", data=data)

    before = school.rows()
    assert preview("**Bold**\x00").get_data(as_text=True) == "<p><strong>Bold</strong>�</p>\n"
    assert preview("x" * (LONGEST + 1)).status_code == 422
    assert ada.client.post(f"{PAGE}/preview", data={"explanation": "x"}).status_code == 400
    assert school.rows() == before


HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "![x](data:image/svg+xml;base64,PHN2Zy8+)",
    "$\\href{javascript:alert(1)}{x}$ $\\def\\a{\\a\\a}\\a$ \u202e \x00",
    "</pre></textarea></div><style>*{display:none}</style>{{ 7*7 }}{% raw %}",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_page_that_shows_a_hostile_text_has_it_as_markup(school: School, text: str) -> None:
    reader = Reader.of(school, "ada")
    save(reader, f"one\n{text}")
    save(reader, f"{text}\ntwo")
    staff = Reader.of(school, "tia")
    at = f"/staff/students/ada/explanations/{PROBLEM}"
    pages = [reader.open(PAGE), reader.open(f"{PAGE}/1"), reader.open(f"{PAGE}/2")]
    for page in [*pages, staff.open(at), staff.open(f"{at}?version=1")]:
        main = page[page.index("<main") :]
        assert not re.search(
            r"<script|<img|<style|onerror=|href=\"(?:javascript|data)", unquoted(main)
        )
        assert "49" not in text_of(main).split()


def unquoted(page: str) -> str:
    """The page without the text that stands in its box: a browser takes no markup there."""
    assert page.count("</textarea>") <= 1
    return re.sub(r"&lt;.*?&gt;", "", page)


def test_staff_read_each_version_and_students_nobody_else_s(school: School, ada: Reader) -> None:
    save(ada, f"First {CANARY}.")
    save(ada, f"Second {CANARY}.")
    tia, bob = Reader.of(school, "tia"), Reader.of(school, "bob")
    at = f"/staff/students/ada/explanations/{PROBLEM}"
    assert f'<a href="{at}">' in tia.open("/staff/students/ada")
    assert "Second" in tia.open(at)
    older = text_of(tia.open(f"{at}?version=1"))
    assert "Version 2 is the newest, and counts." in older
    assert "only in version 1 First" in older
    for missing in (f"{at}?version=3", f"{at}?version=x", at.replace("/ada/", "/nobody/")):
        assert tia.client.get(missing).status_code == 404
    for path in (PAGE, f"{PAGE}/1", at, "/staff/students/ada", f"/{PROBLEM}"):
        assert CANARY not in bob.client.get(path).get_data(as_text=True)
    absent = bob.client.get(f"{PAGE}/1"), bob.client.get(f"{PAGE}/2")
    assert [reply.status_code for reply in absent] == [404, 404]


def test_staff_see_that_nothing_is_written(school: School) -> None:
    tia = Reader.of(school, "tia")
    assert "Explanations" not in tia.open("/staff/students/ada")
    at = f"/staff/students/ada/explanations/{PROBLEM}"
    assert "Nothing is written yet." in text_of(tia.open(at))
