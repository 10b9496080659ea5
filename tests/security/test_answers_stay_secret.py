"""T13: no expected value is in any byte that is sent to students or anybody, in any state."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Response, request
from pydantic import SecretStr

from grader.config import PROJECT
from grader.domain.problem import Assignment
from grader.web import logs
from tests.security.canary_course import Canaries, CanaryCourse, digits_of, open_canary_course
from tests.security.walking import Walker, all_of
from tests.support.databases import Databases
from tests.support.post_office import open_post_office
from tests.support.regrades import regrade_once
from tests.support.school import shipped_drafts
from tests.support.untold import MAY_TELL
from tests.web.in_force import change_policy
from tests.web.pages import Form, Reader
from tests.web.test_solutions import press
from tests.web.test_telling import press as press_send
from tests.web.test_telling import settings

Edit = Callable[[Assignment], Assignment]

HOUR = timedelta(hours=1)
ASKED = ("pset7/ancestry/a", "pset7/decision_tree_entropy/b")


def now() -> datetime:
    return datetime.now(UTC)


def opening(it: Assignment) -> Assignment:
    return replace(it, opens=now() + HOUR, due=now() + 9 * HOUR, closes=None)


def is_open(it: Assignment) -> Assignment:
    return replace(it, opens=now() - 9 * HOUR, due=now() + 9 * HOUR, closes=None)


def late(it: Assignment) -> Assignment:
    return replace(it, opens=now() - 9 * HOUR, due=now() - HOUR, closes=now() + HOUR)


def closed(it: Assignment) -> Assignment:
    return replace(it, opens=now() - 9 * HOUR, due=now() - 2 * HOUR, closes=now() - HOUR)


@dataclass
class Walks:
    """Everybody's walks through the course; ``typed`` are the numbers that each of them wrote themselves."""

    course: CanaryCourse
    people: dict[str, Walker]
    typed: dict[str, frozenset[str]] = field(default_factory=dict)

    def leaks(self, state: str, *whose: str) -> list[tuple[str, str, str]]:
        """Who got which numbers, and where; everybody walks unless some are named."""
        return [
            (who, seen.path, name)
            for who in whose or self.people
            for seen in self.people[who].everything()
            if seen.endpoint not in MAY_TELL.get(state, ())
            for name in self.course.canaries.found_in(seen.sent, self.typed.get(who, frozenset()))
        ]

    def replies(self, who: str, texts: dict[str, str]) -> list[str]:
        """What is said to answers, by the form and by the API."""
        school, said = self.course.school, []
        for part, text in texts.items():
            path = f"/{part.rpartition('/')[0]}"
            reader = Reader(self.people[who].browser)
            form = Form.on(reader.open(path), f"answer.{part[-1]}").fields
            data = form | {f"answer.{part[-1]}": text, "check": part[-1]}
            said += [
                all_of(reader.client.post(path, data=data, headers=headers))
                for headers in ({}, {"HX-Request": "true"})
            ]
            said.append(all_of(school.submit(part, f"{text}0", who=who)))
        return said


@pytest.fixture(scope="module")
def course(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CanaryCourse]:
    opened = open_canary_course(
        databases.migrated("sqlite"), tmp_path_factory.mktemp("canaries") / "instance"
    )
    yield opened
    opened.school.close()


@pytest.fixture(scope="module")
def walks(course: CanaryCourse) -> Walks:
    people = {str(who): Walker(course.school, who) for who in (None, "ada", "bob")}
    return Walks(course, people)


def state(course: CanaryCourse, edit: Edit) -> None:
    change_policy(
        course.school, lambda it: edit(replace(it, attempts=replace(it.attempts, free_wrong=99)))
    )


def test_nobody_is_sent_an_answer_in_any_state(
    walks: Walks, capsys: pytest.CaptureFixture[str]
) -> None:
    course = walks.course
    school, canaries = course.school, course.canaries
    logs.configure(production=True)
    state(course, opening)
    assert walks.leaks("before", "ada") == []
    state(course, is_open)
    assert walks.leaks("open", "ada") == []
    for who in ("ada", "bob"):
        # A variant of theirs, whose answers are canaries too.
        reader = Reader(walks.people[who].browser)
        draw = Form.on(reader.open("/pset7/ancestry"), "csrf_token")
        drawn = reader.client.post("/pset7/ancestry/practice", data=draw.fields)
        assert drawn.status_code == 303
    wrong = walks.replies("ada", dict.fromkeys(ASKED, "0.25"))
    wrong += walks.replies("ada", {part: course.near(part) for part in ASKED})
    assert canaries.found_in("".join(wrong)) == set()
    mistaken = walks.replies("ada", {ASKED[0]: course.mistaken(ASKED[0])})
    assert "You squared something" in "".join(mistaken)
    walks.typed["ada"] = frozenset({f"{ASKED[0]} squared"})
    assert canaries.found_in("".join(mistaken), walks.typed["ada"]) == set()
    right = walks.replies("bob", {part: course.right(part) for part in ASKED})
    walks.typed["bob"] = frozenset(f"{part} expected" for part in ASKED)
    assert "Correct" in "".join(right)
    assert canaries.found_in("".join(right), walks.typed["bob"]) == set()
    assert walks.leaks("answered") == []
    state(course, late)
    assert walks.leaks("late", "ada") == []
    state(course, closed)
    assert walks.leaks("closed") == []
    assert press(school.browser("ina"), "show").status_code == 303
    assert walks.leaks("released") == []
    # What may be shown really is, or the exceptions above would hide that nothing was looked at.
    shown = walks.people["ada"].open("/pset7/ancestry/solution").get_data(as_text=True)
    assert f"{ASKED[0]} expected" in canaries.found_in(shown)
    logged = capsys.readouterr()
    logs.configure(production=False)
    said = logged.out + logged.err
    assert said.count('"request"') > 500
    assert canaries.found_in(said) == set()


