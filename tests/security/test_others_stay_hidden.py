"""T11: what is another's can't be told from what does not exist, and no byte of theirs is sent."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from flask import Response, request
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from grader.db.models import Person
from grader.db.session import transaction
from grader.domain.grading import AnswerKey
from grader.services.practice.deploying import deploy, newest_graded
from grader.services.practice.practice import draw_variant
from grader.services.requests.requesting import ask
from tests.security.walking import VALUES, Walker, addresses, all_of
from tests.support.databases import Databases
from tests.support.regrades import regrade_once
from tests.support.rescores import rescore_once
from tests.support.school import School, open_school
from tests.support.variants import make_draft
from tests.web.pages import Form

ANCESTRY, PART = "pset7/ancestry", "pset7/ancestry/a"
CANARY = "canarybob"
VARIANTS = 4


@dataclass(frozen=True, slots=True)
class Others:
    """A school in which Bob has more of everything than Ada."""

    school: School
    submission: int
    prefix: str

    @property
    def theirs(self) -> Mapping[str, Sequence[str]]:
        """Values in addresses that lead to something of Bob's."""
        mine = {
            "login": ("bob",),
            "number": ("3",),
            "submission_id": (str(self.submission),),
            "prefix": (self.prefix,),
        }
        return {**VALUES, "name": ("ancestry",), **mine}

    @property
    def absent(self) -> Mapping[str, Sequence[str]]:
        """Values as long as those, that lead nowhere."""
        nowhere = {
            "login": ("eve",),
            "number": ("9",),
            "submission_id": ("9" * len(str(self.submission)),),
            "prefix": ("pg" + "a" * (len(self.prefix) - 2),),
        }
        return {**self.theirs, **nowhere}

    def words(self, values: Mapping[str, Sequence[str]]) -> list[str]:
        """The values, which a reply may repeat."""
        return [values[name][0] for name in ("submission_id", "prefix", "login", "number")]


@pytest.fixture(scope="module")
def others(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Others]:
    school = open_school(
        databases.migrated("sqlite"), tmp_path_factory.mktemp("others") / "instance"
    )
    with transaction(school.engine) as session:
        changes = {"name": f"{CANARY}name", "email": f"{CANARY}@example.edu"}
        changes |= {"sis_user_id": f"{CANARY}sis", "section": f"{CANARY}section"}
        session.execute(update(Person).where(Person.login == "bob").values(changes))
        key_id, key = newest_graded(session, ANCESTRY)
        for number in range(1, VARIANTS):
            draft = make_draft(_moved(key, number))
            deploy(session, draft=draft, key_id=key_id, actor="op", now=datetime.now(UTC))
    for answer in ("0.918", "0.827", "0.736"):
        said = school.submit(PART, answer, who="bob", key=f"{CANARY}{answer}").get_json()
    for version in range(3):
        school.explain(ANCESTRY, f"{CANARY} text {version}", version, who="bob")
    school.submit(PART, "0.5")
    school.explain(ANCESTRY, "My own.")
    with transaction(school.engine) as session:
        for _ in range(VARIANTS - 1):
            _draw(school, session, "bob")
        ask(
            session,
            course=school.catalog.course,
            person_id=school.ids["bob"],
            about=PART,
            reason=f"{CANARY} reason",
            now=datetime.now(UTC),
        )
    regrade_once(school)
    rescore_once(school)
    prefix = school.tokens["bob"].partition("_")[0]
    yield Others(school, said["id"], prefix)
    school.close()


def _moved(key: AnswerKey, by: int) -> AnswerKey:
    parts = {
        slug: replace(part, expected=part.expected + by * Decimal(100), misconceptions=())
        for slug, part in key.parts.items()
    }
    return replace(key, parts=parts, hints={})


def _draw(school: School, session: Session, who: str) -> None:
    draw_variant(
        session,
        problem=ANCESTRY,
        person_id=school.ids[who],
        now=datetime.now(UTC),
    )


def plain(reply: TestResponse, words: Sequence[str], path: str) -> str:
    """A reply without what differs between any two requests, and without the values of its address."""
    number = reply.headers["X-Request-Id"]
    text = all_of(reply).replace(number, "the request")
    text = re.sub(r'(name="csrf_token" value=|Date: |Expires=)[^\r\n>]*', "", text)
    text = re.sub(r"(Set-Cookie: form=)[^;]*", r"\1", text)
    for word in (path, *words):
        text = re.sub(rf"(?<![\w.]){re.escape(word)}(?![\w.])", "·", text)
    return text


def pairs(others: Others, method: str) -> Iterator[tuple[str, str]]:
    """For each route an address of Bob's and one that leads nowhere, where the two differ."""
    app = others.school.app
    both = zip(
        addresses(app, others.theirs, method), addresses(app, others.absent, method), strict=True
    )
    for (_, theirs), (_, absent) in both:
        if theirs != absent:
            yield theirs, absent


def asked(walker: Walker, path: str, method: str, token: str) -> TestResponse:
    if path.startswith("/api/"):
        return walker.open(path)
    return walker.browser.open(path, method=method, data={"csrf_token": token})


