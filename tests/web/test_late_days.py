"""Due times, extensions and what submitting costs, as a student's pages and the API tell them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from grader.db.session import transaction
from grader.services.policies.extending import grant
from tests.support.school import School
from tests.web.in_force import change_policy
from tests.web.pages import Reader, result, text_of

ANCESTRY, PART = "/pset7/ancestry", "pset7/ancestry/a"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def give(school: School, until: datetime, who: str = "ada") -> None:
    with transaction(school.engine) as session:
        grant(
            session,
            login=who,
            assignment="pset7",
            until=until,
            reason="a broken arm",
            actor="cli:ina",
            now=datetime.now(UTC),
        )


@pytest.mark.parametrize("after", [HOUR, 6 * DAY], ids=["late", "closed"])
def test_who_has_an_extension_is_on_time_and_is_told_so(school: School, after: timedelta) -> None:
    due = datetime.now(UTC) - after
    change_policy(school, lambda one: replace(one, due=due, closes=due + 5 * DAY))
    until = datetime.now(UTC) + DAY
    give(school, until)
    ada, bob = Reader.of(school, "ada"), Reader.of(school, "bob")
    overview, page = text_of(ada.open("/pset7")), ada.open(ANCESTRY)
    assert "You have an extension until" in overview
    assert "by your extension" in text_of(page)
    assert "Submitting now is on time." in text_of(page)
    assert "broken arm" not in overview + page
    ada.check(ANCESTRY, press="a", a=school.expected(PART))
    assert "Correct Attempt 1." in result(ada.open(ANCESTRY), "a")
    assert "extension" not in text_of(bob.open("/pset7") + bob.open(ANCESTRY))
    assert "Submitting now is on time." not in text_of(bob.open(ANCESTRY))


def test_staff_see_a_student_s_extensions(school: School) -> None:
    tia = Reader.of(school, "tia")
    assert "Extensions" not in text_of(tia.open("/staff/students/ada"))
    give(school, datetime.now(UTC) + 9 * DAY)
    seen = text_of(tia.open("/staff/students/ada"))
    assert "in force a broken arm cli:ina" in seen


def test_an_extension_that_was_granted_later_takes_the_cost_off_the_history(school: School) -> None:
    due = datetime.now(UTC) - HOUR
    change_policy(school, lambda one: replace(one, due=due))
    ada = Reader.of(school, "ada")
    ada.check(ANCESTRY, press="a", a=school.expected(PART))
    assert "late, used 1 late day" in result(ada.open(ANCESTRY), "a")
    tia, answers = Reader.of(school, "tia"), "Every answer, newest first"
    seen = text_of(tia.open("/staff/students/ada")).partition(answers)[2]
    assert " late, 1 late day form" in seen
    whole = text_of(tia.open("/staff/students/ada"))
    assert "It uses 1 of at most 2 late days; before it, 4 of the term’s 4 were left." in whole
    give(school, due + 2 * HOUR)
    assert "Correct Attempt 1." in result(ada.open(ANCESTRY), "a")
    assert " late, 1 late day" not in text_of(tia.open("/staff/students/ada")).partition(answers)[2]
    assert "Late days left 4 of 4" in text_of(ada.open("/pset7"))


def test_in_the_grace_an_answer_is_on_time_and_the_page_says_until_when(school: School) -> None:
    due = datetime.now(UTC) - timedelta(minutes=3)
    change_policy(school, lambda one: replace(one, due=due, grace_seconds=3600))
    ada = Reader.of(school, "ada")
    page = text_of(ada.open(ANCESTRY))
    assert "The due time has passed. In the grace until" in page
    assert "submitting still counts as on time." in page
    assert "Each deadline has a grace of 1 h" in text_of(ada.open("/pset7"))
    ada.check(ANCESTRY, press="a", a=school.expected(PART))
    assert "past due, in the grace: on time." in result(ada.open(ANCESTRY), "a")
    explanation = text_of(ada.open(f"{ANCESTRY}/explanation"))
    assert "It is past the due time" not in explanation


def test_beyond_the_late_days_the_page_says_what_is_taken_off(school: School) -> None:
    due = datetime.now(UTC) - 2.5 * DAY
    change_policy(school, lambda one: replace(one, due=due, max_late_days=0, penalty_percent=10))
    ada = Reader.of(school, "ada")
    told = "This assignment takes no late days: submitting now takes 30 % off a part’s points."
    assert told in text_of(ada.open(ANCESTRY))
    assert "Late work loses 10 % of a part’s points for each day begun." in text_of(
        ada.open("/pset7")
    )
    ada.check(ANCESTRY, press="a", a=school.expected(PART))
    assert "late, 30 % off." in result(ada.open(ANCESTRY), "a")
    assert "Points so far 3.5 " in text_of(ada.open("/pset7"))


def test_a_page_whose_assignment_has_closed_says_when(school: School) -> None:
    closed = datetime.now(UTC) - HOUR
    change_policy(school, lambda one: replace(one, due=closed - DAY, closes=closed))
    ada = Reader.of(school, "ada")
    assert "Closed on" in text_of(ada.open(ANCESTRY))


@pytest.mark.parametrize(
    ("after", "changes", "expected"),
    [
        (-HOUR, {}, ("on time", 0, 100)),
        (HOUR, {}, ("late", 1, 100)),
        (HOUR, {"grace_seconds": 7200}, ("in grace", 0, 100)),
        (3 * DAY, {}, ("too late", 0, 0)),
        (3.5 * DAY, {"penalty_percent": 10}, ("beyond", 2, 80)),
    ],
)
def test_the_api_tells_the_caller_s_dates_and_what_submitting_now_would_cost(
    school: School,
    after: timedelta,
    changes: dict[str, Any],
    expected: tuple[str, int, int],
) -> None:
    due = datetime.now(UTC) - after
    change_policy(school, lambda one: replace(one, due=due, closes=None, **changes))
    for path in ("/assignments/pset7", "/problems/pset7/ancestry"):
        told = school.get(path).get_json()["lateness"]
        assert (datetime.fromisoformat(told["due"]), told["closes"], told["extension"]) == (
            due, None, None
        )  # fmt: skip
        assert told["late_days_left"] == 4
        now = told["submitting_now"]
        assert (now["timing"], now["late_days"], now["percent"]) == expected
        assert now["in_words"]


def test_the_api_tells_an_extension(school: School) -> None:
    due = datetime.now(UTC) - HOUR
    change_policy(school, lambda one: replace(one, due=due, closes=due))
    assert school.get("/assignments/pset7").get_json()["lateness"]["submitting_now"]["timing"] == (
        "closed"
    )
    until = datetime.now(UTC) + DAY
    give(school, until)
    reply = school.get("/assignments/pset7").get_json()
    told = reply["lateness"]
    assert told["due"] == told["closes"] == told["extension"] == reply["due"]
    assert datetime.fromisoformat(told["extension"]) == until
    assert told["submitting_now"]["timing"] == "on time"
    assert school.submit(PART, "0.5").status_code == 201
    assert school.submit(PART, "0.5", who="bob").status_code == 403
