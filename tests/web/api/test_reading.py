"""Reading the course, and the gradebook; who may; and the document that describes it all."""

import pytest
from sqlalchemy import text

from grader.db.session import transaction
from tests.support.school import School
from tests.web.api.test_submissions import PART, code


def test_the_course_names_its_assignments(school: School) -> None:
    reply = school.get("/course").get_json()
    assert reply["assignments"][0] == "pset7"
    assert reply["timezone"] == "America/Los_Angeles"


def test_an_assignment_says_its_dates_and_the_points_so_far(school: School) -> None:
    school.submit(PART, school.expected(PART))
    reply = school.get("/assignments/pset7").get_json()
    assert (reply["points"], reply["possible"]) == ("5", "50")
    assert reply["due"].endswith("Z")


def test_a_problem_says_what_is_asked_and_where_one_stands(school: School) -> None:
    school.submit(PART, "0.5")
    reply = school.get("/problems/pset7/ancestry").get_json()
    assert reply["key_version"] == 1
    assert "{{" not in reply["statement"]
    assert [part["state"] for part in reply["parts"]] == ["incorrect", "untried"]
    assert reply["parts"][0]["tolerance"] == "0.00001"


@pytest.mark.parametrize(
    "path", ["/assignments/none", "/problems/pset7/none", "/problems/no/ne", "/no"]
)
def test_what_does_not_exist_is_not_found(school: School, path: str) -> None:
    assert code(school.get(path)) == (404, "not_found")


def test_the_gradebook_pages_through_students_in_order_of_name(school: School) -> None:
    school.submit(PART, school.expected(PART), who="bob")
    path = "/assignments/pset7/gradebook?limit=1"
    first = school.get(path, who="tia").get_json()
    second = school.get(f"{path}&cursor={first['next_cursor']}", who="ina").get_json()
    assert [first["items"][0]["login"], second["items"][0]["login"]] == ["ada", "bob"]
    assert [first["items"][0]["points"], second["items"][0]["points"]] == ["0", "5"]
    assert second["next_cursor"] is None


def test_a_student_s_token_does_not_open_the_gradebook(school: School) -> None:
    assert code(school.get("/assignments/pset7/gradebook")) == (403, "not_allowed")


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer x", "Basic YTpi", "Bearer pgaaaaaaaa_" + "a" * 56]
)
def test_without_a_valid_token_nobody_is_signed_in(school: School, header: str) -> None:
    reply = school.client().get("/api/v1/course", headers={"Authorization": header})
    assert code(reply) == (401, "not_signed_in")
    assert reply.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_dropped_person_s_token_ends_at_once(school: School) -> None:
    with transaction(school.engine) as session:
        session.execute(text("UPDATE people SET active = false WHERE login = 'ada'"))
    assert code(school.get("/course")) == (401, "not_signed_in")


@pytest.mark.parametrize(
    ("table", "expected"),
    [("active_keys", (409, "no_key")), ("active_policies", (409, "no_policy"))],
)
def test_without_a_key_or_policy_nothing_is_taken(
    school: School, table: str, expected: tuple[int, str]
) -> None:
    with transaction(school.engine) as session:
        session.execute(text(f"DELETE FROM {table}"))
    assert code(school.submit(PART, "1")) == expected
    assert school.stored() == 0


def test_the_wrong_method_says_which_is_right(school: School) -> None:
    reply = school.client().put("/api/v1/submissions", headers=school.bearer("ada"))
    assert code(reply) == (405, "method_not_allowed")
    assert "POST" in reply.headers["Allow"]


def test_the_document_describes_every_route_of_the_api(school: School) -> None:
    document = school.client().get("/api/v1/openapi.json").get_json()
    assert document["openapi"].startswith("3.1")
    described = set(document["paths"])
    routes = {
        rule.rule.replace("<string:", "{").replace(">", "}")
        for rule in school.app.url_map.iter_rules()
        if rule.endpoint.startswith("api_") and not rule.endpoint.startswith("api_docs")
    }
    assert described == routes
    refusal = document["paths"]["/api/v1/submissions"]["post"]["responses"]["422"]
    assert list(refusal["content"]) == ["application/problem+json"]


def test_the_document_has_a_page(school: School) -> None:
    reply = school.client().get("/api/v1/")
    assert reply.status_code == 200
    assert "/api/v1/submissions" in reply.get_data(as_text=True)
