"""T10: a call that is denied changes no value in any table; people who were dropped may nothing any more.

Which role may use which route stands in docs/operators/authorisation.md, held by tests/web/test_access.py for
anonymous, student, teaching assistant and instructor. Here are the other student, whose things the addresses
name, and those who are no longer on the roster, and for all of them every value of every table.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import request
from flask.testing import FlaskClient
from sqlalchemy import insert, update
from werkzeug.test import TestResponse

from grader.db.models import KeyCheck, Person, table
from grader.db.session import reading, transaction
from grader.web.access import STUDENTS_AND_STAFF, Access
from tests.security.walking import VALUES, addresses, all_of
from tests.support.authorisation import stated_views
from tests.support.databases import Databases
from tests.support.regrades import regrade_once
from tests.support.rows import MOMENT, Rows, all_rows
from tests.support.school import School, open_school
from tests.web.pages import Form, mentions

MAY = {
    "anonymous": {"anyone"},
    "student": {"anyone", "signed in", "token read", "token submit"},
    "dropped student": {"anyone"},
    "dropped ta": {"anyone"},
    "ta": {"anyone", "signed in", "token read", "token submit", "token staff", "staff"},
}
DENIED = {303, 401, 403, 404, 405, 415}


@dataclass
class Caller:
    """Somebody with a browser that is signed in, a token, and what a form of theirs needs."""

    client: FlaskClient
    bearer: dict[str, str]
    csrf: str
    school: School

    def call(self, method: str, path: str) -> TestResponse:
        if path.startswith("/api/"):
            return self.school.client().open(path, method=method, headers=self.bearer)
        data = {"csrf_token": self.csrf} if method == "POST" else None
        return self.client.open(path, method=method, data=data)


@pytest.fixture(scope="module")
def school(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    opened = open_school(
        databases.migrated("sqlite"), tmp_path_factory.mktemp("denied") / "instance"
    )
    for who in ("ada", "bob"):
        opened.submit("pset7/ancestry/a", "0.5", who=who)
        opened.explain("pset7/ancestry", "A text.", who=who)
    regrade_once(opened)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def callers(school: School) -> dict[str, Caller]:
    """Everybody, as signed in as they can be; then two are dropped."""
    names = {
        "anonymous": None,
        "student": "ada",
        "dropped student": "bob",
        "dropped ta": "tia",
    }
    made = {}
    for role, who in names.items():
        client = school.browser(who) if who else school.client()
        page = client.get("/pset7/ancestry" if who else "/signin").get_data(as_text=True)
        csrf = Form.on(page, "csrf_token").fields["csrf_token"]
        made[role] = Caller(client, school.bearer(who) if who else {}, csrf, school)
    with transaction(school.engine) as session:
        dropped = Person.login.in_(["bob", "tia"])
        session.execute(update(Person).where(dropped).values(active=False))
    return made


def everything(school: School) -> Rows:
    with reading(school.engine) as session:
        return all_rows(session.connection())


def denied_calls(school: School, role: str) -> Iterator[tuple[str, str]]:
    stated = stated_views()
    for method in ("GET", "HEAD", "POST", "PUT", "DELETE"):
        for endpoint, path in addresses(school.app, {**VALUES, "name": ("ancestry",)}, method):
            if endpoint != "static" and stated[endpoint] not in MAY[role]:
                yield method, path


def wrongs(school: School, caller: Caller, role: str) -> list[str]:
    """What went wrong: a call that was answered, a name that was told, a value that changed."""
    found, before = [], everything(school)
    for method, path in denied_calls(school, role):
        reply = caller.call(method, path)
        if reply.status_code not in DENIED:
            found.append(f"{method} {path}: {reply.status_code}")
        if mentions(all_of(reply), "Bob"):
            found.append(f"{method} {path}: names Bob")
    after = everything(school)
    return found + [f"{name} changed" for name in after if after[name] != before[name]]


@pytest.mark.parametrize("role", ["anonymous", "student", "dropped student", "dropped ta"])
def test_what_is_denied_is_refused_and_changes_no_value(
    school: School, callers: dict[str, Caller], role: str
) -> None:
    calls = list(denied_calls(school, role))
    assert len(calls) > 70
    assert {method for method, _ in calls} >= {"GET", "HEAD", "POST"}
    assert wrongs(school, callers[role], role) == []


def opens_a_staff_page(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    view: Any = school.app.view_functions["staff_roster.page"]
    monkeypatch.setattr(view, "access", Access(STUDENTS_AND_STAFF, None))


def writes_before_it_refuses(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    def write() -> None:
        if request.path.startswith("/staff/"):
            row = {"problem": request.path, "state": "x", "reasons": {}, "checked_at": MOMENT}
            with transaction(school.engine) as session:
                session.execute(insert(table(KeyCheck)).prefix_with("OR IGNORE"), row)

    hooks = school.app.before_request_funcs[None]
    monkeypatch.setitem(school.app.before_request_funcs, None, [write, *hooks])


@pytest.mark.parametrize("defect", [opens_a_staff_page, writes_before_it_refuses])
def test_a_seeded_defect_is_found(
    school: School,
    callers: dict[str, Caller],
    monkeypatch: pytest.MonkeyPatch,
    defect: Callable[[School, pytest.MonkeyPatch], None],
) -> None:
    defect(school, monkeypatch)
    assert wrongs(school, callers["student"], "student") != []