def differing(others: Others, who: str | None) -> list[str]:
    """The addresses at which what is Bob's is told from what is not there."""
    walker, found = Walker(others.school, who), []
    page = walker.open("/signin" if who is None else f"/{ANCESTRY}").get_data(as_text=True)
    token = Form.on(page, "csrf_token").fields["csrf_token"]
    for method in ("GET", "POST"):
        for theirs, absent in pairs(others, method):
            first, second = (
                plain(asked(walker, path, method, token), others.words(values), path)
                for path, values in ((theirs, others.theirs), (absent, others.absent))
            )
            if first != second:
                found.append(f"{method} {theirs}")
    return found


@pytest.mark.parametrize("who", ["ada", None])
def test_what_is_another_s_can_t_be_told_from_what_is_not_there(
    others: Others, who: str | None
) -> None:
    assert len([*pairs(others, "GET")]) >= 16
    assert len([*pairs(others, "POST")]) > 10
    before = others.school.rows()
    assert differing(others, who) == []
    after = others.school.rows()
    changed = {name for name in after if after[name] != before[name]}
    assert changed <= {"signin_links", "sessions"}


@pytest.mark.parametrize(
    "address",
    [
        "/staff/regrades/plans/{}",
        "/staff/regrades/runs/{}",
        "/staff/regrades/jobs/{}",
        "/staff/rescores/plans/{}",
        "/staff/rescores/runs/{}",
        "/staff/told/regrade/{}",
    ],
)
def test_what_staff_have_can_t_be_told_from_what_is_not_there_either(
    others: Others, address: str
) -> None:
    ada, tia = Walker(others.school, "ada"), Walker(others.school, "tia")
    ada.open(f"/{ANCESTRY}")  # The first page brings the cookie of forms.
    there, absent = address.format(1), address.format(9)
    assert (tia.open(there).status_code, tia.open(absent).status_code) == (200, 404)
    assert plain(ada.open(there), [], there) == plain(ada.open(absent), [], absent)


def test_to_bob_they_are_there(others: Others) -> None:
    """Else both would be absent, and the comparison would show nothing."""
    walker = Walker(others.school, "bob")
    for path in (
        "/receipts/3",
        "/receipts/3/receipt.json",
        f"/{ANCESTRY}/explanation/3",
        f"/{ANCESTRY}/practice/3",
        f"/api/v1/submissions/{others.submission}",
        f"/api/v1/submissions/{others.submission}/receipt",
    ):
        assert walker.open(path).status_code == 200, path
    for path in ("/receipts/9", f"/{ANCESTRY}/explanation/9", f"/{ANCESTRY}/practice/9"):
        assert walker.open(path).status_code == 404, path


@pytest.mark.parametrize("who", ["ada", None])
def test_no_byte_of_another_is_sent_at_any_address(others: Others, who: str | None) -> None:
    walker = Walker(others.school, who)
    for values in (others.theirs, VALUES):
        for seen in walker.everything(values):
            assert CANARY not in seen.sent, seen.path
            for answer in ("0.918", "0.827", "0.736"):
                assert f'"{answer}"' not in seen.sent, seen.path
                assert f">{answer}<" not in seen.sent, seen.path


def test_bob_s_own_pages_and_the_staff_s_hold_them(others: Others) -> None:
    """The words that were looked for really are what is shown of Bob."""
    school = others.school
    for who, path in (
        ("bob", f"/{ANCESTRY}/explanation"),
        ("bob", "/requests/pset7/ancestry/a"),
        ("bob", "/record/record.json"),
        ("tia", "/staff/students/bob"),
        ("tia", "/staff/roster"),
    ):
        assert CANARY in Walker(school, who).open(path).get_data(as_text=True), path


def test_lists_and_pages_of_a_list_hold_one_s_own_alone(others: Others) -> None:
    walker = Walker(others.school, "ada")
    for query in ("", f"?cursor={others.submission}", "?cursor=999999", f"?part={PART}"):
        found = walker.open(f"/api/v1/submissions{query}").get_json()
        assert {each["text"] for each in found["items"]} <= {"0.5"}, query


def test_another_s_idempotency_key_is_as_good_as_any_other(others: Others) -> None:
    school = others.school
    fresh, taken = (
        school.submit("pset7/ancestry/b", answer, who="tia", key=key)
        for answer, key in (("0.111", "never-used"), ("0.222", f"{CANARY}0.918"))
    )
    assert (fresh.status_code, taken.status_code) == (201, 201)
    assert fresh.get_json().keys() == taken.get_json().keys()
    again = school.submit(PART, "0.918", who="tia", key=f"{CANARY}0.918")
    assert again.status_code == 201
    assert again.get_json()["attempt"] == 1


def leaks_a_status(reply: Response) -> None:
    reply.status_code = 403


def leaks_a_header(reply: Response) -> None:
    reply.headers["X-Owner"] = "7"


def leaks_a_word(reply: Response) -> None:
    document = json.loads(reply.get_data())
    reply.set_data(json.dumps(document | {"detail": "This is not yours."}))


@pytest.mark.parametrize("leak", [leaks_a_status, leaks_a_header, leaks_a_word])
def test_a_seeded_difference_is_found(others: Others, leak: Callable[[Response], None]) -> None:
    path = f"/api/v1/submissions/{others.submission}"
    app = others.school.app

    def seeded(reply: Response) -> Response:
        if request.path == path:
            leak(reply)
        return reply

    app.after_request_funcs[None].append(seeded)
    plain_client, app.test_client_class = app.test_client_class, None  # It would complain itself.
    try:
        assert differing(others, "ada") == [f"GET {path}"]
    finally:
        app.after_request_funcs[None].remove(seeded)
        app.test_client_class = plain_client
