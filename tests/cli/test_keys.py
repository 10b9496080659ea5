"""``grader keys`` and ``grader policy``: what decides verdicts and scores."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from math import log2

import pytest
from sqlalchemy import Engine, insert, text
from sqlalchemy.exc import IntegrityError

from grader.cli import keys
from grader.cli.context import writing
from grader.cli.finding import find_problem
from grader.content.loading import load_catalog
from grader.db.collisions import ChangedMeanwhile
from grader.db.models import ActiveKey, AnswerKeyRow
from grader.db.session import transaction
from grader.services.keys.documents import key_document
from grader.services.keys.drafting import draft_key
from grader.services.keys.publishing import Published
from tests.cli.desk import ENTROPY, RIGHT, Desk

TOLERANCE = ("problem.toml", "tolerance = 0.00001", "tolerance = 0.0001")


def entropy(*counts: int) -> float:
    return -sum(n / sum(counts) * log2(n / sum(counts)) for n in counts)


def loosen(desk: Desk) -> None:
    name, old, new = TOLERANCE
    desk.edit(f"{ENTROPY}/{name}", old, new)


def test_solving_one_problem_gives_its_parts_at_full_precision_without_a_database(
    bare_desk: Desk,
) -> None:
    values = bare_desk.json("keys", "solve", ENTROPY)
    assert list(values) == ["a", "b", "c", "d", "e"]
    assert values["b"] == pytest.approx(entropy(35, 17), abs=1e-15)
    assert values["e"] == pytest.approx(values["a"] - values["d"], abs=1e-15)
    assert not bare_desk.instance.exists()


def test_the_json_of_a_value_is_the_very_float(bare_desk: Desk) -> None:
    text = bare_desk.run("keys", "solve", ENTROPY, "--format", "json").stdout
    value = json.loads(text)["b"]
    assert repr(value) in text
    assert len(repr(value)) >= 17


def test_solving_all_problems_maps_each_slug_to_its_parts(bare_desk: Desk) -> None:
    solved = bare_desk.json("keys", "solve")
    parts = [row["part"] for row in bare_desk.json("problems", "list")]
    assert [f"{slug}/{part}" for slug, values in solved.items() for part in values] == parts
    assert solved[ENTROPY] == bare_desk.json("keys", "solve", ENTROPY)


def test_solving_shows_people_part_value_and_tolerance(bare_desk: Desk) -> None:
    lines = bare_desk.run("keys", "solve", ENTROPY).stdout.splitlines()
    assert lines[0].split() == ["part", "value", "tolerance"]
    assert lines[2].split()[0] == f"{ENTROPY}/b"
    assert lines[2].split()[2] == "0.00001"


def test_publishing_a_second_time_stores_nothing(desk: Desk) -> None:
    first = desk.json("keys", "publish", ENTROPY)
    second = desk.json("keys", "publish", ENTROPY)
    assert first == [{"problem": ENTROPY, "version": 1, "created": True, "active": True}]
    assert second == [{"problem": ENTROPY, "version": 1, "created": False, "active": True}]


def test_the_status_is_pending_until_every_key_is_published(desk: Desk) -> None:
    desk.run("keys", "publish", ENTROPY)
    states = {s["problem"]: s["state"] for s in desk.json("keys", "status", code=3)}
    assert states.pop(ENTROPY) == "current"
    assert set(states.values()) == {"missing"}
    desk.run("keys", "publish")
    assert {s["state"] for s in desk.json("keys", "status")} == {"current"}


def test_a_changed_file_makes_the_key_stale_and_the_reason_is_named(desk: Desk) -> None:
    desk.run("keys", "publish")
    loosen(desk)
    stale = [s for s in desk.json("keys", "status", code=3) if s["state"] == "stale"]
    assert [s["problem"] for s in stale] == [ENTROPY]
    assert f"tolerance of part {ENTROPY}/b changed" in stale[0]["reasons"]
    assert f"tolerance of part {ENTROPY}/b changed" in desk.run("keys", "status", code=3).stdout


def test_a_key_after_submissions_is_inactive_and_the_way_on_is_told(desk: Desk) -> None:
    desk.publish()
    desk.enrol("ada")
    desk.answers(("ada", "b", RIGHT))
    loosen(desk)
    result = desk.run("keys", "publish", ENTROPY)
    assert f"grader regrade plan {ENTROPY}" in result.stderr
    states = {s["problem"]: s["state"] for s in desk.json("keys", "status", code=3)}
    assert states[ENTROPY] == "inactive"
    told = desk.run("keys", "status", code=3)
    assert "version 1 grades until a regrade to version 2 is applied" in told.stdout
    assert f"{ENTROPY}: run: grader regrade plan {ENTROPY}\n" in told.stderr
    assert "pset7/ancestry: run: grader keys publish pset7/ancestry\n" in told.stderr


def test_values_that_are_not_carried_forward_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    dropped = ("accepted value 2 of set/sum/b: the part is gone",)
    keys._tell(Published("set/sum", 2, created=True, active=True, dropped=dropped))
    assert capsys.readouterr().err == f"set/sum: dropped {dropped[0]}.\n"


@contextmanager
def somebody_publishing(desk: Desk, engine: Engine) -> Iterator[None]:
    """Another process that has stored the first key of the problem and did not commit yet."""
    catalog = load_catalog(desk.problems, desk.instance)
    problem = find_problem(catalog, ENTROPY)
    draft = draft_key(catalog, problem)
    now = datetime(2026, 3, 9, tzinfo=UTC)
    with transaction(engine) as session:
        row = AnswerKeyRow(
            problem=ENTROPY,
            version=1,
            content=key_document(draft.key),
            provenance=draft.provenance,
            created_at=now,
        )
        session.add(row)
        session.flush()
        session.add(ActiveKey(problem=ENTROPY, key_id=row.id))
        session.flush()
        yield


@pytest.fixture
def engine(desk: Desk) -> Iterator[Engine]:
    """The desk's database, for what another process does to it."""
    made = desk.engine()
    yield made
    made.dispose()


