"""Marking explanations without knowing whose they are, as a browser without scripts does it."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from grader.db.models import Explanation, ExplanationMark, Person
from grader.db.session import reading, transaction
from grader.domain.marks import LONGEST_COMMENT, place
from grader.services.explanations.rubrics import Wanted, add_item
from grader.services.explanations.standing_marks import Mark, standing_marks
from grader.services.ledger.ledger import list_entries
from grader.web import access
from tests.support.people import add_person
from tests.support.school import School
from tests.support.statements import statements
from tests.web.in_force import change_policy
from tests.web.pages import Form, Reader, mentions, text_of

PROBLEM = "pset7/ancestry"
HERE = "/staff/marking/pset7"
NEXT = f"{HERE}/ancestry"
TEXT = "Weights: <script>alert(1)</script> $\\theta_1$"


def at(school: School, who: str, problem: str = PROBLEM) -> str:
    """Where this person's explanation is marked."""
    key = str(school.app.secret_key)
    return f"/staff/marking/{problem}/{place(key, problem, school.ids[who])}"


def write(school: School, *people: str, text: str = TEXT, based_on: int = 0) -> None:
    for who in people:
        assert school.explain(PROBLEM, text, based_on, who=who).status_code == 201


def enrol(school: School, *logins: str) -> None:
    """More students, who have written; straight into the tables, as they have no tokens."""
    with transaction(school.engine) as session:
        for login in logins:
            school.ids[login] = add_person(session, login)
            session.add(
                Explanation(
                    person_id=school.ids[login],
                    problem=PROBLEM,
                    number=1,
                    text=f"By {len(login)}",
                    based_on=0,
                    source="form",
                    late_seconds=0,
                    saved_at=datetime.now(UTC),
                )
            )


def add_items(school: School, *points: str) -> None:
    with transaction(school.engine) as session:
        for each in points:
            wanted = Wanted(PROBLEM, f"Item of {each}", each)
            add_item(session, wanted=wanted, actor="tia", now=datetime.now(UTC))


def fields(page: str) -> dict[str, str]:
    """The form as a browser would send it: a box that is not ticked is not sent."""
    found = Form.on(page, "comment").fields
    ticked = set(re.findall(r'name="(item\.\d+)"[^>]* checked', page))
    return {
        name: value
        for name, value in found.items()
        if not name.startswith("item.") or name in ticked
    }


def send(reader: Reader, path: str, *items: int, do: str = "stay", **typed: str) -> TestResponse:
    """Open the page, tick these items besides, and press a button."""
    form = fields(reader.open(path)) | {f"item.{each}": "on" for each in items}
    return reader.client.post(path, data=form | {"do": do} | typed)


def marks(school: School) -> list[Mark]:
    with reading(school.engine) as session:
        return standing_marks(session, problems=[PROBLEM])


@pytest.fixture
def tia(school: School) -> Reader:
    """A TA before two explanations and a rubric."""
    write(school, "ada", "bob")
    add_items(school, "3", "2.5", "-1")
    return Reader.of(school, "tia")


def test_a_grader_sees_the_explanation_and_the_rubric_and_not_who_wrote_it(
    school: School, tia: Reader
) -> None:
    page = tia.open(at(school, "ada"))
    assert "<script>alert" not in page
    assert "<math" in page
    assert "Explanation 1 of 2" in page or "Explanation 2 of 2" in page
    assert "Item of 2.5" in page
    assert not re.search(r"\bada\b|\bbob\b", page, re.IGNORECASE)
    for person in ("ada", "bob"):
        assert f"/students/{person}" not in page


def test_places_are_addresses_that_only_the_service_can_make(school: School, tia: Reader) -> None:
    assert at(school, "ada") not in (at(school, "bob"), at(school, "ada", "pset7/calibration"))
    for wrong in ("0" * 16, "1", "ada", "\u0661", "rubrics"):
        tia.open(f"{NEXT}/{wrong}", status=404)
    tia.open(at(school, "tia"), status=404)
    tia.open(f"{HERE}/none/{'0' * 16}", status=404)