def test_letters_hold_no_answer(walks: Walks) -> None:
    school = walks.course.school
    state(walks.course, is_open)
    school.submit(ASKED[0], "0.123")
    old = school.app.extensions["grader"]
    with open_post_office() as office:
        settings(school, smtp_url=SecretStr(office.url), base_url="https://grader.example.edu")
        run = regrade_once(school)
        staff = Reader.of(school, "tia")
        assert press_send(staff, f"/staff/regrades/runs/{run}").status_code == 303
        asking = Reader(school.client())
        form = Form.on(asking.open("/signin"), "login").fields
        asking.client.post("/signin", data=form | {"login": "ina"})
        # It is sent behind the reply's back.
        for thread in threading.enumerate():
            if thread.name == "mail":
                thread.join()
        school.app.extensions["grader"] = old
    assert len(office.messages) == 2
    letters = "".join(text.decode() for _address, text in office.messages)
    assert walks.course.canaries.found_in(letters) == set()


def leak_in_a_header(reply: Response, value: str) -> None:
    reply.headers["X-Debug"] = value


def leak_rounded_in_the_page(reply: Response, value: str) -> None:
    reply.direct_passthrough = False
    reply.set_data(reply.get_data() + f"<!-- {float(value):.5f} -->".encode())


def leak_in_scientific_notation(reply: Response, value: str) -> None:
    reply.direct_passthrough = False
    reply.set_data(reply.get_data() + f"{float(value):.9e}".encode())


@pytest.mark.parametrize(
    ("path", "leak"),
    [
        ("/api/v1/course", leak_in_a_header),
        ("/grades", leak_in_a_header),
        ("/grades", leak_rounded_in_the_page),
        ("/grades", leak_in_scientific_notation),
    ],
)
@pytest.mark.parametrize("kind", ["expected", "accepted", "squared"])
def test_a_seeded_leak_is_found(
    walks: Walks, leak: Callable[[Response, str], None], kind: str, path: str
) -> None:
    app, name = walks.course.school.app, f"pset7/calibration/a {kind}"
    value = f"{walks.course.canaries.of[name]:f}"

    def seeded(reply: Response) -> Response:
        if request.path == path:
            leak(reply, value)
        return reply

    app.after_request_funcs[None].append(seeded)
    try:
        sent = all_of(walks.people["ada"].open(path))
    finally:
        app.after_request_funcs[None].remove(seeded)
    assert walks.course.canaries.found_in(sent) == {name}


def test_the_files_of_the_web_s_image_hold_no_answer() -> None:
    values = {
        f"{slug} {each}": each
        for draft in shipped_drafts()
        for slug, part in draft.key.parts.items()
        for each in (part.expected, *(one.value for one in part.misconceptions))
    }
    beginnings = {name: f"{abs(value):f}"[:10] for name, value in values.items() if abs(value) > 0}
    # Of short values the data themselves are full.
    told = {name: each for name, each in beginnings.items() if len(each) == 10}
    assert len(told) > 10
    for folder in ("grader", "problems", "migrations"):
        for file in sorted((PROJECT / folder).rglob("*")):
            if file.is_file() and file.suffix in {
                ".py",
                ".html",
                ".js",
                ".css",
                ".md",
                ".toml",
                ".json",
            }:
                text = file.read_text(encoding="utf-8")
                found = {name for name, each in told.items() if each in text}
                assert found == set(), file.relative_to(PROJECT)


def test_the_digits_that_are_looked_for_are_those_of_a_value_however_it_is_written() -> None:
    assert list(digits_of(Decimal("731.842913706"))) == ["731.8429", "7.318429", "7318429137"]
    beyond = list(digits_of(Decimal("731.842913706"), beyond=True))
    assert beyond == ["731.8429137", "7.318429137", "7318429137"]


def test_a_moment_is_not_taken_for_a_value() -> None:
    canaries = Canaries({"a": Decimal("366.938571402")})
    for text in ("366.938571", "[366.9385", "said=is%20366.9385", "3.669385e2"):
        assert canaries.found_in(text) == {"a"}, text
    assert canaries.found_in("at 2026-11-29T23:13:33.669385Z") == set()
