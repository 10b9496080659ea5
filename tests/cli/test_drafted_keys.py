"""``grader keys drafts`` and ``discard``, and a plan to a version of one's own choice."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from grader.db.session import transaction
from grader.services.keys.drafts import Author, accept_value
from grader.services.regrades.jobs import start_apply
from tests.cli.desk import ENTROPY, RIGHT, Desk

NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)


@pytest.fixture
def drafted(desk: Desk) -> Iterator[Desk]:
    """Two values were accepted, one after the other: versions 2 and 3 are drafts."""
    desk.publish()
    desk.enrol("ada")
    desk.answers(("ada", "b", RIGHT))
    engine = desk.engine()
    for value in ("0.75", "0.8"):
        with transaction(engine) as session:
            author = Author("tia", "many gave it")
            accept_value(session, part=f"{ENTROPY}/b", value=Decimal(value), author=author, now=NOW)
    yield desk
    engine.dispose()


def test_what_waits_is_listed_edit_by_edit(drafted: Desk) -> None:
    rows = drafted.json("keys", "drafts")
    assert [(row["version"], row["edit"]) for row in rows] == [
        (2, "0.75 counts as correct too at part b"),
        (3, "0.8 counts as correct too at part b"),
    ]
    assert {(row["problem"], row["active_version"], row["actor"]) for row in rows} == {
        (ENTROPY, 1, "tia")
    }
    assert drafted.json("keys", "drafts", "pset7/ancestry") == []


def test_a_published_key_that_waits_is_listed_too(drafted: Desk) -> None:
    drafted.edit(f"{ENTROPY}/problem.toml", "tolerance = 0.00001", "tolerance = 0.0001")
    drafted.run("keys", "publish", ENTROPY)
    rows = drafted.json("keys", "drafts", ENTROPY)
    assert [(row["version"], row["edit"]) for row in rows] == [
        (4, "published"),
        (2, "0.75 counts as correct too at part b"),
        (3, "0.8 counts as correct too at part b"),
    ]


def test_what_was_drafted_by_mistake_leaves_with_the_published_key_that_carries_it(
    drafted: Desk,
) -> None:
    drafted.edit(f"{ENTROPY}/problem.toml", "tolerance = 0.00001", "tolerance = 0.0001")
    drafted.run("keys", "publish", ENTROPY)
    for version in (4, 3, 2):
        drafted.run("keys", "discard", ENTROPY, version, "--reason", "a slip")
    assert drafted.json("keys", "drafts") == []
    drafted.run("keys", "publish", ENTROPY)
    rows = drafted.json("keys", "drafts", ENTROPY)
    assert [(row["version"], row["edit"]) for row in rows] == [(5, "published")]


def test_publishing_tells_whose_edits_it_carries(drafted: Desk) -> None:
    drafted.edit(f"{ENTROPY}/problem.toml", "tolerance = 0.00001", "tolerance = 0.0001")
    said = drafted.run("keys", "publish", ENTROPY).stderr
    assert "carries version 2, by tia: 0.75 counts as correct too at part b" in said


def test_the_newest_draft_is_put_aside_and_no_other(drafted: Desk) -> None:
    refused = drafted.run("keys", "discard", ENTROPY, 2, "--reason", "a slip", code=1)
    assert "Version 3 was made after version 2" in refused.stderr
    done = drafted.run("keys", "discard", ENTROPY, 3, "--reason", "a slip")
    assert "version 3 is put aside" in done.stderr
    assert [row["version"] for row in drafted.json("keys", "drafts")] == [2]
    drafted.run("keys", "discard", ENTROPY, 3, code=2)


def test_a_plan_goes_to_the_newest_version_or_to_the_one_that_is_named(drafted: Desk) -> None:
    assert drafted.json("regrade", "plan", ENTROPY)["to_version"] == 3
    assert drafted.json("regrade", "plan", ENTROPY, "--version", 2)["to_version"] == 2
    for version, words in (
        (1, "Version 1 of pset7/decision_tree_entropy is already active"),
        (9, "no version 9"),
    ):
        refused = drafted.run("regrade", "plan", ENTROPY, "--version", version, code=1)
        assert words in refused.stderr


def test_one_job_of_a_problem_runs_at_a_time_whoever_started_it(drafted: Desk) -> None:
    number = drafted.json("regrade", "plan", ENTROPY)["plan"]
    engine = drafted.engine()
    with transaction(engine) as session:
        start_apply(session, plan_id=number, reason="x", actor="tia", now=datetime.now(UTC))
    engine.dispose()
    refusal = drafted.json("regrade", "apply", number, "--reason", "y", code=1)
    assert refusal["error"] == "regrade_running"