def test_a_mark_is_saved_shown_and_can_be_made_anew(school: School, tia: Reader) -> None:
    here = at(school, "ada")
    reply = send(tia, here, 1, 3, comment="Good, *but* short.")
    assert (reply.status_code, reply.location) == (303, f"{here}?saved={here[-16:]}")
    (mark,) = marks(school)
    assert (mark.person_id, mark.items, mark.comment, mark.actor) == (
        school.ids["ada"],
        {1, 3},
        "Good, *but* short.",
        "tia",
    )
    page = tia.open(here)
    assert "Marked: 2 of 5" in text_of(page)
    assert "By tia," in text_of(page)
    assert fields(page)["comment"].strip() == "Good, *but* short."
    assert {name for name in fields(page) if name.startswith("item.")} == {"item.1", "item.3"}
    form = fields(page)
    del form["item.3"]
    assert tia.client.post(here, data=form | {"do": "stay"}).status_code == 303
    assert (marks(school)[0].number, marks(school)[0].items) == (2, {1})
    with reading(school.engine) as session:
        entry = list_entries(session, limit=1)[0]
    assert (entry.act, entry.about, entry.login) == ("mark", PROBLEM, "ada")


def test_save_and_next_goes_through_all_and_then_back_to_the_queue(
    school: School, tia: Reader
) -> None:
    enrol(school, "cleo", "dan", "eva")
    reply, seen = tia.client.get(NEXT), []
    for _ in range(5):
        assert reply.status_code == 303
        where = reply.location
        seen.append(where.partition("?")[0])
        reply = send(tia, where, 1, do="next")
        assert reply.status_code == 303
        reply = tia.client.get(reply.location)
    assert sorted(seen) == sorted(at(school, who) for who in ("ada", "bob", "cleo", "dan", "eva"))
    assert len(marks(school)) == 5
    assert reply.location == f"{HERE}?done=ancestry"
    page = text_of(tia.open(reply.location))
    assert "Nothing waits in Logistic Regression: Ancestry" in page
    assert "5 of 5 explanations are marked" in page


def test_the_page_after_a_save_leads_back_to_the_one_before(school: School, tia: Reader) -> None:
    first = at(school, "ada")
    reply = tia.client.get(send(tia, first, 1, do="next").location)
    assert reply.location == f"{at(school, 'bob')}?saved={first[-16:]}"
    page = tia.open(reply.location)
    assert "Saved. Back to the one before 1 explanation left." in text_of(page)
    assert f'data-saved="{first}"' in page
    assert "Saved." not in text_of(tia.open(f"{at(school, 'bob')}?saved=%22%3E"))


def test_graders_begin_at_different_places(school: School) -> None:
    enrol(school, *(f"s{number}" for number in range(30)))
    with transaction(school.engine) as session:
        for number in range(6):
            add_person(session, f"grader{number}", role="ta")
    firsts = {Reader.of(school, f"grader{number}").client.get(NEXT).location for number in range(6)}
    assert len(firsts) > 2


def test_the_way_forth_and_back_is_the_shuffled_order(school: School, tia: Reader) -> None:
    enrol(school, "cleo", "dan")
    order = sorted(at(school, who) for who in ("ada", "bob", "cleo", "dan"))
    for number, here in enumerate(order):
        page = tia.open(here)
        assert f"Explanation {number + 1} of 4" in page
        found = dict(re.findall(r'rel="(prev|next)" href="([^"]*)"', page))
        wanted = {"prev": order[number - 1]} if number else {}
        wanted |= {"next": order[number + 1]} if number < 3 else {}
        assert found == wanted


