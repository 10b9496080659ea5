"""Submitting by API, and reading one's own submissions."""

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from tests.support.school import School
from tests.support.statements import statements

PART = "pset7/ancestry/a"
PROBLEM_JSON = "application/problem+json"


def code(reply: TestResponse) -> tuple[int, str]:
    assert reply.content_type == PROBLEM_JSON
    assert reply.json is not None
    assert reply.json["status"] == reply.status_code
    return reply.status_code, reply.json["code"]


def post(school: School, body: bytes, **headers: str) -> TestResponse:
    wanted = {"Content-Type": "application/json", **school.bearer("ada"), **headers}
    return school.client().post("/api/v1/submissions", data=body, headers=wanted)


def test_a_right_answer_is_created_and_says_what_was_read(school: School) -> None:
    right = Decimal(school.expected(PART)).quantize(Decimal("0.00001"))
    reply = school.submit(PART, f"{right}")
    assert reply.status_code == 201
    assert reply.json is not None
    assert reply.json.keys() == {
        "id", "part", "attempt", "reading", "verdict", "submitted_at", "late_seconds", "counted",
        "hint",
    }  # fmt: skip
    assert reply.json["verdict"] == "correct"
    assert (reply.json["part"], reply.json["attempt"], reply.json["counted"]) == (PART, 1, True)
    assert Decimal(reply.json["reading"]) == right


def test_a_byte_order_mark_before_the_body_is_passed_over(school: School) -> None:
    body = b"\xef\xbb\xbf" + json.dumps({"part": PART, "answer": "1.30"}).encode()
    assert post(school, body).status_code == 201


def test_a_wrong_answer_is_a_success_of_the_service(school: School) -> None:
    reply = school.submit(PART, "1.30")
    assert reply.status_code == 201
    assert reply.json is not None
    assert reply.json["verdict"] == "incorrect"
    assert reply.json["reading"] == "1.3"


@pytest.mark.parametrize("again", ["1.30", "1.3", " 1.30000 ", "13e-1", "+1.3"])
def test_the_same_number_again_is_the_first_submission_not_counted(
    school: School, again: str
) -> None:
    first = school.submit(PART, "1.30").json
    reply = school.submit(PART, again)
    assert first is not None
    assert reply.json is not None
    assert reply.status_code == 200
    assert reply.json == {**first, "counted": False}
    assert school.stored() == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "blank"),
        ("0,5", "comma"),
        ("50%", "percent"),
        ("0.5 bits", "unit_or_letters"),
        ("1_000", "underscore"),
        ("1/2", "fraction"),
        ("nan", "not_a_number"),
        ("inf", "infinity"),
        ("\uff11\uff12", "foreign_digits"),
        ("1\u200b2", "invisible_character"),
        ("1.2.3", "two_points"),
        ("1" * 65, "too_long"),
        ("1e31", "too_big"),
        ("1e-31", "too_small"),
        ("1\x00", "invisible_character"),
        ("1\ud800", "invisible_character"),
    ],
)
def test_a_text_that_is_no_number_is_refused_with_its_reason_and_costs_nothing(
    school: School, text: str, reason: str
) -> None:
    reply = school.submit(PART, text, key="one")
    assert code(reply) == (422, "unreadable_answer")
    assert reply.json is not None
    assert reply.json["reason"] == reason
    assert school.stored() == 0


def test_a_json_number_is_the_text_that_was_sent(school: School) -> None:
    reply = post(school, b'{"part": "pset7/ancestry/a", "answer": 0.10000000000000000555}')
    assert reply.status_code == 201
    assert reply.json is not None
    assert reply.json["reading"] == "0.10000000000000000555"


BROKEN = [
    (b"", "no JSON"),
    (b"[]", "object"),
    (b"null", "object"),
    (b'"text"', "object"),
    (b"{", "no JSON"),
    (b"\xff\xfe", "no JSON"),
    (b"[" * 50_000, "nested too deeply"),
    (b"{}", "part"),
    (b'{"part": "pset7/ancestry/a"}', "answer"),
    (b'{"part": "pset7/ancestry/a", "answer": null}', "answer"),
    (b'{"part": "pset7/ancestry/a", "answer": true}', "answer"),
    (b'{"part": "pset7/ancestry/a", "answer": [1]}', "answer"),
    (b'{"part": "pset7/ancestry/a", "answer": NaN}', "NaN"),
    (b'{"part": "pset7/ancestry/a", "answer": -Infinity}', "Infinity"),
    (b'{"part": "pset7/ancestry/a", "answer": 1, "answer": 2}', "twice"),
    (b'{"part": "pset7/ancestry/a", "answer": "1", "verdict": "correct"}', "verdict"),
]


@pytest.mark.parametrize(("body", "named"), BROKEN, ids=[repr(b[:40]) for b, _ in BROKEN])
def test_a_body_of_another_shape_is_refused_by_name(
    school: School, body: bytes, named: str
) -> None:
    reply = post(school, body)
    assert code(reply) == (422, "invalid_request")
    assert reply.json is not None
    assert named in reply.json["detail"]
    assert school.stored() == 0


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        (b"part=a&answer=1", "application/x-www-form-urlencoded", (415, "unsupported_media_type")),
        (b"{}", "text/plain", (415, "unsupported_media_type")),
        (b" " * 10_000_000, "application/json", (413, "request_entity_too_large")),
    ],
)
def test_another_content_type_or_a_huge_body_is_refused(
    school: School, body: bytes, content_type: str, expected: tuple[int, str]
) -> None:
    assert code(post(school, body, **{"Content-Type": content_type})) == expected


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"part": 1}',
        b"\xff",
        b"[" * 100_000,
        b" " * 2_000_000,
        b'{"part": "x", "answer": "1"}',
    ],
    ids=["empty", "a list", "another shape", "no text", "deep", "huge", "unknown part"],
)
def test_whoever_has_no_good_token_hears_of_that_and_of_nothing_else(
    school: School, body: bytes
) -> None:
    unknown = "Bearer pgaaaaaaaa_" + "a" * 56
    for headers in ({"Authorization": unknown}, {"Authorization": ""}):
        assert code(post(school, body, **headers)) == (401, "not_signed_in")
    assert school.stored() == 0


