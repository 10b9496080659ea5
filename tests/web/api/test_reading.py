"""Reading the course, and the gradebook; who may; and the document that describes it all."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from jsonschema_rs import ValidationError
from sqlalchemy import text
from werkzeug.test import TestResponse

from grader.db.session import transaction
from grader.domain.problem import Problem
from grader.web.api import docs
from tests.support.api_document import check_reply
from tests.support.people import add_person
from tests.support.school import School
from tests.support.statements import statements
from tests.web.api.test_submissions import PART, code
from tests.web.in_force import change_key, change_policy, change_problem

ANCESTRY = "/problems/pset7/ancestry"


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


def test_an_assignment_s_dates_are_those_of_the_active_policy_and_not_of_the_files(
    school: School,
) -> None:
    opens, due = (datetime.now(UTC) + timedelta(days=days) for days in (-3, 3))
    change_policy(school, lambda one: replace(one, opens=opens, due=due, closes=None))
    reply = school.get("/assignments/pset7").get_json()
    stated = [datetime.fromisoformat(reply[name]) for name in ("opens", "due")]
    assert (*stated, reply["closes"]) == (opens, due, None)


def test_a_problem_is_told_with_the_active_key_s_numbers_and_the_policy_s_points(
    school: School,
) -> None:
    def edit(problem: Problem) -> Problem:
        parts = [replace(p, points=Decimal(99), tolerance=Decimal(1)) for p in problem.parts]
        return replace(problem, parameters={**problem.parameters, "steps": 7}, parts=tuple(parts))

    before = school.get(ANCESTRY).get_json()
    assert "1,000" in before["statement"]
    change_problem(school, "pset7/ancestry", edit)
    assert school.get(ANCESTRY).get_json() == before
    change_key(
        school,
        "pset7/ancestry",
        lambda key: replace(key, parameters={**key.parameters, "steps": 9}),
    )
    assert "9 steps" in school.get(ANCESTRY).get_json()["statement"]


@pytest.mark.parametrize(
    "parameters", [{"new": 5}, {"new": 5, "steps": (1, 2)}], ids=["added", "of another shape"]
)
def test_a_parameter_that_the_active_key_lacks_is_the_file_s(
    school: School, parameters: dict[str, Any]
) -> None:
    def edit(problem: Problem) -> Problem:
        text = "new {{ new }}" + (" of {{ steps.1 }}" if "steps" in parameters else "")
        first = replace(problem.parts[0], prompt=text)
        return replace(
            problem,
            parameters={**problem.parameters, **parameters},
            statement=text,
            parts=(first, *problem.parts[1:]),
        )

    change_problem(school, "pset7/ancestry", edit)
    reply = school.get(ANCESTRY)
    assert reply.status_code == 200
    assert reply.get_json()["statement"].startswith("new 5")
    assert reply.get_json()["parts"][0]["prompt"].startswith("new 5")
    for path, who in (("/pset7/ancestry", "ada"), ("/staff/pset7/ancestry", "tia")):
        page = school.browser(who).get(path)
        assert page.status_code == 200
        assert "new 5" in page.get_data(as_text=True)


def test_a_part_that_the_policy_does_not_know_yet_is_worth_nothing_yet(school: School) -> None:
    def edit(problem: Problem) -> Problem:
        new = replace(problem.parts[0], slug=f"{problem.slug}/z", points=Decimal(3))
        return replace(problem, parts=(*problem.parts, new))

    change_problem(school, "pset7/ancestry", edit)
    part = school.get(ANCESTRY).get_json()["parts"][-1]
    assert (part["part"], part["points"], part["state"]) == ("pset7/ancestry/z", "0", "untried")
    assert "0 points" in school.browser("ada").get("/pset7/ancestry").get_data(as_text=True)


def test_before_an_assignment_opens_students_are_told_when_and_staff_see_its_problems(
    school: School,
) -> None:
    opens = datetime.now(UTC) + timedelta(days=1)
    change_policy(school, lambda one: replace(one, opens=opens, due=None, closes=None))
    seen = {who: school.get("/assignments/pset7", who=who).get_json() for who in ("ada", "tia")}
    assert datetime.fromisoformat(seen["ada"]["opens"]) == opens
    assert seen["ada"]["problems"] == []
    assert "pset7/ancestry" in seen["tia"]["problems"]
    assert code(school.get(ANCESTRY)) == (403, "not_open")
    assert school.get(ANCESTRY, who="tia").status_code == 200


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


def test_a_page_of_the_gradebook_reads_the_answers_of_those_on_it_alone(school: School) -> None:
    with transaction(school.engine) as session:
        for login in ("cat", "dan"):
            add_person(session, login)
    school.submit(PART, school.expected(PART), who="bob")
    path = "/assignments/pset7/gradebook"
    whole = school.get(f"{path}?limit=4", who="tia").get_json()["items"]
    first = school.get(f"{path}?limit=3", who="tia").get_json()
    with statements(school.app.extensions["grader"].engine) as sent:
        second = school.get(f"{path}?limit=3&cursor={first['next_cursor']}", who="tia").get_json()
    assert first["items"] + second["items"] == whole
    assert [len(first["items"]), len(second["items"])] == [3, 1]
    assert [each for each in sent if "people.last_receipt" in each and "people.id IN" in each]


@pytest.mark.parametrize("meanwhile", ["joins", "leaves"])
def test_the_next_page_of_the_gradebook_is_the_same_whoever_joins_or_leaves_before_it(
    school: School, meanwhile: str
) -> None:
    path = "/assignments/pset7/gradebook?limit=1"
    first = school.get(path, who="tia").get_json()
    with transaction(school.engine) as session:
        if meanwhile == "joins":
            add_person(session, "aaron")
        else:
            session.execute(text("UPDATE people SET active = false WHERE login = 'ada'"))
    second = school.get(f"{path}&cursor={first['next_cursor']}", who="tia").get_json()
    assert [row["login"] for row in second["items"]] == ["bob"]


@pytest.mark.parametrize(
    ("cursor", "expected"),
    [
        ("9" * 18, (404, "not_found")),
        ("9" * 19, (422, "invalid_request")),
        ("0", (422, "invalid_request")),
    ],
)
def test_a_cursor_that_no_page_gave_is_refused(
    school: School, cursor: str, expected: tuple[int, str]
) -> None:
    reply = school.get(f"/assignments/pset7/gradebook?cursor={cursor}", who="tia")
    assert code(reply) == expected


@pytest.mark.parametrize("who", ["ada", "tia"])
def test_without_a_policy_nobody_is_told_to_run_a_command(school: School, who: str) -> None:
    with transaction(school.engine) as session:
        session.execute(text("DELETE FROM active_policies"))
    reply = school.get("/assignments/pset7", who=who)
    assert code(reply) == (409, "no_policy")
    assert reply.json is not None
    assert "grader" not in reply.json["detail"]


def test_a_student_s_token_does_not_open_the_gradebook(school: School) -> None:
    assert code(school.get("/assignments/pset7/gradebook")) == (403, "not_allowed")


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("", "No token was sent."),
        ("Bearer", "No token was sent."),
        ("Basic YTpi", "as the header: Authorization: Bearer <token>"),
        ("Bearer x", "This token is unknown, expired or revoked."),
        ("Bearer pgaaaaaaaa_" + "a" * 56, "Make another one on the page of your API tokens."),
    ],
)
def test_without_a_valid_token_nobody_is_signed_in(school: School, header: str, said: str) -> None:
    reply = school.client().get("/api/v1/course", headers={"Authorization": header})
    assert code(reply) == (401, "not_signed_in")
    assert said in reply.get_json()["detail"]
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


def test_the_first_use_of_a_token_is_noted_and_further_ones_soon_after_write_nothing(
    school: School,
) -> None:
    engine = school.app.extensions["grader"].engine
    noted = []
    for _ in range(2):
        with statements(engine) as sent:
            assert school.get("/course").status_code == 200
        noted.append([one for one in sent if not one.startswith("SELECT")])
    assert [len(each) for each in noted] == [2, 0]  # BEGIN and the UPDATE.
    assert noted[0][-1].startswith("UPDATE api_tokens SET last_used_at")


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
    submitting = document["paths"]["/api/v1/submissions"]["post"]
    assert list(submitting["responses"]["422"]["content"]) == ["application/problem+json"]
    assert "411" in submitting["responses"]
    (header,) = submitting["parameters"]
    assert (header["in"], header["name"]) == ("header", "Idempotency-Key")
    assert not header.get("required")


ALWAYS = {400, 401, 403, 405, 411, 429, 500, 503}
STATED = {
    "get /course": {200},
    "get /assignments/{slug}": {200, 404, 409},
    "get /assignments/{slug}/gradebook": {200, 404, 409, 422},
    "get /problems/{assignment_slug}/{name}": {200, 404, 409},
    "get /explanations/{assignment_slug}/{name}": {200, 404, 422},
    "put /explanations/{assignment_slug}/{name}": {200, 201, 404, 409, 413, 415, 422},
    "get /submissions": {200, 422},
    "get /submissions/{submission_id}": {200, 404},
    "get /submissions/{submission_id}/receipt": {200, 404},
    "get /receipts/key": {200},
    "post /submissions": {200, 201, 404, 409, 413, 415, 422},
}


def test_each_route_states_the_replies_that_it_can_give_and_no_others(school: School) -> None:
    document = school.client().get("/api/v1/openapi.json").get_json()
    stated = {
        f"{method} {path.removeprefix('/api/v1')}": set(map(int, operation["responses"])) - ALWAYS
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    assert stated == STATED
    for operations in document["paths"].values():
        for operation in operations.values():
            assert set(map(int, operation["responses"])) > ALWAYS


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda reply: setattr(reply, "status_code", 204), "is not stated"),
        (lambda reply: setattr(reply, "content_type", "text/html"), "text/html"),
        (lambda reply: reply.set_data(b'{"title": 1}'), "title|required"),
        (lambda reply: reply.set_data(reply.data[:-2] + b', "more": 1}'), "more"),
    ],
    ids=["status", "media type", "value", "field"],
)
def test_a_reply_that_the_document_does_not_state_fails_a_test(
    school: School, edit: Callable[[TestResponse], Any], message: str
) -> None:
    reply = school.get("/course")
    edit(reply)
    reply.__dict__.pop("json", None)
    with school.app.app_context(), pytest.raises((AssertionError, ValidationError), match=message):
        check_reply(docs.openapi(), "GET", "/api/v1/course", reply)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_failure_of_ours_is_a_problem_document_too(
    school: School, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    school.engine.dispose()
    broken = replace(school.app.extensions["grader"])
    object.__setattr__(broken, "looks", None)
    monkeypatch.setitem(school.app.extensions, "grader", broken)
    reply = school.client().open(
        "/api/v1/submissions", method=method, json={}, headers=school.bearer("ada")
    )
    assert code(reply) == (500, "failure")


def test_the_documents_have_names_that_last(school: School) -> None:
    document = school.client().get("/api/v1/openapi.json").get_json()
    names = set(document["components"]["schemas"])
    assert {"NewSubmission", "SubmissionReply", "SubmissionPage", "Problem"} <= names
    assert all(name.isalnum() for name in names)


def test_reading_the_document_changes_nothing_that_requests_share(school: School) -> None:
    first, again = (school.client().get("/api/v1/openapi.json").data for _ in range(2))
    assert first == again
    made = docs.spec.spec["paths"]["/api/v1/submissions"]["post"]["responses"]["422"]
    assert list(made["content"]) == ["application/json"]


def test_the_document_has_a_page(school: School) -> None:
    reply = school.client().get("/api/v1/")
    assert reply.status_code == 200
    page = reply.get_data(as_text=True)
    assert "/api/v1/submissions" in page
    assert "<code>Authorization: Bearer &lt;token&gt;</code>" in page
    assert "`" not in page
    assert "</td><td></td>" not in page, "each field says what it is"


def test_every_parameter_is_described(school: School) -> None:
    document = school.client().get("/api/v1/openapi.json").get_json()
    nameless = [
        (path, parameter["name"])
        for path, operations in document["paths"].items()
        for operation in operations.values()
        for parameter in operation.get("parameters", [])
        if not parameter.get("description")
    ]
    assert nameless == []


def test_the_page_about_the_api_knows_who_is_signed_in_as_every_page_does(school: School) -> None:
    reply = school.browser("ada").get("/api/v1/")
    assert "Sign out" in reply.get_data(as_text=True)
    assert "Sign out" not in school.client().get("/api/v1/").get_data(as_text=True)


def test_the_api_itself_gives_no_cookie_and_asks_for_none(school: School) -> None:
    reply = school.get("/course")
    assert reply.status_code == 200
    assert "Set-Cookie" not in reply.headers
