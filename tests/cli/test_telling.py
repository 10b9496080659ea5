"""``grader regrade tell`` and ``grader policy tell``: students are written to, once they were shown what."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.cli.desk import ENTROPY, RIGHT, WRONG, Desk
from tests.support.post_office import PostOffice, open_post_office

NEARLY = "0.9118"
"""Wrong by the shipped tolerance, right by a ten times larger one."""


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[PostOffice]:
    with open_post_office() as opened:
        monkeypatch.setenv("GRADER_SMTP_URL", opened.url)
        monkeypatch.setenv("GRADER_MAIL_FROM", "staff@example.edu")
        yield opened


@pytest.fixture
def regraded(desk: Desk) -> Desk:
    """Bob gains points by a regrade; Cat's second answer becomes right too, and her points stay."""
    desk.publish()
    desk.enrol("ada", "bob", "cat")
    desk.answers(
        ("ada", "b", WRONG), ("bob", "b", NEARLY), ("cat", "b", RIGHT), ("cat", "b", NEARLY)
    )
    desk.edit(f"{ENTROPY}/problem.toml", "tolerance = 0.00001", "tolerance = 0.0001")
    desk.run("keys", "publish", ENTROPY)
    number = desk.json("regrade", "plan", ENTROPY, code=3)["plan"]
    desk.run("regrade", "apply", number, "--reason", "too strict")
    return desk


def tell(desk: Desk, *options: str, code: int = 0) -> Any:
    return desk.json("regrade", "tell", 1, *options, code=code)


def test_it_is_shown_first_with_the_very_text_and_nothing_is_sent(
    regraded: Desk, office: PostOffice
) -> None:
    document = tell(regraded, code=3)
    assert (document["waits"], document["sent"], document["about"]) == (1, 0, ENTROPY)
    assert document["students"] == [
        {"student": "bob", "name": "Bob", "points_changed": True, "state": "waits", "why": ""}
    ]
    assert document["letter"]["to"] == "Bob"
    assert "went from 0 to 5." in document["letter"]["body"]
    assert "http://127.0.0.1:8109/grades" in document["letter"]["body"]
    result = regraded.run("regrade", "tell", 1, code=3)
    assert "Left to tell: 1 whose points changed. Told: 0." in result.stdout
    assert "And 1 whose points are the same (--all)." in result.stdout
    assert "Subject: CS109: your points in Pset 7: Machine Learning" in result.stdout
    assert "Hello Bob," in result.stdout
    assert "Nothing was sent. To send it: grader regrade tell 1 --send" in result.stderr
    assert office.messages == []


def test_it_is_sent_once_to_those_whose_points_changed_and_to_the_others_if_asked_for(
    regraded: Desk, office: PostOffice
) -> None:
    body = tell(regraded, code=3)["letter"]["body"]
    document = tell(regraded, "--send")
    assert (document["waits"], document["sent"], document["letter"]) == (0, 1, None)
    assert office.told == ["bob@example.edu"]
    assert office.letter("bob@example.edu").get_content() == body
    assert tell(regraded, "--send", code=1)["error"] == "nothing_to_do"
    assert tell(regraded, "--all", code=3)["waits"] == 1
    said = regraded.run("regrade", "tell", 1, "--all", code=3).stderr
    assert "grader regrade tell 1 --all --send" in said
    tell(regraded, "--all", "--send")
    assert office.told == ["bob@example.edu", "cat@example.edu"]
    acts = [each["act"] for each in regraded.json("ledger", "list")]
    assert acts.count("students told") == 2


def test_a_failing_address_is_named_and_tried_again(regraded: Desk, office: PostOffice) -> None:
    office.refuse["bob@example.edu"] = 550
    result = regraded.run("regrade", "tell", 1, "--all", "--send", code=3)
    assert "bob was not told: The mail was refused" in result.stderr
    assert office.told == ["cat@example.edu"]
    rows = regraded.run("regrade", "tell", 1, "--format", "csv", code=3).stdout.splitlines()
    assert rows[0] == "student,name,points_changed,state,why"
    assert rows[1].startswith("bob,Bob,yes,waits,The mail was refused")
    assert rows[2].startswith("cat,Cat,no,sent,")
    office.refuse.clear()
    tell(regraded, "--send")
    assert office.told == ["cat@example.edu", "bob@example.edu"]


def test_a_line_that_is_cut_is_told_as_unclear(regraded: Desk, office: PostOffice) -> None:
    office.hang_up = {1}
    document = tell(regraded, "--send")
    assert (document["on_its_way"], document["sent"]) == (1, 0)


def test_without_a_mail_server_it_is_said_how_to_set_one(
    regraded: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADER_SMTP_URL", "")
    refusal = tell(regraded, "--send", code=1)
    assert refusal["error"] == "mail_failed"
    assert "Set GRADER_SMTP_URL" in refusal["message"]
    assert tell(regraded, code=3)["waits"] == 1, "what would be sent can be read all the same"


def test_a_rescore_is_told_too(desk: Desk, office: PostOffice) -> None:
    desk.publish()
    desk.enrol("ada")
    desk.answers(("ada", "b", RIGHT))
    file = "pset7/decision_tree_entropy/problem.toml"
    desk.edit(file, "points = 5", "points = 4")
    desk.run("policy", "publish", "pset7")
    number = desk.json("policy", "plan", "pset7", code=3)["plan"]
    desk.run("policy", "apply", number, "--reason", "x")
    assert desk.json("policy", "tell", 1, code=3)["waits"] == 1
    assert "grader policy tell 1 --send" in desk.run("policy", "tell", 1, code=3).stderr
    desk.json("policy", "tell", 1, "--send")
    body = office.letter("ada@example.edu").get_content()
    assert (
        "The rules by which Pset 7: Machine Learning is scored changed. Your score went from 5 of 50"
        in body
    )


@pytest.mark.parametrize("noun", ["regrade", "policy"])
def test_a_run_that_is_not_there_is_refused(desk: Desk, noun: str) -> None:
    assert "There is no re" in desk.run(noun, "tell", 7, code=1).stderr
    desk.run(noun, "tell", "0", code=2)
