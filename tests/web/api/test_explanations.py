"""Saving and reading one's own explanation by API."""

from datetime import datetime

import pytest

from tests.support.school import School
from tests.web.api.test_submissions import code

PROBLEM = "pset7/ancestry"
PATH = f"/explanations/{PROBLEM}"


def test_nothing_written_is_version_0(school: School) -> None:
    assert school.get(PATH).get_json() == {
        "problem": PROBLEM,
        "version": 0,
        "text": "",
        "saved_at": None,
        "late_seconds": 0,
        "unseen": [],
    }


def test_what_was_saved_is_read_again_older_versions_too(school: School) -> None:
    first = school.explain(PROBLEM, "One.")
    assert first.status_code == 201
    second = school.explain(PROBLEM, "Two.", 1)
    document = second.get_json()
    assert (document["version"], document["text"], document["unseen"]) == (2, "Two.", [])
    assert datetime.fromisoformat(document["saved_at"]).tzinfo is not None
    assert school.get(PATH).get_json() == document
    assert school.get(f"{PATH}?version=1").get_json() == first.get_json()
    assert code(school.get(f"{PATH}?version=3")) == (404, "not_found")
    assert code(school.get(f"{PATH}?version=x")) == (422, "invalid_request")


def test_an_equal_text_is_told_with_200_and_stores_nothing(school: School) -> None:
    school.explain(PROBLEM, "One.")
    before = school.rows()
    again = school.explain(PROBLEM, "One.", 1)
    assert (again.status_code, again.get_json()["version"]) == (200, 1)
    assert school.rows() == before


def test_versions_from_elsewhere_are_kept_and_named(school: School) -> None:
    for text in ("One.", "Two.", "Three."):
        reply = school.explain(PROBLEM, text)
    assert reply.get_json()["unseen"] == [1, 2]
    assert school.get(f"{PATH}?version=1").get_json()["text"] == "One."


def test_an_idempotency_key_makes_a_retry_safe(school: School) -> None:
    first = school.explain(PROBLEM, "One.", key="k1")
    school.explain(PROBLEM, "Two.", 1)
    again = school.explain(PROBLEM, "One.", key="k1")
    assert (again.status_code, again.get_json()) == (201, first.get_json())
    assert code(school.explain(PROBLEM, "Other.", key="k1")) == (422, "idempotency_conflict")
    assert school.get(PATH).get_json()["version"] == 2
    # Answers have keys of their own.
    assert school.submit(f"{PROBLEM}/a", "1.5", key="k1").status_code == 201


def test_a_program_may_save_at_once_again(school: School) -> None:
    assert [school.explain(PROBLEM, str(n), n).status_code for n in range(4)] == [201] * 4


@pytest.mark.parametrize(
    ("text", "based_on", "said"),
    [
        ("x" * 20_001, 0, "at most 20,000"),
        ("x", 1, "no version 1"),
        ("x", -1, "based_on"),
        ("x", "one", "based_on"),
        ("x", 10**30, "based_on"),
        ("x", None, "based_on"),
        (None, 0, "text"),
        (["x"], 0, "text"),
    ],
)
def test_what_can_t_be_taken_is_refused_and_named(
    school: School, text: object, based_on: object, said: str
) -> None:
    before = school.rows()
    reply = school.explain(PROBLEM, text, based_on)
    assert code(reply) == (422, "invalid_request")
    assert said in reply.get_json()["detail"]
    assert school.rows() == before


def test_halves_of_characters_and_nul_are_marked_and_all_else_is_kept(school: School) -> None:
    body = rb'{"text": "a\ud800b\u0000c \u202e \ud83d\ude00", "based_on": 0}'
    headers = school.bearer("ada") | {"Content-Type": "application/json"}
    reply = school.client().put(f"/api/v1{PATH}", data=body, headers=headers)
    assert reply.get_json()["text"] == "a\ufffdb\ufffdc \u202e \U0001f600"
    assert school.get(PATH).get_json() == reply.get_json()


def test_the_longest_text_fits_into_a_body_however_it_is_escaped(school: School) -> None:
    body = '{"text": "' + r"\ud83d\ude00" * 20_000 + '", "based_on": 0}'
    headers = school.bearer("ada") | {"Content-Type": "application/json"}
    reply = school.client().put(f"/api/v1{PATH}", data=body, headers=headers)
    assert reply.status_code == 201
    assert reply.get_json()["text"] == "\U0001f600" * 20_000
    too_large = school.client().put(f"/api/v1{PATH}", data="x" * 400_000, headers=headers)
    assert code(too_large) == (413, "request_entity_too_large")


def test_each_person_has_an_explanation_of_their_own(school: School) -> None:
    school.explain(PROBLEM, "By Ada.")
    assert school.get(PATH, who="bob").get_json()["version"] == 0
    assert code(school.get(f"{PATH}?version=1", who="bob")) == (404, "not_found")


def test_there_is_none_of_a_problem_that_is_not_there(school: School) -> None:
    assert code(school.explain("pset7/none", "x")) == (404, "not_found")
    assert code(school.get("/explanations/pset7/none")) == (404, "not_found")
