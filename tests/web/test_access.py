"""Every route says who may use it, and the answer is kept for everybody."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from inspect import iscoroutinefunction

import pytest
from flask import Flask, g
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from grader.content.course_file import RESERVED
from grader.db.session import transaction
from grader.domain.roles import STAFF_SCOPES
from grader.services.people.token_issuing import issue_token
from grader.services.practice.practice import draw_variant
from grader.web.access import access_table
from tests.support.authorisation import stated_views
from tests.support.databases import Databases
from tests.support.regrades import regrade_once
from tests.support.rescores import rescore_once
from tests.support.school import School, open_school
from tests.support.variants import deploy_shipped

# For each view who may use it, as the page for people says it.
EXPECTED = stated_views()
DENIED = {303, 401, 403, 404, 405, 415}


@pytest.fixture(scope="module")
def school(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    opened = open_school(
        databases.migrated("sqlite"), tmp_path_factory.mktemp("access") / "instance"
    )
    deploy_shipped(opened.engine, "pset7/ancestry", 1)
    for who in ("ada", "tia", "ina"):
        with transaction(opened.engine) as session:
            draw_variant(
                session,
                problem="pset7/ancestry",
                person_id=opened.ids[who],
                now=datetime.now(UTC),
            )
        saved = opened.explain("pset7/ancestry", "A version to read.", who=who)
        assert saved.status_code == 201
        assert opened.submit("pset7/ancestry/a", "0.5", who=who).status_code == 201
    regrade_once(opened)
    rescore_once(opened)
    yield opened
    opened.close()


def test_the_table_names_every_route_and_no_other(school: School) -> None:
    assert set(access_table(school.app)) == set(EXPECTED)


def test_a_view_that_does_not_say_who_may_use_it_stops_the_start() -> None:
    app = Flask("open")
    app.add_url_rule("/open", view_func=lambda: "open", endpoint="open")
    with pytest.raises(LookupError, match="open does not say"):
        access_table(app)


def address(rule: str) -> str:
    if rule == "/staff/drafts":
        return f"{rule}?part=pset7/ancestry/a"
    known = {"slug": "pset7", "name": "ancestry", "login": "bob", "assignment_slug": "pset7"}
    known |= {
        "file": "ancestry-train.csv",
        "submission_id": "1",
        "number": "1",
        "part": "a",
        "at": "0" * 16,
        "kind": "csv",
        "move": "regrade",
        "token": "x" * 43,
        "prefix": "pgaaaaaaaa",
        "filename": "x",
    }
    return re.sub(r"<[^>]*?(\w+)>", lambda match: known[match[1]], rule)


def send(school: School, method: str, path: str, who: str | None) -> TestResponse:
    if path.startswith("/api/"):
        headers = school.bearer(who) if who else {}
        return school.client().open(path, method=method, headers=headers)
    client = school.browser(who) if who else school.client()
    return client.open(path, method=method)


@pytest.mark.parametrize("who", [None, "ada", "tia", "ina"])
@pytest.mark.parametrize("endpoint", sorted(set(EXPECTED) - {"static"}))
def test_each_role_gets_what_the_table_says(school: School, endpoint: str, who: str | None) -> None:
    allowed = EXPECTED[endpoint]
    staff = who in {"tia", "ina"}
    may = (
        allowed == "anyone"
        or (who is not None and allowed in {"signed in", "token submit", "token read"})
        or (staff and allowed in {"staff", "token staff"})
        or (who == "ina" and allowed == "instructors")
    )
    before = school.rows()
    for rule in school.app.url_map.iter_rules(endpoint):
        for method in (rule.methods or set()) - {"OPTIONS"}:
            reply = send(school, method, address(rule.rule), who)
            assert reply.status_code < 500
            if not may:
                assert reply.status_code in DENIED, (method, rule.rule, who)
                # As a word: a random token may have these letters by chance.
                assert re.search(rb"(?<![\w-])Bob(?![\w-])", reply.data) is None
            elif method == "GET" and endpoint not in {
                "signin.confirm",
                "solutions.student_page",
                "receipts.opened",
                "marking.page",
                "api_submissions.own_submission",
                "api_receipts.own_submission_receipt",
            }:
                assert reply.status_code in {200, 302, 303}, (method, rule.rule, who)
    if not may:
        after = school.rows()
        # Signing in for this test makes rows of its own; nothing else may.
        changed = {table for table in after if after[table] != before[table]}
        assert changed <= {"signin_links", "sessions"}


@pytest.mark.parametrize("lacking", ["read", "submit", "staff"])
def test_a_token_without_a_route_s_scope_is_refused_whatever_its_owner_may(
    school: School, lacking: str
) -> None:
    with transaction(school.engine) as session:
        token = issue_token(
            session,
            login="ina",
            name=f"all but {lacking}",
            lifetime=timedelta(days=1),
            actor="op",
            now=datetime.now(UTC),
            scopes=STAFF_SCOPES - {lacking},
        ).token
    for endpoint in (name for name, may in EXPECTED.items() if may == f"token {lacking}"):
        for rule in school.app.url_map.iter_rules(endpoint):
            (method,) = (rule.methods or set()) - {"OPTIONS", "HEAD"}
            reply = school.client().open(
                address(rule.rule), method=method, headers={"Authorization": f"Bearer {token}"}
            )
            assert reply.status_code == 403, rule.rule
            assert f"lacks the scope '{lacking}'" in reply.get_json()["detail"]


HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@pytest.mark.parametrize("who", [None, "ada", "ina"])
@pytest.mark.parametrize(
    "path", ["/", "/signin", "/pset7", "/pset7/ancestry", "/staff", "/none", "/api/v1/course"]
)
def test_every_reply_carries_the_security_headers(
    school: School, path: str, who: str | None
) -> None:
    headers = send(school, "GET", path, who).headers
    assert {name: headers.get(name) for name in HEADERS} == HEADERS
    policy = headers["Content-Security-Policy"]
    assert {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"} <= set(
        policy.split("; ")
    )
    assert "unsafe" not in policy


def test_no_view_is_asynchronous_nor_what_is_called_around_it(school: School) -> None:
    """The application calls them as they are, so nobody would wait for one that is."""
    app = school.app
    around = (
        app.before_request_funcs,
        app.after_request_funcs,
        app.teardown_request_funcs,
        {None: app.teardown_appcontext_funcs},
    )
    functions: list[object] = [*app.view_functions.values()]
    functions += [
        each for by_blueprint in around for found in by_blueprint.values() for each in found
    ]
    assert len(functions) > len(app.view_functions) + 5
    assert [each for each in functions if iscoroutinefunction(each)] == []


def test_no_assignment_can_lie_where_the_service_has_pages_of_its_own(school: School) -> None:
    first = {rule.rule.split("/")[1] for rule in school.app.url_map.iter_rules()}
    assert {word for word in first if word and not word.startswith("<")} <= RESERVED


@pytest.mark.parametrize("path", ["/", "/staff/", "/api/v1/course", "/api/v1/submissions/none"])
def test_a_request_gives_its_connection_back_even_if_the_database_goes_away(
    school: School, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    used = []

    def lost(*_: object, **__: object) -> None:
        used.append(g.looking)  # While it is held, nothing but an end of it gives back.
        raise OperationalError("SELECT 1", {}, ConnectionError("lost"))

    browser = school.browser("ada")
    monkeypatch.setattr("grader.web.access.session_principal", lost)
    monkeypatch.setattr("grader.web.access.token_principal", lost)
    assert browser.get(path, headers=school.bearer("ada")).status_code == 503
    assert used
    assert school.app.extensions["grader"].engine.pool.checkedout() == 0