def test_who_publishes_the_first_key_second_is_told_to_run_it_again(
    desk: Desk, engine: Engine
) -> None:
    publishing = [sys.executable, "-m", "grader", "keys", "publish", ENTROPY, "--format", "json"]
    with somebody_publishing(desk, engine):
        process = subprocess.Popen(
            publishing,
            env={**os.environ, **desk.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        wait_until_it_waits(engine)
    out, err = process.communicate(timeout=60)
    if engine.dialect.name == "sqlite":
        # One writer at a time: the second looks after the first is done, and finds its key.
        assert json.loads(out)[0]["created"] is False
    else:
        assert (process.returncode, json.loads(out)["error"]) == (1, "changed_meanwhile")
        assert err == (
            "Error: Somebody else changed this at the same moment, so your change was not stored. "
            "Run it again.\n"
        )
    again = desk.json("keys", "publish", ENTROPY)
    assert again == [{"problem": ENTROPY, "version": 1, "created": False, "active": True}]


def wait_until_it_waits(engine: Engine) -> None:
    """Until the server says that somebody waits for a lock; SQLite can't tell, nor does it matter there."""
    if engine.dialect.name == "sqlite":
        return
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with engine.connect() as connection:
            if connection.execute(waiting).scalar():
                return
        time.sleep(0.02)
    pytest.fail("nobody waited")


@pytest.mark.parametrize("kind", ["collision", "fault"])
def test_a_row_that_is_there_already_is_told_and_a_fault_of_ours_is_not_hidden(
    desk: Desk, engine: Engine, kind: str
) -> None:
    desk.publish()
    row = {"problem": ENTROPY if kind == "collision" else "set/sum", "key_id": 999}
    expected = ChangedMeanwhile if kind == "collision" else IntegrityError
    with pytest.raises(expected), writing(engine) as session:
        session.execute(insert(ActiveKey), [row])


def test_a_key_is_shown_with_its_provenance(desk: Desk) -> None:
    desk.run("keys", "publish", ENTROPY)
    shown = desk.json("keys", "show", ENTROPY)
    assert (shown["version"], shown["active"]) == (1, True)
    assert shown["key"]["parts"][f"{ENTROPY}/b"]["expected"].startswith("0.91175175863")
    assert shown["provenance"].keys() >= {"data", "solution", "parameters", "packages"}
    assert desk.json("keys", "show", ENTROPY, "--version", "1") == shown
    text = desk.run("keys", "show", ENTROPY).stdout
    assert "version: 1" in text
    assert shown["provenance"]["solution"] in text


def test_a_version_that_does_not_exist_is_refused(desk: Desk) -> None:
    assert "There is no key" in desk.run("keys", "show", ENTROPY, code=1).stderr
    desk.run("keys", "publish", ENTROPY)
    refusal = desk.run("keys", "show", ENTROPY, "--version", "2", code=1).stderr
    assert "There is no version 2 of the key" in refusal
    desk.run("keys", "show", ENTROPY, "--version", "0", code=2)


@pytest.mark.parametrize(
    "command",
    [
        ("keys", "publish"),
        ("keys", "status"),
        ("policy", "status"),
        ("roster", "list"),
        ("regrade", "list"),
        ("tokens", "list"),
        ("export", "gradebook"),
        ("db", "check"),
        ("db", "backup", "copy.db"),
    ],
)
def test_without_a_database_it_is_said_how_to_make_one(
    bare_desk: Desk, command: tuple[str, ...]
) -> None:
    assert "grader db upgrade" in bare_desk.run(*command, code=1).stderr
    assert not bare_desk.instance.exists()


def test_the_policy_goes_the_same_way_as_the_keys(desk: Desk) -> None:
    assert desk.json("policy", "status", code=3)[0]["state"] == "missing"
    desk.publish()
    graded, practice = desk.json("policy", "status")
    assert (graded["state"], graded["hints"]) == ("current", "from wrong attempt 2 on")
    assert (practice["state"], practice["hints"]) == ("current", "at once")
    desk.edit("pset7/assignment.toml", "free_wrong = 5", "free_wrong = 6")
    stale, _ = desk.json("policy", "status", code=3)
    assert (stale["state"], stale["changes"]) == ("stale", ["attempts"])


def test_a_policy_after_submissions_waits_for_a_rescore(desk: Desk) -> None:
    desk.publish()
    desk.enrol("ada")
    desk.answers(("ada", "b", RIGHT))
    desk.edit("pset7/assignment.toml", "free_wrong = 5", "free_wrong = 6")
    waiting = desk.run("policy", "publish", "pset7")
    assert "To see what it would change: grader policy plan pset7" in waiting.stderr
    assert desk.json("policy", "status", code=3)[0]["state"] == "inactive"
    told = desk.run("policy", "status", code=3).stderr
    assert told == "pset7: run: grader policy plan pset7\n"
    number = desk.json("policy", "plan", "pset7", code=3)["plan"]
    desk.run("policy", "apply", number, "--reason", "more tries")
    active = desk.json("policy", "status")
    assert (active[0]["version"], active[0]["active_version"]) == (2, 2)


def test_an_unknown_assignment_is_refused_with_those_that_there_are(desk: Desk) -> None:
    refusal = desk.run("policy", "publish", "pset8", code=1).stderr
    assert (
        refusal
        == "Error: There is no assignment 'pset8'; the assignments are: pset7, lecture_deep_learning.\n"
    )


def test_a_pending_migration_is_refused(bare_desk: Desk) -> None:
    bare_desk.run("db", "upgrade")
    engine = bare_desk.engine()
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    engine.dispose()
    refusal = bare_desk.run("keys", "status", code=1).stderr
    assert "The database is at revision 0000 and this version needs" in refusal


def test_checking_lists_the_misconceptions_that_can_t_be_told_apart(bare_desk: Desk) -> None:
    found = bare_desk.json("keys", "check")
    assert {(row["part"], row["misconception"], row["other"], row["settled"]) for row in found} >= {
        ("pset7/logistic_regression/a", "trained_on_test", None, False),
        ("pset7/ancestry/a", "bias_reported", "signed_bias_reported", True),
        (f"{ENTROPY}/a", "gini", "label_one_only", False),
    }
    assert all(float(row["tolerances_apart"]) <= 2 for row in found)
    table = bare_desk.run("keys", "check", "pset7/logistic_regression").stdout
    assert re.search(r"trained_on_test +the expected value", table)
    lines = bare_desk.run("keys", "check", ENTROPY).stdout.splitlines()
    assert lines[0] == "36 numbers of misconceptions: 34 can be told, 2 can't."


def test_without_collisions_checking_says_so(bare_desk: Desk) -> None:
    lines = bare_desk.run("keys", "check", "pset7/calibration").stdout.splitlines()
    assert lines == ["15 numbers of misconceptions: 15 can be told, 0 can't."]


def test_a_published_key_carries_its_misconceptions(desk: Desk) -> None:
    desk.run("keys", "publish", ENTROPY)
    key = desk.json("keys", "show", ENTROPY)["key"]
    told = {each["tag"]: each["told"] for each in key["parts"][f"{ENTROPY}/a"]["misconceptions"]}
    assert told == {
        "nats": True,
        "decimal_logarithm": True,
        "gini": False,
        "label_one_only": False,
        "transposed": True,
    }
    assert key["hints"]["other_child"] == {
        "message": "This is the entropy of the other child.",
        "section": "data",
    }