def test_an_answer_costs_one_look_and_what_is_written(school: School) -> None:
    engine = school.app.extensions["grader"].engine
    # Connections take turns, and each makes the view for its first answer.
    for text in ("0.1", "0.2", "0.3", "0.4"):
        with statements(engine) as sent:
            assert school.submit(PART, text).status_code == 201
    kinds = [statement.split()[0] for statement in sent]
    one = engine.dialect.name == "postgresql"
    assert kinds == (["SELECT", "WITH"] if one else ["SELECT", "INSERT", "SELECT"])


@pytest.mark.parametrize(
    "part", ["", "pset7", "pset7/ancestry", "pset7/ancestry/z", "a/b/c", "\x00"]
)
def test_an_unknown_part_does_not_exist(school: School, part: str) -> None:
    assert code(school.submit(part, "1")) == (404, "not_found")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_where_writers_can_t_queue_the_answer_is_asked_for_again(school: School) -> None:
    school.engine.dispose()
    queue = Path(f"{school.engine.url.database}-writers")
    queue.unlink(missing_ok=True)
    queue.mkdir()
    reply = school.submit(PART, "1")
    assert code(reply) == (503, "unavailable")
    assert reply.headers["Retry-After"] == "5"
    queue.rmdir()
    assert school.submit(PART, "1").status_code == 201


def test_a_replay_gets_the_same_reply_and_another_payload_a_refusal(school: School) -> None:
    first = school.submit(PART, "1.30", key="k")
    again = school.submit(PART, "1.30", key="k")
    assert (first.status_code, first.json) == (again.status_code, again.json)
    assert code(school.submit(PART, "1.31", key="k")) == (422, "idempotency_conflict")
    unreadable = school.submit(PART, "1,3", key="u")
    assert school.submit(PART, "1,3", key="u").data == unreadable.data
    assert code(school.submit(PART, "1,4", key="u")) == (422, "idempotency_conflict")
    assert school.stored() == 1


def test_keys_are_per_student_and_part(school: School) -> None:
    for who in ("ada", "bob"):
        for part in (PART, "pset7/ancestry/b"):
            assert school.submit(part, "0.25", who=who, key="same").status_code == 201


@pytest.mark.parametrize("key", ["with space", "x" * 201, "\u00e9"])
def test_a_malformed_idempotency_key_is_refused(school: School, key: str) -> None:
    assert code(school.submit(PART, "1", key=key)) == (422, "invalid_request")


def test_after_five_wrong_answers_there_is_a_pause_with_retry_after(school: School) -> None:
    for number in range(5):
        taken = school.submit(PART, f"9{number}")
        assert taken.status_code == 201
    reply = school.submit(PART, "95")
    assert code(reply) == (429, "cooling_down")
    # Both in the same form.
    for moment in (taken.get_json()["submitted_at"], reply.get_json()["retry_at"]):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z", moment)
    assert 1 <= int(reply.headers["Retry-After"]) <= 30
    assert school.stored() == 5


def test_own_submissions_are_listed_newest_first_page_by_page(school: School) -> None:
    ids = [school.submit(PART, f"{n}").get_json()["id"] for n in range(4)]
    school.submit(PART, "7", who="bob")
    seen, cursor = [], ""
    while cursor is not None:
        page = school.get(f"/submissions?limit=3{cursor and f'&cursor={cursor}'}").get_json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert seen == ids[::-1]
    only = school.get("/submissions?part=pset7/ancestry/b").get_json()
    assert only == {"items": [], "next_cursor": None}


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=x", "cursor=-1", "cursor=x", "other=1", "limit=1&limit=2"],
)
def test_a_query_of_another_shape_is_refused(school: School, query: str) -> None:
    assert code(school.get(f"/submissions?{query}")) == (422, "invalid_request")


def test_a_submission_of_somebody_else_can_not_be_told_from_none(school: School) -> None:
    theirs = school.submit(PART, "1", who="bob").get_json()["id"]
    assert school.get(f"/submissions/{theirs}", who="bob").status_code == 200
    absent = school.get("/submissions/999999")
    assert school.get(f"/submissions/{theirs}").data == absent.data
    assert code(absent) == (404, "not_found")


@pytest.mark.parametrize("name", ["0", "-1", "x", "9" * 18, "9" * 19, "9" * 30, "\uff11"])
def test_an_id_that_no_row_can_have_is_not_found(school: School, name: str) -> None:
    assert code(school.get(f"/submissions/{name}")) == (404, "not_found")


def test_no_reply_to_a_student_holds_an_expected_value(school: School) -> None:
    parts = [part.slug for p in school.catalog.course.problems for part in p.parts]
    secrets = {re.sub(r"^-?0\.", "", school.expected(part))[:9] for part in parts}
    secrets = {secret for secret in secrets if len(secret) >= 6}
    assert len(secrets) >= 4
    pages = ["/course", "/assignments/pset7", "/submissions", "/openapi.json"]
    pages += [f"/problems/{problem.slug}" for problem in school.catalog.course.problems]
    sent = json.dumps([school.submit(part, "0.5").get_json() for part in parts])
    sent += "".join(school.get(page).get_data(as_text=True) for page in pages)
    assert [secret for secret in secrets if secret in sent] == []
