"""A course on a real server: open, with many students who may answer as often as they like."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from grader.cli.serve import APPLICATION
from grader.db.session import transaction
from grader.domain.policy import policy_of
from grader.domain.problem import AttemptRules
from grader.services.people.token_issuing import issue_token
from tests.support.classroom import add_policy
from tests.support.people import add_person
from tests.support.school import School, open_school
from tests.support.servers import Server

FREE = AttemptRules(limit=None, free_wrong=99, cooldown_first_seconds=0, cooldown_longest_seconds=0)


@dataclass(frozen=True, slots=True)
class Student:
    """A student who has a token to submit with."""

    person_id: int
    login: str
    token: str


@dataclass
class ServedCourse:
    """The course of the shipped problems, its server, and its students."""

    school: School
    server: Server
    students: list[Student]

    @property
    def parts(self) -> list[str]:
        """All parts that can be answered."""
        return [part.slug for each in self.school.catalog.course.problems for part in each.parts]


@contextmanager
def served_course(
    url: str,
    folder: Path,
    *,
    students: int,
    attempts: AttemptRules = FREE,
    application: str = APPLICATION,
    wrapper: tuple[str, ...] = (),
) -> Iterator[ServedCourse]:
    """Open the course on a migrated database; its server is made and not yet started."""
    school = open_school(url, folder / "instance")
    environment = {
        "GRADER_ENV": "development",
        "GRADER_DATABASE_URL": url,
        "GRADER_INSTANCE_DIR": str(school.settings.instance_dir),
    }
    server = Server(environment, folder / "server.log", application, wrapper)
    course = school.catalog.course
    with transaction(school.engine) as session:
        for assignment in course.assignments:
            add_policy(session, replace(policy_of(course, assignment), attempts=attempts))
    try:
        yield ServedCourse(school, server, enrol(school, students))
    finally:
        server.kill()
        school.close()


def enrol(school: School, count: int, prefix: str = "s") -> list[Student]:
    """Students with a token each."""
    now, made = datetime.now(UTC), []
    with transaction(school.engine) as session:
        for number in range(count):
            login = f"{prefix}{number:03}"
            person = add_person(session, login, section=("Mon", "Tue")[number % 2])
            issued = issue_token(
                session, login=login, name="t", lifetime=timedelta(days=1), actor="op", now=now
            )
            made.append(Student(person, login, issued.token))
    return made
