"""T15: whatever fits the API's document, or nearly does, is answered as it says, and never by a failure."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.core.failures import Failure, FailureGroup, ServerError
from schemathesis.core.result import Ok
from schemathesis.openapi.checks import UndefinedStatusCode

from grader.db.session import transaction
from grader.services.people.token_issuing import issue_token
from grader.web.access import anyone
from tests.support.databases import Databases
from tests.support.school import School, open_school

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
SAMPLE, ALL = 12, 300
PEOPLE = ("ada", "ina", "nobody")


@pytest.fixture(scope="module")
def school(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    opened = open_school(
        databases.migrated("sqlite"), tmp_path_factory.mktemp("schema") / "instance"
    )
    for who in ("ada", "ina"):
        opened.submit("pset7/ancestry/a", "0.5", who=who)
        opened.explain("pset7/ancestry", "A text.", who=who)
    with transaction(opened.engine) as session:
        issue_token(
            session,
            login="ada",
            name="another",
            lifetime=timedelta(days=1),
            actor="op",
            now=datetime.now(UTC),
        )
    yield opened
    opened.close()


def operations(school: School) -> list[Any]:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", school.app)
    found = [each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]
    assert len(found) == len(list(schema.get_all_operations()))
    return found


def headers(school: School, who: str) -> dict[str, str]:
    return {} if who == "nobody" else school.bearer(who)


def try_out(school: School, operation: Any, who: str, examples: int) -> None:
    """Send so many cases that are made from the document, good ones and bad ones."""

    @seed(109)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def send(case: Any) -> None:
        case.call_and_validate(headers=headers(school, who), checks=CHECKS)

    send()


@pytest.mark.parametrize("who", PEOPLE)
def test_the_api_answers_as_its_document_says(
    school: School, who: str, pytestconfig: pytest.Config
) -> None:
    count = ALL if pytestconfig.getoption("--soak") else SAMPLE
    found = operations(school)
    assert len(found) == 11
    for operation in found:
        try_out(school, operation, who, count)


@pytest.mark.parametrize(("status", "found"), [(500, ServerError), (418, UndefinedStatusCode)])
def test_a_seeded_failure_is_found(
    school: School, monkeypatch: pytest.MonkeyPatch, status: int, found: type[Failure]
) -> None:
    @anyone
    def broken(**_: object) -> Any:
        return {"code": "x"}, status

    views = school.app.view_functions
    monkeypatch.setitem(views, "api_problems.course", broken)
    (course,) = (each for each in operations(school) if each.path == "/api/v1/course")
    with pytest.raises(FailureGroup) as caught:
        try_out(school, course, "ada", 2)
    assert any(isinstance(each, found) for each in caught.value.exceptions)
