"""T4 and T5: many requests at the same instant, through both processes of a real server.

``tests/services/answers/test_submitting.py`` does the same without a server, and says what else has to hold.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.domain.problem import AttemptRules
from tests.support.acknowledged import differences
from tests.support.databases import KINDS, Databases
from tests.support.people import at_once
from tests.support.regrades import regrade_once
from tests.support.served_course import ServedCourse, Student, enrol, served_course
from tests.support.submitting_clients import Acknowledged, Client, Log, Sent

PART, TYPED = "pset7/ancestry/a", "0.1234"
FIVE = AttemptRules(limit=5, free_wrong=5, cooldown_first_seconds=0, cooldown_longest_seconds=0)
PRESSES, POSTS, MOST_ROUNDS = 20, 50, 10

pytestmark = pytest.mark.load
Reply = tuple[int, dict[str, Any]]


@pytest.fixture(scope="module", params=KINDS)
def course(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServedCourse]:
    """A course in which everybody has five attempts, on a server of two processes."""
    url, folder = databases.migrated(request.param), tmp_path_factory.mktemp("course")
    with served_course(url, folder, students=1, attempts=FIVE) as made, made.server:
        yield made
    databases.give_back(url)


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> int:
    return MOST_ROUNDS if request.config.getoption("--soak") else 2


def send(course: ServedCourse, sent: Sent) -> Reply:
    """Send it once, over a connection of its own."""
    client = Client(course.server.port, Log())
    status, document, _headers = client.ask(sent)
    client.close()
    return status, document


def newcomer(course: ServedCourse, prefix: str) -> Student:
    (made,) = enrol(course.school, 1, prefix)
    return made


def fifty_at_once(course: ServedCourse, student: Student) -> Counter[int]:
    """Fifty different answers of one student to one part."""
    waiting = iter([Sent(student, PART, f"0.{each:04}1", f"k{each}") for each in range(POSTS)])
    return Counter(status for status, _ in at_once(POSTS, lambda: send(course, next(waiting))))


def test_of_fifty_posts_at_once_exactly_the_limit_is_accepted_and_none_fails(
    course: ServedCourse, rounds: int
) -> None:
    for number in range(rounds):
        found = fifty_at_once(course, newcomer(course, f"limit{number}x"))
        assert found == {201: 5, 403: 45}


def one_key_again_and_again(course: ServedCourse, student: Student) -> dict[str, object]:
    """What comes of one request: twenty times at once, after a restart and a regrade, with another answer."""
    school, before = course.school, course.school.stored()
    sent = Sent(student, PART, TYPED, "the-key")
    replies = at_once(PRESSES, lambda: send(course, sent))
    status, document = replies[0]
    lost = differences(school.engine, [Acknowledged(sent, document)])["lost"]
    other, refusal = send(course, Sent(student, PART, "0.4321", sent.key))
    course.server.kill()
    course.server.start()
    replies.append(send(course, sent))
    regrade_once(school, TYPED)  # From now on it is right.
    replies.append(send(course, sent))
    return {
        "first reply": (status, document["verdict"]),
        "other replies": sum(reply != replies[0] for reply in replies),
        "another answer": (other, refusal.get("code")),
        "lost": lost,
        "rows": school.stored() - before,
    }


def test_one_idempotency_key_is_one_row_and_one_reply_for_good(course: ServedCourse) -> None:
    assert one_key_again_and_again(course, newcomer(course, "key")) == {
        "first reply": (201, "incorrect"),
        "other replies": 0,
        "another answer": (422, "idempotency_conflict"),
        "lost": 0,
        "rows": 1,
    }


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_server_that_forgets_the_keys_of_requests_is_found(
    database_url: str, tmp_path: Path
) -> None:
    """The negative control: the same number again is a repeat to it, and another one a new answer."""
    careless = "tests.faults.careless:forgets_the_keys_of_requests()"
    with (
        served_course(database_url, tmp_path, students=1, application=careless) as course,
        course.server,
    ):
        found = one_key_again_and_again(course, course.students[0])
    assert (found["another answer"], found["rows"]) == ((201, None), 2)
    # One reply of the twenty is of a new answer; whether that stands first in the list is chance.
    assert found["other replies"] in {PRESSES + 1, 2}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_server_that_counts_and_then_inserts_is_found(database_url: str, tmp_path: Path) -> None:
    """The negative control."""
    careless = "tests.faults.careless:counts_and_then_inserts()"
    with (
        served_course(
            database_url, tmp_path, students=1, attempts=FIVE, application=careless
        ) as course,
        course.server,
    ):
        assert any(
            fifty_at_once(course, newcomer(course, f"limit{number}x"))[201] > 5
            for number in range(MOST_ROUNDS)
        )