def test_an_item_is_added_on_the_way_and_what_was_typed_stays(school: School, tia: Reader) -> None:
    here = at(school, "ada")
    reply = send(
        tia,
        here,
        2,
        do="add",
        comment="Half a comment",
        **{"new.words": "Says <b>why</b>", "new.points": "0.5"},
    )
    page = reply.get_data(as_text=True)
    assert reply.status_code == 200
    assert "Says &lt;b&gt;why&lt;/b&gt;" in page
    form = fields(page)
    assert form["comment"].strip() == "Half a comment"
    # The new one is not ticked: only the grader says that it applies here.
    assert {name for name in form if name.startswith("item.")} == {"item.2"}
    assert "“Says <b>why</b>” is in the rubric now. Tick it if it applies here too." in text_of(
        page
    )
    assert form["new.words"] == form["new.points"] == ""
    assert marks(school) == []
    assert tia.client.post(here, data=form | {"do": "stay"}).status_code == 303
    assert marks(school)[0].items == {2}
    assert "Says &lt;b&gt;why" in tia.open(at(school, "bob"))


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ({"do": "add", "new.words": " ", "new.points": "1"}, 422, "Say in at most 300 characters"),
        ({"do": "add", "new.words": "Why", "new.points": "x"}, 422, "as a number such as"),
        ({"do": "add", "new.words": "Item of 3", "new.points": "1"}, 422, "just these words"),
        ({"new.words": "Why", "new.points": "1"}, 422, "The new item is not in the rubric yet"),
        ({"seen": "1"}, 409, "Somebody else has marked this explanation meanwhile"),
        ({"seen": "x"}, 422, "This form is incomplete"),
        ({"newest": ""}, 422, "This form is incomplete"),
        ({"item.99": "on"}, 422, "The rubric has no such item"),
        ({"comment": "x" * (LONGEST_COMMENT + 1)}, 422, "at most 4,000 characters"),
    ],
)
def test_what_is_refused_stays_in_the_form(  # noqa: PLR0917 - its table.
    school: School, tia: Reader, typed: dict[str, str], status: int, words: str
) -> None:
    here = at(school, "ada")
    reply = send(tia, here, 1, **({"comment": "My words"} | typed))
    page = reply.get_data(as_text=True)
    assert reply.status_code == status
    assert words in text_of(page)
    form = fields(page)
    assert form["comment"].strip() == typed.get("comment", "My words")
    assert "item.1" in form
    for name in ("new.words", "new.points"):
        assert form[name] == typed.get(name, "")
    assert marks(school) == []


def test_a_mark_that_says_nothing_is_refused(school: School, tia: Reader) -> None:
    reply = send(tia, at(school, "ada"))
    assert reply.status_code == 422
    assert "Choose what applies, or write a comment" in text_of(reply.get_data(as_text=True))


def test_the_second_of_two_graders_reads_the_first_and_keeps_what_they_typed(
    school: School, tia: Reader
) -> None:
    here, ina = at(school, "ada"), Reader.of(school, "ina")
    mine = fields(ina.open(here)) | {"item.2": "on", "comment": "Mine", "do": "stay"}
    assert send(tia, here, 1, comment="Theirs").status_code == 303
    reply = ina.client.post(here, data=mine)
    page = reply.get_data(as_text=True)
    assert reply.status_code == 409
    assert "By tia," in text_of(page)
    assert "Theirs" in page
    again = fields(page)
    assert again["comment"].strip() == "Mine"
    assert "item.2" in again
    assert "item.1" not in again
    assert ina.client.post(here, data=again | {"do": "stay"}).status_code == 303
    assert [(each.actor, each.number) for each in marks(school)] == [("ina", 2)]


def test_pressing_twice_is_one_mark(school: School, tia: Reader) -> None:
    here = at(school, "ada")
    form = fields(tia.open(here)) | {"item.1": "on", "do": "stay"}
    for _ in range(2):
        assert tia.client.post(here, data=form).status_code == 303
    assert school.rows()["explanation_marks"] == 1


def test_another_version_can_be_marked_and_a_later_one_is_told(school: School, tia: Reader) -> None:
    here = at(school, "ada")
    write(school, "ada", text="Second, with more", based_on=1)
    assert "Second, with more" in tia.open(here)
    page = tia.open(f"{here}?version=1")
    assert "Weights:" in page
    form = fields(page) | {"item.1": "on", "do": "stay"}
    assert tia.client.post(here, data=form).status_code == 303
    assert (marks(school)[0].version, marks(school)[0].newest_seen) == (1, 2)
    assert "Changed since" not in tia.open(here)
    write(school, "ada", text="Third", based_on=2)
    page = text_of(tia.open(here))
    assert "Changed since it was marked. The mark is for version 1; version 3 was saved" in page
    assert "What differs from version 1, which is marked" in page
    queue = tia.open(HERE)
    assert f'href="{here}"' in queue
    tia.open(f"{here}?version=4", status=404)
    assert tia.client.post(here, data=fields(tia.open(here)) | {"version": "9"}).status_code == 404


