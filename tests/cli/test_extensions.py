from datetime import UTC, datetime

import pytest

from tests.cli.desk import Desk

DUE = "2026-03-11T23:59:00"


@pytest.fixture
def ready(desk: Desk) -> Desk:
    desk.run("db", "upgrade")
    desk.run("policy", "publish")
    desk.enrol("ada", "bob")
    return desk


def test_an_extension_is_granted_listed_and_withdrawn(ready: Desk) -> None:
    said = ready.run(
        "extensions", "grant", "ada", "pset7", "--until", "2026-03-13T23:59", "--reason", "ill"
    )
    assert said.output == "ada has until 2026-03-13 23:59:00 PDT for pset7.\n"
    ready.run(
        "extensions", "grant", "bob", "pset7", "--until", "2026-03-13T06:59:00Z", "--reason", "away"
    )  # fmt: skip
    rows = ready.json("extensions", "list")
    assert [(row["login"], row["until"], row["in_force"]) for row in rows] == [
        ("bob", "2026-03-13T06:59:00+00:00", True),
        ("ada", "2026-03-14T06:59:00+00:00", True),
    ]
    assert rows[1]["reason"] == "ill"
    assert rows[1]["actor"].startswith("cli:")
    assert datetime.fromisoformat(rows[1]["created_at"]) < datetime.now(UTC)
    said = ready.run("extensions", "withdraw", "ada", "pset7", "--reason", "well again")
    assert said.output == "ada has no extension for pset7 any more.\n"
    own = ready.json("extensions", "list", "pset7", "--student", "ada")
    assert [(row["until"], row["in_force"]) for row in own] == [
        (None, False),
        ("2026-03-14T06:59:00+00:00", False),
    ]
    assert ready.json("extensions", "list", "lecture_deep_learning") == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("ada", "pset9", "--until", DUE), "There is no assignment 'pset9'"),
        (("ida", "pset7", "--until", "2026-03-13T23:59"), "Nobody on the roster has the login"),
        (("ada", "pset7", "--until", "soon"), "For --until, the time 'soon' is not one such as"),
        (("ada", "pset7", "--until", "1999-01-01T00:00"), "lies before 2000"),
        (("ada", "pset7", "--until", DUE), "an extension has to end later"),
        (("ada", "lecture_deep_learning", "--until", DUE), "has no due time"),
    ],
)
def test_what_can_t_be_granted_is_refused_in_a_sentence(
    ready: Desk, arguments: tuple[str, ...], words: str
) -> None:
    said = ready.run("extensions", "grant", *arguments, "--reason", "ill", code=1)
    assert words in said.output
    assert ready.json("extensions", "list") == []


def test_what_was_never_granted_can_t_be_withdrawn(ready: Desk) -> None:
    said = ready.run("extensions", "withdraw", "ada", "pset7", "--reason", "none", code=1)
    assert "ada has no extension for 'pset7'" in said.output
