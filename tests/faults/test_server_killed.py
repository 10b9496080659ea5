"""T1: a server that is killed again and again loses, doubles and alters nothing that it acknowledged.

``./run soak`` kills it at least 25 times and has at least 5,000 answers acknowledged; in between it tells the
server to stop, which loses nothing either.
"""

import random
import time
from pathlib import Path

import pytest

from tests.support.acknowledged import differences, faults
from tests.support.served_course import ServedCourse, served_course
from tests.support.submitting_clients import UNANSWERED, Log, submitting

UP_SECONDS, STOPPED_EACH = (0.3, 1.5), 5
STUDENTS = 24

pytestmark = pytest.mark.load


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    return 25 if request.config.getoption("--soak") else 2


@pytest.fixture
def answers(request: pytest.FixtureRequest) -> int:
    return 5_000 if request.config.getoption("--soak") else 100


def kill_again_and_again(course: ServedCourse, *, kills: int, answers: int) -> Log:
    """Let clients submit through a server that lives for a second or so, so many times at least."""
    chance, killed = random.Random(1), 0  # noqa: S311 - no secret.
    course.server.start()
    with submitting(course) as log:
        while killed < kills or len(log.acknowledged) < answers:
            time.sleep(chance.uniform(*UP_SECONDS))
            course.server.kill()
            course.server.start()
            killed += 1
            if killed % STOPPED_EACH == 0:
                time.sleep(chance.uniform(*UP_SECONDS))
                assert course.server.stop() == 0
                course.server.start()
    assert course.server.stop() == 0
    return log


def test_what_a_killed_server_acknowledged_is_there_once_and_as_it_was_told(
    database_url: str, tmp_path: Path, kills: int, answers: int
) -> None:
    with served_course(database_url, tmp_path, students=STUDENTS) as course:
        log = kill_again_and_again(course, kills=kills, answers=answers)
        assert log.odd == []
        assert log.statuses[UNANSWERED] >= kills
        assert len(log.acknowledged) >= answers
        assert differences(course.school.engine, log.acknowledged) == {}
        assert faults(course.school) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_server_that_acknowledges_before_it_commits_is_found(
    database_url: str, tmp_path: Path
) -> None:
    """The negative control."""
    careless = "tests.faults.careless:acknowledges_before_it_commits()"
    with served_course(database_url, tmp_path, students=STUDENTS, application=careless) as course:
        log = kill_again_and_again(course, kills=3, answers=1)
        assert differences(course.school.engine, log.acknowledged)["lost"] > 0
