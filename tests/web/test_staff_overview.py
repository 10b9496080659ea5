"""The overview: what staff see of a class, while the deadline passes too."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, update

from grader.db.models import ActivePolicy, KeyCheck, Person
from grader.db.session import transaction
from grader.domain.alarms import FEWEST
from grader.services.answers.arriving import Arrival
from grader.services.answers.submitting import submit_within
from grader.services.keys.drafts import Author, accept_value, discard
from tests.support.people import add_person
from tests.support.school import School
from tests.web.in_force import change_policy
from tests.web.pages import text_of

PAGE = "/staff/overview/pset7"
PART = "pset7/ancestry/a"


def read(school: School, path: str = PAGE, who: str = "tia", **headers: str) -> str:
    reply = school.browser(who).get(path, headers=headers)
    assert reply.status_code == 200, path
    return reply.get_data(as_text=True)


def due_in(school: School, **length: float) -> None:
    due = datetime.now(UTC) + timedelta(**length)
    change_policy(school, lambda it: replace(it, due=due))


def submit_as(school: School, login: str, answer: str, *, section: str = "Tue") -> None:
    with transaction(school.engine) as session:
        person = add_person(session, login, section=section)
        arrival = Arrival(person, PART, answer, "api", None, datetime.now(UTC))
        submit_within(session, course=school.catalog.course, signer=school.signer, arrival=arrival)


def test_each_part_is_told_in_figures_and_leads_to_the_problem_s_page(school: School) -> None:
    school.submit(PART, "0.5")
    school.submit(PART, school.expected(PART))
    school.submit(PART, school.expected(PART), who="bob")
    page = read(school)
    assert 'href="/staff/pset7/ancestry#part-a"' in page
    line = next(row for row in page.split("<tr") if "#part-a" in row and "ancestry" in row)
    words = text_of(f"<tr{line}").split()
    assert words[-6:] == ["50", "%", "1.5", "3"] or words.count("2") == 2
    assert "100 %" in text_of(page)
    assert page.count("nobody has tried it yet") == 9


def test_a_section_is_chosen_by_the_form_and_by_the_address(school: School) -> None:
    submit_as(school, "cleo", "0.5")
    page = read(school, f"{PAGE}?section=Tue")
    assert "<option selected>Tue" in page
    assert "1 student in Tue" in text_of(page)
    assert "3 students." in text_of(read(school))
    assert "Nobody is in this section." in read(school, f"{PAGE}?section=none")
    assert "Nothing has been submitted yet by this section." in text_of(
        read(school, f"{PAGE}?section=Mon+1:30")
    )


def test_without_work_without_students_and_without_a_policy_it_says_so(school: School) -> None:
    assert "Nothing has been submitted yet." in text_of(read(school))
    with transaction(school.engine) as session:
        session.execute(update(Person).where(Person.role == "student").values(active=False))
    assert "There are no students yet." in text_of(read(school))
    with transaction(school.engine) as session:
        session.execute(delete(ActivePolicy))
    reply = school.browser("tia").get(PAGE)
    assert reply.status_code == 409
    assert school.browser("tia").get("/staff/overview/none").status_code == 404


def test_practice_has_no_due_time(school: School) -> None:
    page = read(school, "/staff/overview/lecture_deep_learning")
    assert "Practice without a due time." in page


def test_what_is_graded_without_a_due_time_is_not_called_practice(school: School) -> None:
    change_policy(school, lambda it: replace(it, due=None, closes=None))
    assert "Graded, without a due time." in read(school)
    rules = text_of(read(school, "/pset7", "ada"))
    assert "There is no due time: work counts for as long as it can be submitted" in rules
    assert "practise" not in rules


@pytest.mark.parametrize(("minutes", "asks"), [(61, False), (59, True), (-59, True), (-61, False)])
def test_it_asks_again_only_while_the_deadline_passes(
    school: School, minutes: int, *, asks: bool
) -> None:
    school.submit(PART, "0.5")
    due_in(school, minutes=minutes)
    page = read(school)
    assert ('hx-trigger="every 30s"' in page) is asks
    assert ("Look again now" in page) is asks
    assert "aria-live" not in page.partition('id="now"')[2]


def test_htmx_gets_only_what_may_have_changed(school: School) -> None:
    school.submit(PART, "0.5")
    due_in(school, minutes=5)
    section = "Mon 1:30"
    page = read(school, f"{PAGE}?section=Mon+1:30", **{"HX-Request": "true"})
    assert page.lstrip().startswith('<div id="now"')
    assert "<html" not in page
    assert f"2 students in {section}" in text_of(page)
    assert 'hx-get="/staff/overview/pset7?section=Mon+1:30"' in page


def test_alarms_stand_on_top_with_the_value_the_counts_and_a_link(school: School) -> None:
    assert "may be wrong" not in read(school)
    for number in range(FEWEST):
        submit_as(school, f"s{number}", "0.125")
    page = read(school)
    told = text_of(page)
    assert f"{FEWEST} students gave 0.125 , and 0 what the key expects." in told
    alarm = page.index("The key may be wrong")
    assert alarm < page.index("<table")
    assert 'href="/staff/pset7/ancestry#part-a"' in page[alarm : alarm + 200]


def test_a_part_far_below_the_others_may_have_a_wrong_key_or_an_unclear_text(
    school: School,
) -> None:
    for number in range(FEWEST):
        submit_as(school, f"s{number}", f"0.12{number}")
        with transaction(school.engine) as session:
            person = session.query(Person).filter_by(login=f"s{number}").one().id
            part = "pset7/ancestry/b"
            arrival = Arrival(person, part, school.expected(part), "api", None, datetime.now(UTC))
            submit_within(
                session, course=school.catalog.course, signer=school.signer, arrival=arrival
            )
    told = text_of(read(school))
    assert "The key may be wrong, or the text unclear" in told
    assert "0 % were right at once, against 100 % at the problem’s other parts." in told


def test_stale_keys_and_waiting_requests_are_told(school: School) -> None:
    page = read(school)
    assert "out of date" not in page
    assert "regrade request" not in page
    with transaction(school.engine) as session:
        session.execute(
            update(KeyCheck)
            .where(KeyCheck.problem == "pset7/ancestry")
            .values(state="stale", reasons={"reasons": ["data file <b>.csv changed"]})
        )
    page = read(school)
    assert page.count("is out of date") == 1
    assert "data file &lt;b&gt;.csv changed" in page


def test_a_key_that_waits_for_a_regrade_is_named_until_it_is_put_aside(school: School) -> None:
    assert "waits for a regrade" not in read(school)
    draft = Author("tia", "many gave it")
    with transaction(school.engine) as session:
        accept_value(session, part=PART, value=Decimal("0.5"), author=draft, now=datetime.now(UTC))
    page = read(school)
    assert 'href="/staff/regrades#waiting">Version 2 of the key of 2 ' in page
    assert page.index("waits for a regrade") < page.index("<table")
    with transaction(school.engine) as session:
        discard(
            session,
            problem="pset7/ancestry",
            version=2,
            reason="a slip",
            actor="tia",
            now=datetime.now(UTC),
        )
    assert "waits for a regrade" not in read(school)


def test_what_is_late_is_told_from_what_is_not(school: School) -> None:
    school.submit(PART, "0.5")
    due_in(school, minutes=-30)
    school.submit(PART, "0.6")
    page = read(school)
    assert "Coloured bars are after the due time." not in page or "drawing__bar--marked" in page
    due_in(school, hours=-30)
    assert "drawing__bar--marked" in read(school)


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}?section=Tue"])
def test_a_student_finds_no_such_page(school: School, path: str) -> None:
    assert school.browser("ada").get(path).status_code == 404


@pytest.mark.parametrize("text", ["%00", "a%00", "%ED%A0%80", "%FF"])
def test_a_section_that_can_not_be_has_nobody(school: School, text: str) -> None:
    assert "Nobody is in this section." in read(school, f"{PAGE}?section={text}")
