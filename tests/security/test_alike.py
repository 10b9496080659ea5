"""T14: what is said to a wrong answer does not tell how far off it is, by its words or by its length."""

import re
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import product

import pytest
from flask import Response

from tests.security.canary_course import CanaryCourse, open_canary_course
from tests.security.walking import all_of
from tests.support.databases import Databases
from tests.web.in_force import change_policy
from tests.web.pages import Form, Reader

PART = "pset7/ancestry/a"
ROUNDS = 400
CLOSEST = 0.05


@pytest.fixture(scope="module")
def course(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CanaryCourse]:
    opened = open_canary_course(
        databases.migrated("sqlite"), tmp_path_factory.mktemp("alike") / "instance"
    )
    change_policy(
        opened.school, lambda it: replace(it, attempts=replace(it.attempts, free_wrong=10**6))
    )
    yield opened
    opened.school.close()


def near_and_far(course: CanaryCourse, part: str, number: int = 0) -> tuple[str, str]:
    """A text just outside of what counts, and one of the same form that is far off."""
    expected = course.canaries.of[f"{part} expected"]
    # Its last decimal is no zero: it would be read without it.
    near = expected.quantize(Decimal("0.0001")) + Decimal("0.00011") + number * Decimal("0.0001")
    far = Decimal(1099 - int(near)) + near % 1
    return f"{near:.5f}", f"{far:.5f}"


def plain(said: str, typed: str) -> str:
    """A reply without the typed number and without what differs between any two of them."""
    for form in (typed, typed.rstrip("0")):
        said = re.sub(r"(?<![\d.])" + re.escape(form) + r"(?!\d)", "·" * len(form), said)
    said = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "key", said)
    said = re.sub(r'(csrf_token" value=)"[^"]*"', r"\1", said)
    said = re.sub(r"(X-Request-Id: |ETag: |Set-Cookie: )[^\r\n]*", r"\1", said)
    said = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]*(Z|\+00:00)", "then", said)
    said = re.sub(r'("id": ?|"attempt": ?|"receipt": ?|submissions/|receipts/)\d+', r"\1n", said)
    said = re.sub(r"(?i)(attempts?|receipt|history|answers?)( |-|:|\()*\d+", r"\1 n", said)
    said = re.sub(r"\d\d?:\d\d(:\d\d)?", "then", said)
    return re.sub(r"Content-Length: \d+", "Content-Length", said)


def by_api(course: CanaryCourse, who: str, part: str, typed: str) -> str:
    return all_of(course.school.submit(part, typed, who=who))


def by_form(course: CanaryCourse, who: str, part: str, typed: str) -> str:
    reader, (path, _, box) = Reader.of(course.school, who), part.rpartition("/")
    fields = Form.on(reader.open(f"/{path}"), f"answer.{box}").fields
    data = fields | {f"answer.{box}": typed, "check": box}
    return all_of(reader.client.post(f"/{path}", data=data, headers={"HX-Request": "true"}))


WAYS = {"api": by_api, "form": by_form}
PROBLEMS = {"api": "pset7/ancestry", "form": "pset7/decision_tree_entropy"}


@pytest.mark.parametrize("part", ["a", "b"])
@pytest.mark.parametrize("way", WAYS)
def test_near_and_far_are_told_the_same_in_as_many_bytes(
    course: CanaryCourse, way: str, part: str
) -> None:
    slug = f"{PROBLEMS[way]}/{part}"
    near, far = near_and_far(course, slug)
    # Each by a student of their own, so that both are at the same attempt.
    first, second = WAYS[way](course, "ada", slug, near), WAYS[way](course, "bob", slug, far)
    assert "ncorrect" in first
    assert plain(first, near) == plain(second, far)
    assert _length(first) == _length(second)


def _length(said: str) -> str:
    found = re.search(r"Content-Length: (\d+)", said)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("way", WAYS)
def test_a_seeded_word_for_those_who_are_near_is_found(course: CanaryCourse, way: str) -> None:
    slug = f"{PROBLEMS[way]}/a"
    near, far = near_and_far(course, slug)

    def seeded(reply: Response) -> Response:
        if near.encode() in reply.get_data():
            reply.headers["X-Hint"] = "1"
        return reply

    hooks = course.school.app.after_request_funcs[None]
    hooks.append(seeded)
    try:
        first, second = WAYS[way](course, "tia", slug, near), WAYS[way](course, "ina", slug, far)
    finally:
        hooks.remove(seeded)
    assert plain(first, near) != plain(second, far)


@pytest.mark.load
def test_near_and_far_take_the_same_time(course: CanaryCourse, pytestconfig: pytest.Config) -> None:
    if not pytestconfig.getoption("--soak"):
        pytest.skip("measured by ./run soak alone")
    times: dict[str, list[float]] = {"near": [], "far": []}
    for number, order in product(range(ROUNDS), (0, 1)):
        near, far = near_and_far(course, PART, 10 + number)
        pairs = [("near", "ada", near), ("far", "bob", far)]
        # Who comes first changes, and so does whose history is the longer one.
        for name, who, typed in reversed(pairs) if order else pairs:
            started = time.perf_counter()
            course.school.submit(PART, f"{typed}{order}", who=who)
            times[name].append(time.perf_counter() - started)
    near_time, far_time = (statistics.median(times[name]) for name in ("near", "far"))
    assert abs(near_time - far_time) / max(near_time, far_time) < CLOSEST