def test_an_emptied_explanation_says_so(school: School, tia: Reader) -> None:
    write(school, "ada", text="", based_on=1)
    assert "It is empty: the student took everything out." in tia.open(at(school, "ada"))


def test_nobody_marks_their_own(school: School, tia: Reader) -> None:
    write(school, "tia")
    here = at(school, "tia")
    page = tia.open(here)
    assert "This is your own explanation" in page
    assert "<textarea" not in page
    assert "Explanation outside the class" in page
    ina = Reader.of(school, "ina")
    form = fields(ina.open(here)) | {"item.1": "on", "person": str(school.ids["tia"])}
    form["csrf_token"] = Form.on(page, "csrf_token").fields["csrf_token"]
    reply = tia.client.post(here, data=form)
    assert reply.status_code == 403
    assert "your own work" in text_of(reply.get_data(as_text=True))
    assert send(ina, here, 1).status_code == 303


def _away(*_: object, **__: object) -> None:
    raise OperationalError("SELECT 1", {}, ConnectionError("away"))


@pytest.mark.parametrize("fault", ["signed out", "form expired", "database away"])
@pytest.mark.parametrize("do", ["stay", "add"])
def test_no_mark_is_lost_to_a_fault(  # noqa: PLR0917 - its tables.
    school: School, tia: Reader, monkeypatch: pytest.MonkeyPatch, fault: str, do: str
) -> None:
    here = at(school, "ada")
    typed = fields(tia.open(here)) | {"item.1": "on", "item.3": "on", "comment": "Long words"}
    typed |= {"do": do, "new.words": "Why" if do == "add" else "", "new.points": "1"}
    client = tia.client
    with monkeypatch.context() as broken:
        if fault == "database away":
            broken.setattr(access, "looking", _away)
        elif fault == "signed out":
            client.delete_cookie("session")
        else:
            typed["csrf_token"] = "wrong"  # noqa: S105 - it is none.
        reply = client.post(here, data=typed)
    statuses = {"signed out": 401, "form expired": 400, "database away": 503}
    assert reply.status_code == statuses[fault]
    page = reply.get_data(as_text=True)
    again = Form.on(page, "comment").fields
    assert again["comment"].strip() == "Long words"
    assert {name for name in again if name.startswith("item.")} == {"item.1", "item.3"}
    assert again["new.words"].strip() == typed["new.words"]
    if fault == "signed out":
        client = Reader.of(school, "tia").client
        again["csrf_token"] = fields(Reader(client).open(here))["csrf_token"]
    reply = client.post(here, data=again | {"new.words": again["new.words"].strip()})
    assert reply.status_code == (200 if do == "add" else 303)
    assert [each.items for each in marks(school)] == ([] if do == "add" else [{1, 3}])
    assert school.rows()["rubric_items"] == (4 if do == "add" else 3)


def test_a_page_that_one_grader_left_open_saves_nothing_for_another(
    school: School, tia: Reader
) -> None:
    here = at(school, "ada")
    left = fields(tia.open(here)) | {"item.1": "on", "comment": "Mine"}
    ina = Reader.of(school, "ina")
    token = fields(ina.open(here))["csrf_token"]
    reply = ina.client.post(here, data=left | {"csrf_token": token})
    assert reply.status_code == 401
    assert not mentions(reply.get_data(as_text=True), "Mine")
    assert marks(school) == []


def test_the_queue_says_how_far_each_problem_is_and_who_marked(school: School, tia: Reader) -> None:
    page = text_of(tia.open(HERE))
    assert "0 of 2 explanations are marked. Each gives up to 5 points." in page
    assert "Nobody has marked anything yet." in page
    send(tia, at(school, "ada"), 1)
    send(Reader.of(school, "ina"), at(school, "bob"), 1)
    send(Reader.of(school, "ina"), at(school, "bob"), 2)
    page = text_of(tia.open(HERE))
    assert "2 of 2 explanations are marked." in page
    assert "Look through" in page
    assert re.search(r"ina 0 1 0 0 1 50 % tia 0 1 0 0 1 50 %", page)
    assert not re.search(r"\bada\b|\bbob\b", page, re.IGNORECASE)


