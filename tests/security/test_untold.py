"""T13: the whole suite is watched for replies that tell a student, or anybody, what is expected."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Response

from tests.support.databases import Databases
from tests.support.school import School, open_school
from tests.support.untold import digits_of, secrets_in
from tests.web.pages import Form, Reader

PART = "pset7/ancestry/a"
TELLS = "tells digits of what is expected"


@pytest.fixture
def school(databases: Databases, tmp_path: Path) -> Iterator[School]:
    url = databases.migrated("sqlite")
    opened = open_school(url, tmp_path / "instance")
    yield opened
    opened.close()
    databases.give_back(url)


@pytest.fixture(params=[range(600)])
def careless(school: School, request: pytest.FixtureRequest) -> Iterator[School]:
    """A school whose every reply of these statuses tells a value in its head."""

    def tell(reply: Response) -> Response:
        if reply.status_code not in request.param:
            return reply
        reply.headers["X-Debug"] = f"{float(school.expected(PART)):.12e}"
        return reply

    after = school.app.after_request_funcs[None]
    after.append(tell)
    yield school
    after.remove(tell)


ASKED: dict[str, Callable[[School], object]] = {
    "anybody's page": lambda school: school.client().get("/signin"),
    "no page": lambda school: school.client().get("/no/such/page"),
    "a student's page": lambda school: school.browser("ada").get("/grades"),
    "a page that is not for students": lambda school: school.browser("ada").get("/staff/roster"),
    "a reply of the API": lambda school: school.get("/course"),
    "a reply to an answer": lambda school: school.submit(PART, "0.25"),
}


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_a_reply_that_tells_a_student_or_anybody_is_caught(
    careless: School, ask: Callable[[School], object]
) -> None:
    """The negative control."""
    with pytest.raises(AssertionError, match=TELLS):
        ask(careless)


@pytest.mark.parametrize("careless", [range(300, 400)], indirect=True)
def test_a_reply_that_is_only_on_the_way_to_another_is_looked_through_too(careless: School) -> None:
    with pytest.raises(AssertionError, match=TELLS):
        careless.client().get("/pset7", follow_redirects=True)


def test_staff_are_told(careless: School) -> None:
    assert careless.get("/course", who="tia").status_code == 200
    assert careless.browser("ina").get("/staff/roster").status_code == 200


def test_students_are_told_what_they_typed_themselves_and_others_are_not(careless: School) -> None:
    value = careless.expected(PART)
    assert careless.submit(PART, value).status_code == 201
    assert careless.browser("ada").get("/grades").status_code == 200
    with pytest.raises(AssertionError, match=TELLS):
        careless.browser("bob").get("/grades")


def test_the_form_gives_back_what_was_typed_in_it(school: School) -> None:
    reader = Reader.of(school, "ada")
    page = f"/{PART.rpartition('/')[0]}"
    fields = Form.on(reader.open(page), "answer.a").fields
    typed = f"{school.expected(PART)} kg"
    reply = reader.client.post(page, data=fields | {"answer.a": typed, "check": "a"})
    assert typed in reply.get_data(as_text=True)


@pytest.mark.parametrize(
    ("value", "digits"),
    [
        ("0.09759347169504434", "7593471695"),
        ("-1.9796151106735098", "9796151106"),
        ("731.842913706123", "8429137061"),
        ("0.25", "5"),
        ("820", ""),
    ],
)
def test_the_digits_of_a_value_stand_in_each_notation(value: str, digits: str) -> None:
    number = Decimal(value)
    assert digits_of(number) == digits
    assert digits in f"{number:f}"
    assert digits in f"{number:.16e}"


def test_only_whole_runs_of_secret_digits_are_found(school: School) -> None:
    value = school.expected(PART)
    assert secrets_in(f"It is {value}.") == {digits_of(Decimal(value))}
    assert secrets_in(f"It is {value[:11]}.") == set()
