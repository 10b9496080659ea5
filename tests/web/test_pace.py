"""Rate limits: who asks too fast is told when to ask again, and holds up nobody else."""

import gc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from grader.domain.errors import TooManyRequests
from grader.web import pace as subject
from grader.web import serving
from grader.web.pace import Pace
from grader.web.state import EXTENSION
from tests.support.people import at_once
from tests.support.school import School
from tests.support.statements import statements

ADA, BOB = b"ada", b"bob"
BURST = 4


@pytest.fixture
def clock() -> list[float]:
    """What the clock shows, to be changed."""
    return [1000.0]


@pytest.fixture
def pace(clock: list[float]) -> Pace:
    """Four at once, and two a second from then on."""
    return Pace(burst=BURST, per_second=2, clock=lambda: clock[0])


def waits(pace: Pace, asker: bytes, times: int) -> list[float]:
    return [pace.wait(asker) for _ in range(times)]


def test_so_many_are_taken_at_once_and_then_one_by_one(pace: Pace, clock: list[float]) -> None:
    assert waits(pace, ADA, BURST + 2) == [0, 0, 0, 0, 0.5, 0.5]
    clock[0] += 0.25
    assert waits(pace, ADA, 1) == [0.25]
    clock[0] += 0.25
    assert waits(pace, ADA, 2) == [0, 0.5]
    clock[0] += 1000
    assert waits(pace, ADA, BURST + 1) == [0, 0, 0, 0, 0.5]


def test_nobody_uses_up_another_s_requests(pace: Pace) -> None:
    waits(pace, ADA, 100)
    assert waits(pace, BOB, BURST) == [0] * BURST


def test_a_clock_that_goes_back_locks_nobody_out(pace: Pace, clock: list[float]) -> None:
    # Ours never does; but then it would be a while until the next one is taken, and not for good.
    waits(pace, ADA, BURST)
    clock[0] -= 3
    assert waits(pace, ADA, 1) == [3.5]
    clock[0] += 3.5
    assert waits(pace, ADA, 1) == [0]


def test_only_so_many_askers_are_remembered(pace: Pace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "REMEMBERED", 10)
    waits(pace, ADA, BURST)
    for number in range(1000):
        pace.wait(b"%d" % number)
        pace.wait(ADA)
    assert len(pace) == 10
    assert pace.wait(ADA) > 0, "who asks again and again is not forgotten"


def test_at_once_no_more_are_taken_than_one_by_one() -> None:
    pace = Pace(burst=50, per_second=0.001)
    assert at_once(80, lambda: pace.wait(ADA)).count(0) == 50


@pytest.fixture
def paced(school: School, pace: Pace) -> School:
    """The school, where each person has four requests and the clock stands still."""
    school.app.extensions[EXTENSION] = replace(school.app.extensions[EXTENSION], pace=pace)
    return school


def test_a_program_that_asks_too_fast_is_told_when_to_ask_again(
    paced: School, clock: list[float]
) -> None:
    replies = [paced.get("/course") for _ in range(BURST + 1)]
    assert [reply.status_code for reply in replies] == [200] * BURST + [429]
    refused = replies[-1]
    assert refused.headers["Retry-After"] == "1"
    assert refused.json is not None
    assert refused.json["code"] == TooManyRequests.code
    assert refused.content_type == "application/problem+json"
    clock[0] += 1
    assert paced.get("/course").status_code == 200


def test_a_classmate_is_not_held_up(paced: School) -> None:
    for _ in range(BURST + 1):
        paced.get("/course", who="ada")
    assert paced.get("/course", who="ada").status_code == 429
    assert paced.get("/course", who="bob").status_code == 200


@pytest.mark.parametrize(
    "forge",
    [
        lambda token: token[:-1] + ("y" if token.endswith("x") else "x"),
        lambda token: token + "x",
        lambda token: token[:12],
    ],
    ids=["another end", "longer", "its beginning"],
)
def test_who_knows_a_token_s_beginning_can_t_use_up_its_requests(
    paced: School, forge: Callable[[str], str]
) -> None:
    forged = {"Authorization": f"Bearer {forge(paced.tokens['ada'])}"}
    statuses = [
        paced.client().get("/api/v1/course", headers=forged).status_code for _ in range(BURST + 1)
    ]
    assert statuses == [401] * BURST + [429]
    assert paced.get("/course").status_code == 200


def test_a_page_that_is_asked_for_too_fast_keeps_what_was_typed(
    paced: School, clock: list[float]
) -> None:
    browser = paced.browser("ada")
    page = browser.get("/pset7/ancestry").get_data(as_text=True)
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"csrf_token": token, "answer.a": " 0.123 ", "key.a": "k", "check": "a"}
    for _ in range(BURST):
        browser.get("/pset7/ancestry")
    refused = browser.post("/pset7/ancestry", data=form)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
    assert 'value=" 0.123 "' in refused.get_data(as_text=True)
    assert paced.stored() == 0
    clock[0] += 1
    assert browser.post("/pset7/ancestry", data=form).status_code == 303
    assert paced.stored() == 1


def test_who_is_not_signed_in_is_asked_to_and_files_are_anybody_s(paced: School) -> None:
    for _ in range(BURST + 1):
        assert paced.client().get("/api/v1/course").status_code == 401
        assert paced.client().get("/pset7").status_code == 303
        assert paced.client().get("/healthz").status_code == 200


def test_a_refused_request_asks_the_database_nothing(paced: School) -> None:
    for _ in range(BURST):
        paced.get("/course")
    paced.app.extensions[EXTENSION].engine.dispose()
    with statements(paced.app.extensions[EXTENSION].engine) as sent:
        assert paced.get("/course").status_code == 429
    assert sent == []


def test_the_server_s_application_has_a_pace(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADER_DATABASE_URL", database_url)
    monkeypatch.setenv("GRADER_INSTANCE_DIR", str(tmp_path))
    thresholds = gc.get_threshold()
    state = serving.application().extensions[EXTENSION]
    assert isinstance(state.pace, Pace)
    state.engine.dispose()
    # A server settles for its life; this process goes on as it was.
    gc.set_threshold(*thresholds)