def test_a_rubric_that_can_t_give_all_points_is_told(school: School, tia: Reader) -> None:
    assert "nobody can have all points" not in tia.open(HERE)
    with transaction(school.engine) as session:
        wanted = Wanted("pset7/calibration", "All", "4.5")
        add_item(session, wanted=wanted, actor="tia", now=datetime.now(UTC))
    assert "Calibrating ChatGPT come to 4.5 together, and 5 are possible" in tia.open(HERE)


def test_an_empty_queue_says_so(school: School) -> None:
    page = text_of(Reader.of(school, "tia").open(HERE))
    assert "Nobody has written an explanation yet." in page
    assert "nothing yet" in page
    Reader.of(school, "tia").open("/staff/marking/none", status=404)
    reply = Reader.of(school, "tia").client.get(NEXT)
    assert reply.location == f"{HERE}?done=ancestry"


def test_without_points_marks_are_words(school: School, tia: Reader) -> None:
    change_policy(school, lambda one: replace(one, explanation_points=Decimal(0)))
    assert "They give no points in this assignment" in tia.open(HERE)
    here = at(school, "ada")
    assert send(tia, here, 1, comment="Good.").status_code == 303
    page = tia.open(here)
    assert "of 5" not in page
    assert "+3" not in page


def release(school: School, who: str = "ina", students: str = "show") -> TestResponse:
    reader = Reader.of(school, who)
    form = Form.on(reader.open(HERE), "students").fields
    return reader.client.post(HERE, data=form | {"students": students})


def test_an_instructor_releases_and_withdraws_and_a_ta_does_not(
    school: School, tia: Reader
) -> None:
    assert 'name="students"' not in Reader.of(school, "ina").open(HERE)
    send(tia, at(school, "ada"), 1)
    page = tia.open(HERE)
    assert "An instructor releases and withdraws them." in page
    assert 'name="students"' not in page
    token = Form.on(tia.open(at(school, "bob")), "csrf_token").fields["csrf_token"]
    data = {"csrf_token": token, "students": "show", "seen": "0"}
    assert tia.client.post(HERE, data=data).status_code == 403
    page = text_of(Reader.of(school, "ina").open(HERE))
    assert "1 explanation is not marked yet" in page
    assert "Work can still be handed in" in page
    assert "1 student will read 1 mark at once, and the points count in their totals." in page
    assert "Who wrote no explanation has 0 of 5 there. Nobody can unread them." in page
    assert "Yes, show 1 mark" in page
    assert release(school).status_code == 303
    page = text_of(Reader.of(school, "ina").open(HERE))
    assert "Students see the marks ina released them on" in page
    assert "1 student read 1 mark now, and will read none; the points leave their totals." in page
    assert "Students see marks now" in tia.open(at(school, "bob"))
    assert release(school, students="hide").status_code == 303
    assert school.rows()["mark_releases"] == 2


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ({"students": "perhaps"}, 422, "Say whether students are shown the marks"),
        ({"students": "show", "seen": ""}, 422, "This form is incomplete"),
        ({"students": "show", "seen": "3"}, 409, "Somebody else has decided"),
    ],
)
def test_a_release_that_is_not_taken_says_why(  # noqa: PLR0917 - its table.
    school: School, tia: Reader, typed: dict[str, str], status: int, words: str
) -> None:
    send(tia, at(school, "ada"), 1)
    ina = Reader.of(school, "ina")
    form = Form.on(ina.open(HERE), "students").fields
    reply = ina.client.post(HERE, data=form | typed)
    assert reply.status_code == status
    assert words in text_of(reply.get_data(as_text=True))
    assert school.rows()["mark_releases"] == 0


def as_students_see(school: School, who: str) -> list[bytes]:
    """Everything that could tell of marks, without what differs from page to page by itself."""
    reader = Reader.of(school, who)
    pages = []
    for path in (f"/{PROBLEM}/explanation", f"/{PROBLEM}/explanation/1", f"/{PROBLEM}", "/grades"):
        page = re.sub(r'name="(csrf_token|key\.\w+)" value="[^"]*"', "", reader.open(path))
        page = re.sub(r"<time.*?</time>|data-now=\"[^\"]*\"", "", page)
        pages.append(page.encode())
    pages.append(school.get(f"/explanations/{PROBLEM}", who=who).data)
    return pages


