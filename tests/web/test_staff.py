"""The staff's pages: what they show, and to whom."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from grader.db.models import ActivePolicy, KeyCheck, Person
from grader.db.session import transaction
from grader.domain.alarms import FEWEST
from grader.domain.grading import AnswerKey
from grader.domain.grammar import canonical
from grader.services.answers.arriving import Arrival
from grader.services.answers.submitting import submit_within
from grader.services.practice.deploying import deploy, newest_graded
from grader.web.app import create_app
from tests.support.people import add_person
from tests.support.school import School
from tests.support.statements import statements
from tests.support.variants import ENTROPY, deploy_shipped, shipped_variants
from tests.web.in_force import change_course, change_key
from tests.web.pages import mentions, text_of

PART = "pset7/ancestry/a"


def read(school: School, path: str, who: str = "tia") -> str:
    reply = school.browser(who).get(path)
    assert reply.status_code == 200, path
    return reply.get_data(as_text=True)


def test_staff_begin_at_the_overview(school: School) -> None:
    reply = school.browser("tia").get("/staff/")
    assert (reply.status_code, reply.headers["Location"]) == (302, "/staff/overview/pset7")


def test_the_gradebook_shows_every_student_and_the_state_of_every_part(school: School) -> None:
    school.submit(PART, school.expected(PART))
    school.submit(PART, "0.5", who="bob")
    page = read(school, "/staff/pset7")
    assert "Ada" in page
    assert "Bob" in page
    assert page.count(">untried<") == 18
    assert page.count(">incorrect<") == 1
    assert page.count(">correct<") == 1


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("search=ad", "Ada", "Bob"),
        ("search=BOB", "Bob", "Ada"),
        ("section=Tue", "Cleo", "Ada"),
        ("section=Mon+1:30&search=b", "Bob", "Cleo"),
    ],
)
def test_the_gradebook_is_filtered_by_section_and_name(
    school: School, query: str, shown: str, hidden: str
) -> None:
    with transaction(school.engine) as session:
        add_person(session, "cleo", section="Tue")
    page = read(school, f"/staff/pset7?{query}")
    assert f">{shown}</a>" in page
    assert f">{hidden}</a>" not in page


def test_a_filter_that_matches_nobody_and_an_empty_class_say_so(school: School) -> None:
    assert "Nobody matches" in read(school, "/staff/pset7?search=zzz")
    with transaction(school.engine) as session:
        session.execute(update(Person).where(Person.role == "student").values(active=False))
    assert "no students yet" in read(school, "/staff/pset7")


def test_the_export_holds_what_the_page_shows(school: School) -> None:
    school.submit(PART, school.expected(PART))
    reply = school.browser("ina").get("/staff/pset7/gradebook.csv?search=ada")
    assert reply.headers["Content-Disposition"] == 'attachment; filename="pset7.csv"'
    rows = list(csv.DictReader(io.StringIO(reply.get_data(as_text=True))))
    assert [(row["login"], row["total"], row[PART]) for row in rows] == [("ada", "5", "5")]


def test_a_student_s_page_shows_every_answer_as_typed_and_as_read(school: School) -> None:
    school.submit(PART, "0.50")
    page = read(school, "/staff/students/ada")
    assert ">0.50<" in page
    assert ">0.5<" in page
    assert "Nothing has been submitted yet" in read(school, "/staff/students/bob")


def test_an_answer_says_of_which_assignment_it_is_where_there_are_several(school: School) -> None:
    graded, practice = school.catalog.course.assignments
    for assignment in (practice, graded):
        school.submit(assignment.problems[0].parts[0].slug, "0.5")
    answers = read(school, "/staff/students/ada").partition("Every answer, newest first")[2]
    rows = [text_of(f"<tr{row}") for row in answers.split("<tr")]
    for assignment in (practice, graded):
        assert rows[rows.index(assignment.title) + 1].startswith("1a 1 0.5")
    change_course(school, lambda first: [first], others=False)
    answers = read(school, "/staff/students/ada").partition("Every answer, newest first")[2]
    assert graded.title not in answers.partition("</table>")[0]


def test_an_assignment_without_a_policy_does_not_hide_the_rest_of_a_student(school: School) -> None:
    school.submit(PART, "0.50")
    change_course(school, lambda first: (first, replace(first, slug="pset8", title="The next")))
    page = text_of(read(school, "/staff/students/ada"))
    assert "0 of 50" in page
    assert "The next Its policy is not published yet, so nothing is scored." in page
    assert "grader policy publish pset8" in page
    assert "0.50" in page
    with transaction(school.engine) as session:
        session.execute(delete(ActivePolicy))
    page = text_of(read(school, "/staff/students/ada"))
    assert page.count("Its policy is not published yet") == 3
    assert "0.50" in page


def test_what_a_student_typed_is_shown_as_text(school: School) -> None:
    with transaction(school.engine) as session:
        add_person(session, "eve", name="<script>alert(1)</script>")
    page = read(school, "/staff/students/eve")
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_a_problem_s_page_shows_the_key_and_the_most_common_answers(school: School) -> None:
    for who in ("ada", "bob"):
        school.submit(PART, "0.25", who=who)
    school.submit(PART, school.expected(PART))
    page = read(school, "/staff/pset7/ancestry")
    assert school.expected(PART) in page
    assert page.index(">0.25<") < page.index(">correct<")
    assert "Nobody has answered this part yet" in page


def test_a_wrong_value_that_beats_the_right_one_raises_an_alarm(school: School) -> None:
    assert "may be wrong" not in read(school, "/staff/pset7/ancestry")
    with transaction(school.engine) as session:
        logins = [f"s{number}" for number in range(FEWEST)]
        for login in logins:
            person = add_person(session, login)
            for part in ("a", "b"):
                arrival = Arrival(
                    person, f"pset7/ancestry/{part}", "0.125", "api", None, datetime.now(UTC)
                )
                if part == "b":
                    arrival = replace(arrival, text=school.expected("pset7/ancestry/b"))
                submit_within(
                    session, course=school.catalog.course, signer=school.signer, arrival=arrival
                )
    page = text_of(read(school, "/staff/pset7/ancestry"))
    assert "The key may be wrong. See part (a) below." in page
    assert f"{FEWEST} students gave 0.125 , and 0 what the key expects." in page
    assert "0 % were right at once, against 100 % at the problem’s other parts." in page


def test_a_stale_key_is_said_with_its_reason_and_what_to_do(school: School) -> None:
    assert "out of date" not in read(school, "/staff/pset7/ancestry")
    with transaction(school.engine) as session:
        session.execute(
            update(KeyCheck).values(
                state="stale", reasons={"reasons": ["data file ancestry-train.csv changed"]}
            )
        )
    page = read(school, "/staff/pset7/ancestry")
    assert "data file ancestry-train.csv changed" in page
    assert "grader keys publish pset7/ancestry" in page
    with transaction(school.engine) as session:
        session.execute(delete(KeyCheck))
    assert "out of date" not in read(school, "/staff/pset7/ancestry")


PAGES = [
    "/staff/",
    "/staff/pset7",
    "/staff/pset7/gradebook.csv",
    "/staff/exports/pset7",
    "/staff/students/bob",
    "/staff/pset7/ancestry",
]


@pytest.mark.parametrize("path", PAGES)
def test_a_staff_page_can_not_be_told_from_none_by_a_student(school: School, path: str) -> None:
    reply = school.browser("ada").get(path)
    assert reply.status_code == 404
    assert not mentions(reply.get_data(as_text=True), "Bob")


@pytest.mark.parametrize("path", PAGES)
def test_nobody_sees_a_staff_page_without_signing_in(school: School, path: str) -> None:
    assert school.client().get(path).status_code in {303, 401}


@pytest.mark.parametrize(
    "path", ["/staff/none", "/staff/pset7/none", "/staff/none/none", "/staff/students/none"]
)
def test_what_does_not_exist_is_not_found(school: School, path: str) -> None:
    assert school.browser("tia").get(path).status_code == 404


def test_the_gradebook_takes_as_many_queries_for_a_class_of_any_size(school: School) -> None:
    engine = school.app.extensions["grader"].engine
    browser = school.browser("tia")
    browser.get("/staff/pset7")  # Keys and policies never change, so they are read only once.
    with statements(engine) as small:
        assert browser.get("/staff/pset7").status_code == 200
    with transaction(school.engine) as session:
        enrol(session, 100)
    browser.get("/staff/pset7")  # And what students answered, until they answer again.
    with statements(engine) as large:
        assert browser.get("/staff/pset7").status_code == 200
    assert len(large) == len(small) > 0


def enrol(session: Session, count: int) -> None:
    for number in range(count):
        add_person(session, f"more{number}")
    assert len(session.scalars(select(Person.id)).all()) > count


@pytest.mark.parametrize("text", ["%00", "a%00da", "%ED%A0%80", "%FF"])
def test_a_filter_that_no_name_contains_finds_nobody(school: School, text: str) -> None:
    for query in (f"search={text}", f"section={text}"):
        for path in ("/staff/pset7", "/staff/pset7/gradebook.csv"):
            assert not mentions(read(school, f"{path}?{query}"), "Ada")
        reply = school.get(f"/assignments/pset7/gradebook?{query}", who="tia")
        assert (reply.status_code, reply.get_json()["items"]) == (200, [])


@pytest.mark.parametrize("path", ["/staff/students/%00", "/staff/students/a%00", "/staff/%00"])
def test_a_nul_in_an_address_is_not_found(school: School, path: str) -> None:
    assert school.browser("tia").get(path).status_code == 404


def test_a_part_that_the_active_key_does_not_cover_is_said_to_be_so(school: School) -> None:
    def drop(key: AnswerKey) -> AnswerKey:
        return replace(key, parts={slug: each for slug, each in key.parts.items() if slug != PART})

    school.submit(PART, "0.25")
    assert "does not cover" not in read(school, "/staff/pset7/ancestry")
    forms = f"/staff/drafts?part={PART}"
    assert forms in read(school, "/staff/pset7/ancestry")
    change_key(school, "pset7/ancestry", drop)
    assert forms not in read(school, "/staff/pset7/ancestry")
    page = text_of(read(school, "/staff/pset7/ancestry"))
    assert page.count("The key does not cover this part yet") == 1
    assert school.expected("pset7/ancestry/b") in page


def test_staff_see_when_a_wrong_answer_is_right_for_a_variant_and_its_student_does_not(
    school: School,
) -> None:
    one, other = deploy_shipped(school.engine, ENTROPY, 2)
    part = f"{ENTROPY}/b"
    school.submit(part, canonical(other.parts[part].expected))
    school.submit(part, canonical(one.parts[part].expected + one.parts[part].tolerance * 2))
    school.submit(part, school.expected(part))
    for path in (f"/staff/{ENTROPY}", "/staff/students/ada"):
        page = text_of(read(school, path))
        assert page.count("right for variant 2") == page.count("right for variant") == 1
    for path in ("/pset7", f"/{ENTROPY}"):
        assert "right for" not in read(school, path, "ada")
    shown = school.get("/submissions").get_data(as_text=True)
    assert "variant" not in shown


def test_all_the_variants_that_an_answer_is_right_for_are_named(school: School) -> None:
    (draft,) = shipped_variants(ENTROPY, 1)
    with transaction(school.engine) as session:
        key_id, _graded = newest_graded(session, ENTROPY)
        for _time in range(2):
            deploy(session, draft=draft, key_id=key_id, actor="op", now=datetime.now(UTC))
    part = f"{ENTROPY}/a"
    school.submit(part, canonical(draft.key.parts[part].expected))
    assert "right for variants 1, 2" in text_of(read(school, f"/staff/{ENTROPY}"))


@pytest.fixture
def in_production(school: School) -> Iterator[FlaskClient]:
    settings = school.settings.model_copy(
        update={"env": "production", "base_url": "https://grader.example"}
    )
    app = create_app(settings)
    yield app.test_client()
    app.extensions["grader"].engine.dispose()


@pytest.mark.parametrize(
    ("host", "refused"),
    [
        ("grader.example", False),
        ("evil.example", True),
        ("grader.example.evil.example", True),
        ("evil.example:443", True),
    ],
)
def test_production_answers_no_host_but_its_own(
    in_production: FlaskClient, host: str, *, refused: bool
) -> None:
    for path in ("/", "/signin", "/healthz", "/staff/pset7", "/api/v1/course"):
        reply = in_production.get(path, headers={"Host": host})
        assert (reply.status_code == 400) == refused, path
        assert "evil" not in reply.headers.get("Location", "")
        assert "Content-Security-Policy" in reply.headers
