"""``grader check``: one value against the key."""

import pytest

from grader.cli import context
from tests.cli.desk import ALSO_RIGHT, ENTROPY, RIGHT, WRONG, Desk

PART = f"{ENTROPY}/b"


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        (RIGHT, "correct"),
        (ALSO_RIGHT, "correct"),
        (WRONG, "incorrect"),
        ("-0.91175", "incorrect"),
        ("9.1175e-1", "correct"),
        ("+0.91175", "correct"),
        ("\u22120.91175", "incorrect"),
    ],
)
def test_a_value_gets_the_verdict_that_a_student_would_get(
    bare_desk: Desk, value: str, verdict: str
) -> None:
    document = bare_desk.json("check", PART, value)
    assert document["verdict"] == verdict
    assert (float(document["difference"]) <= 0.00001) is (verdict == "correct")


def test_without_a_database_the_problem_is_solved_on_the_spot(bare_desk: Desk) -> None:
    assert bare_desk.json("check", PART, RIGHT) == {
        "part": PART,
        "reading": "0.91175",
        "verdict": "correct",
        "misconception": None,
        "difference": "0.0000017586347537",
        "tolerance": "0.00001",
        "key_version": None,
    }


def test_with_a_database_the_active_key_decides(desk: Desk) -> None:
    assert desk.json("check", PART, RIGHT)["key_version"] is None
    desk.run("keys", "publish", ENTROPY)
    desk.edit(f"{ENTROPY}/problem.toml", "tolerance = 0.00001", "tolerance = 0.1")
    document = desk.json("check", PART, WRONG)
    assert (document["key_version"], document["verdict"]) == (1, "incorrect")


@pytest.mark.parametrize(
    ("part", "value", "misconception"),
    [
        ("b", "0.63198", "nats"),
        ("b", "0.67694", "other_child"),
        ("a", "0.25", None),
        ("b", "-0.91175", "generic:sign"),
        ("b", "91.175", "generic:percent"),
        ("b", "1.0", "generic:other_part"),
        ("b", "0.91", "generic:rounded"),
        ("b", "77", None),
        ("b", "0,5", None),
    ],
)
def test_a_wrong_value_has_the_tag_of_the_mistake_that_gives_it(
    bare_desk: Desk, part: str, value: str, misconception: str | None
) -> None:
    found = bare_desk.json("check", f"{ENTROPY}/{part}", value)
    assert found["misconception"] == misconception


def test_an_unreadable_value_has_a_reason_and_no_difference(bare_desk: Desk) -> None:
    document = bare_desk.json("check", PART, "0,91175")
    assert document["verdict"] == "unreadable"
    assert document["reading"] is None
    assert document["difference"] is None
    assert document["reason"] == "comma"
    assert "0.91175" in document["message"]


def test_people_read_it_line_by_line(bare_desk: Desk) -> None:
    lines = bare_desk.run("check", PART, RIGHT).stdout.splitlines()
    assert lines[:3] == [PART, "reading: 0.91175", "verdict: correct"]
    assert "key version: none" in lines


def test_it_can_be_written_as_csv(bare_desk: Desk) -> None:
    head, row = bare_desk.run("check", PART, RIGHT, "--format", "csv").stdout.splitlines()
    assert head == "part,reading,verdict,misconception,difference,tolerance,key_version"
    assert row == f"{PART},0.91175,correct,,0.0000017586347537,0.00001,"


@pytest.mark.parametrize("part", [ENTROPY, f"{ENTROPY}/z", "x", "", "pset7/nonsense/a", "a/b/c/d"])
def test_an_unknown_part_is_refused(bare_desk: Desk, part: str) -> None:
    assert "There is no part" in bare_desk.run("check", part, "1", code=1).stderr


def test_a_part_that_the_active_key_lacks_is_refused(desk: Desk) -> None:
    desk.run("keys", "publish", ENTROPY)
    with (desk.problems / ENTROPY / "problem.toml").open("a") as file:
        file.write('\n[[parts]]\nid = "z"\ntitle = "new"\nprompt = "New?"\npoints = 1\n')
    refusal = desk.run("check", f"{ENTROPY}/z", "1", code=1).stderr
    assert "Version 1, the active key" in refusal


def test_an_empty_database_is_as_good_as_none(empty_database_url: str, bare_desk: Desk) -> None:
    bare_desk.url = empty_database_url
    assert bare_desk.json("check", PART, RIGHT)["key_version"] is None


@pytest.mark.parametrize("url", ["mysql://localhost/x", "nonsense", "sqlite+nonsense"])
def test_an_address_that_is_none_of_a_database_is_refused(bare_desk: Desk, url: str) -> None:
    bare_desk.url = url
    refusal = bare_desk.run("check", PART, RIGHT, code=1).stderr
    assert refusal.startswith("Error: GRADER_DATABASE_URL is no address of a database")


def test_a_server_that_is_away_is_one_sentence_without_its_password(bare_desk: Desk) -> None:
    bare_desk.url = "postgresql://someone:hush@127.0.0.1:1/nowhere"
    refusal = bare_desk.run("check", PART, RIGHT, code=1).stderr
    assert refusal.startswith("Error: The database failed, so nothing was changed: ")
    assert refusal.count("\n") == 1
    assert "hush" not in refusal


def test_a_user_without_a_name_is_still_an_actor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "getuser", lambda: "root")
    assert context.actor() == "cli:root"

    def nameless() -> str:
        raise OSError("No username set in the environment")

    monkeypatch.setattr(context, "getuser", nameless)
    assert context.actor() == "cli:unknown"