def test_before_the_release_no_byte_tells_a_student_of_marks(school: School, tia: Reader) -> None:
    before = as_students_see(school, "ada")
    assert any(b"not marked yet" in page for page in before)
    send(tia, at(school, "ada"), 1, comment="A canary of a comment")
    assert as_students_see(school, "ada") == before
    release(school)
    shown = as_students_see(school, "ada")
    assert shown != before
    release(school, students="hide")
    assert as_students_see(school, "ada") == before


def test_after_the_release_a_student_reads_rubric_comment_and_points(
    school: School, tia: Reader
) -> None:
    send(tia, at(school, "ada"), 1, 3, comment="Good: $x^2$ <script>alert(2)</script>")
    release(school)
    ada = Reader.of(school, "ada")
    for path in (f"/{PROBLEM}/explanation", "/grades"):
        page = ada.open(path)
        words = text_of(page)
        assert "Item of 3 : applies +3" in words
        assert "Item of 2.5 : does not apply (+2.5)" in words
        assert "Item of -1 : applies −1" in words
        assert "<script>alert" not in page
        assert "For version 1, marked" in words
        assert not re.search(r"\btia\b", page, re.IGNORECASE)
    assert "Marked: 2 of 5 points" in text_of(ada.open(f"/{PROBLEM}/explanation"))
    grades = text_of(ada.open("/grades"))
    assert "How it was marked: Logistic Regression: Ancestry" in grades.replace(" :", ":")
    assert "2 of 5" in grades


def test_after_the_release_one_who_is_not_marked_or_wrote_nothing_reads_that(
    school: School, tia: Reader
) -> None:
    send(tia, at(school, "ada"), 1)
    release(school)
    bob = Reader.of(school, "bob")
    grades = text_of(bob.open("/grades"))
    assert grades.count("not marked yet") == 1
    assert grades.count("none was written 0 of 5") == 3
    assert "Item of 3" not in grades
    assert "Item of 3" not in bob.open(f"/{PROBLEM}/explanation")


def test_a_request_about_an_explanation_leads_to_where_it_is_marked(
    school: School, tia: Reader
) -> None:
    ada = Reader.of(school, "ada")
    form = Form.on(ada.open(f"/requests/{PROBLEM}"), "reason")
    data = form.fields | {"reason": "Please read it again."}
    assert ada.client.post(str(form.action), data=data).status_code == 303
    assert f'href="{at(school, "ada")}"' in tia.open("/staff/requests")
    page = tia.open(at(school, "ada"))
    assert "A regrade request waits" in page
    assert "Please read it again." in page
    assert not mentions(page, "Ada")
    assert "A regrade request waits" not in tia.open(at(school, "bob"))
    for path in ("/staff/students/ada", f"/staff/students/ada/explanations/{PROBLEM}"):
        assert f'href="{at(school, "ada")}"' in tia.open(path)


def test_pages_for_the_class_ask_the_database_no_more_for_a_larger_one(
    school: School, tia: Reader
) -> None:
    def asked(path: str) -> int:
        with statements(school.app.extensions["grader"].engine) as sent:
            tia.open(path)
        return len([each for each in sent if each.startswith("SELECT")])

    send(tia, at(school, "ada"), 1)
    paths = (HERE, at(school, "bob"), f"{NEXT}/rubric")
    few = [asked(path) for path in paths]
    enrol(school, *(f"s{number}" for number in range(12)))
    for number in range(6):
        send(tia, at(school, f"s{number}"), 1)
    assert [asked(path) for path in paths] == few


def test_no_comment_stands_in_the_log(
    school: School, tia: Reader, capfd: pytest.CaptureFixture[str]
) -> None:
    send(tia, at(school, "ada"), 1, comment="A canary of a comment")
    tia.open(at(school, "ada"))
    out, err = capfd.readouterr()
    assert "canary" not in out + err


def test_a_student_who_left_can_still_be_read_but_is_not_counted(
    school: School, tia: Reader
) -> None:
    with transaction(school.engine) as session:
        person = session.scalars(select(Person).where(Person.login == "bob")).one()
        person.active = False
    assert "0 of 1 explanations are marked" in text_of(tia.open(HERE))
    assert send(tia, at(school, "bob"), 1).status_code == 303
    with reading(school.engine) as session:
        assert session.scalars(select(ExplanationMark.person_id)).all() == [school.ids["bob"]]
