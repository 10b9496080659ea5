from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from grader.db.session import reading, transaction
from grader.domain.roles import Role
from grader.services.people.browser_sessions import open_session
from grader.services.roster.reading import list_people, narrow
from tests.support.people import add_person
from tests.support.statements import statements

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def course(session: Session) -> Session:
    ada = add_person(session, "ada", name="Zoë Ada", section="Mon", sis_user_id="0042")
    add_person(session, "bob", section="Tue", email="robert@x.edu")
    add_person(session, "tia", role="ta", section="Mon")
    add_person(session, "ina", role="instructor")
    add_person(session, "gone", section="Mon", active=False)
    for hours in (2, 5, 3):
        open_session(session, person_id=ada, now=AT + hours * HOUR, lifetime=HOUR)
    return session


def test_staff_come_first_then_by_name_and_the_dropped_last(course: Session) -> None:
    assert [each.login for each in list_people(course)] == ["ina", "tia", "bob", "ada", "gone"]


def test_everybody_is_listed_with_what_the_roster_says_and_their_newest_session(
    course: Session,
) -> None:
    people = {each.login: each for each in list_people(course)}
    ada, gone = people["ada"], people["gone"]
    assert (ada.name, ada.section, ada.sis_user_id, ada.role) == (
        "Zoë Ada",
        "Mon",
        "0042",
        Role.STUDENT,
    )
    assert (ada.active, gone.active) == (True, False)
    assert (ada.last_seen, gone.last_seen) == (AT + 5 * HOUR, None)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, "ina tia bob ada"),
        ({"search": "ZOË"}, "ada"),
        ({"search": "0042"}, "ada"),
        ({"search": "robert@"}, "bob"),
        ({"search": " a "}, "ina tia ada"),
        ({"search": "bo"}, "bob"),
        ({"search": "zzz"}, ""),
        ({"section": "Mon"}, "tia ada"),
        ({"role": "ta"}, "tia"),
        ({"who": "dropped"}, "gone"),
        ({"who": "all", "section": "Mon"}, "tia ada gone"),
        ({"who": "nonsense"}, "ina tia bob ada"),
    ],
)
def test_the_roster_is_narrowed(course: Session, asked: dict[str, str], found: str) -> None:
    assert [each.login for each in narrow(list_people(course), **asked)] == found.split()


def test_a_larger_class_takes_no_more_statements(engine: Engine) -> None:
    counts = []
    for number in range(2):
        with transaction(engine) as session:
            for each in range(10):
                person = add_person(session, f"s{number}{each}")
                open_session(session, person_id=person, now=AT, lifetime=HOUR)
        with statements(engine) as sent, reading(engine) as session:
            assert list_people(session)
        counts.append(len(sent))
    assert counts[0] == counts[1]
