"""``grader regrade``: plan, apply, undo."""

import getpass
import json
from typing import Any

import pytest

from grader.db.models import KeyCheck
from grader.db.session import reading
from tests.cli.desk import ENTROPY, RIGHT, WRONG, Desk

NEARLY = "0.9118"
"""Wrong by the shipped tolerance, right by a ten times larger one."""


@pytest.fixture
def regraded(desk: Desk) -> Desk:
    """Three students have answered, and a key with a larger tolerance waits."""
    desk.publish()
    desk.enrol("ada", "bob", "cat")
    desk.answers(("ada", "b", RIGHT), ("bob", "b", NEARLY), ("cat", "b", WRONG))
    desk.edit(f"{ENTROPY}/problem.toml", "tolerance = 0.00001", "tolerance = 0.0001")
    desk.run("keys", "publish", ENTROPY)
    return desk


def plan(desk: Desk) -> Any:
    return desk.json("regrade", "plan", ENTROPY, code=3)


def standing(desk: Desk) -> dict[str, str]:
    return {
        who: desk.json("submissions", "list", "--student", who)[0]["standing"]
        for who in ("ada", "bob", "cat")
    }


def test_a_plan_tells_who_gains_what_and_changes_nothing(regraded: Desk) -> None:
    before = standing(regraded)
    document = plan(regraded)
    assert document.keys() >= {
        *("plan", "problem", "from_version", "to_version", "sha256"),
        *("submissions", "changed", "matrix", "students"),
    }
    assert (document["from_version"], document["to_version"]) == (1, 2)
    assert (document["submissions"], document["changed"]) == (3, 1)
    assert document["matrix"] == {
        "correct -> correct": 1,
        "incorrect -> correct": 1,
        "incorrect -> incorrect": 1,
    }
    assert document["students"] == [
        {
            "student": "bob",
            "name": "Bob",
            "before": "0",
            "after": "5",
            "moves": {f"{ENTROPY}/b: incorrect -> correct": 1},
            "crosses": {f"{ENTROPY}/b": "gained"},
        }
    ]
    assert standing(regraded) == before


def test_people_read_the_plan_as_a_table(regraded: Desk) -> None:
    result = regraded.run("regrade", "plan", ENTROPY, code=3)
    assert "1 of 3 verdicts would change." in result.stdout
    assert "grader regrade apply 1 --reason" in result.stderr
    rows = regraded.run("regrade", "plan", ENTROPY, "--format", "csv", code=3).stdout.splitlines()
    assert rows[0] == "student,name,before,after,moves"
    assert rows[1].startswith("bob,Bob,0,5,")


def test_applying_moves_the_verdicts_and_undoing_moves_them_back(regraded: Desk) -> None:
    before = standing(regraded)
    number = plan(regraded)["plan"]
    run = regraded.json("regrade", "apply", number, "--reason", "too strict")
    assert (run["plan"], run["from_version"], run["to_version"]) == (number, 1, 2)
    assert (run["graded"], run["undoes"], run["reason"]) == (3, None, "too strict")
    assert run["actor"] == f"cli:{getpass.getuser()}"
    assert standing(regraded) == {"ada": "correct", "bob": "correct", "cat": "incorrect"}
    back = regraded.json("regrade", "undo", run["run"], "--reason", "too kind")
    assert (back["undoes"], back["from_version"], back["to_version"]) == (run["run"], 2, 1)
    assert standing(regraded) == before


def recorded(desk: Desk) -> str:
    """What the staff's page says of the key, without the files being compared again."""
    engine = desk.engine()
    with reading(engine) as session:
        state = session.get_one(KeyCheck, ENTROPY).state
    engine.dispose()
    return state


def found(desk: Desk) -> str:
    # The other problems have no key here, so that the status is never without a finding.
    states: list[dict[str, str]] = desk.json("keys", "status", code=3)
    return next(each["state"] for each in states if each["problem"] == ENTROPY)


def test_what_staff_read_of_the_key_follows_the_switch_and_agrees_with_the_status(
    regraded: Desk,
) -> None:
    number = plan(regraded)["plan"]
    seen = [recorded(regraded)]
    regraded.run("regrade", "apply", number, "--reason", "too strict")
    seen.append(recorded(regraded))
    assert found(regraded) == seen[-1]
    regraded.run("regrade", "undo", 1, "--reason", "too kind")
    seen.append(recorded(regraded))
    assert found(regraded) == seen[-1]
    assert seen == ["inactive", "current", "inactive"]


def test_people_are_told_the_way_back(regraded: Desk) -> None:
    number = plan(regraded)["plan"]
    applied = regraded.run("regrade", "apply", number, "--reason", "too strict")
    assert "is graded by key version 2; 3 grades were added." in applied.stdout
    assert "grader regrade undo 1 --reason" in applied.stderr
    undone = regraded.run("regrade", "undo", 1, "--reason", "x", "--format", "csv").stdout
    assert undone.splitlines()[1].startswith(f"2,1,{ENTROPY},2,1,1,")


def test_the_list_and_a_stored_plan_can_be_looked_at_again(regraded: Desk) -> None:
    document = plan(regraded)
    assert regraded.json("regrade", "show", document["plan"]) == document
    regraded.run("regrade", "apply", document["plan"], "--reason", "too strict")
    (listed,) = regraded.json("regrade", "list")
    assert (listed["plan"], listed["run"], listed["reason"]) == (1, 1, "too strict")
    assert "too strict" in regraded.run("regrade", "list").stdout


def test_a_plan_out_of_date_is_refused_by_name(regraded: Desk) -> None:
    number = plan(regraded)["plan"]
    regraded.edit(f"{ENTROPY}/problem.toml", "tolerance = 0.0001", "tolerance = 0.001")
    regraded.run("keys", "publish", ENTROPY)
    refusal = regraded.json("regrade", "apply", number, "--reason", "x", code=1)
    assert refusal["error"] == "stale_plan"
    assert "the newest key changed" in refusal["message"]


def test_answers_that_came_since_the_plan_are_graded_too_and_counted(regraded: Desk) -> None:
    number = plan(regraded)["plan"]
    regraded.answers(("cat", "b", "0.8"))
    done = regraded.run("regrade", "apply", number, "--reason", "x")
    assert "1 answer came since it was planned, and is graded too." in done.stderr


def test_a_plan_that_changes_no_verdict_is_not_pending(desk: Desk) -> None:
    desk.publish()
    desk.enrol("ada")
    desk.answers(("ada", "b", RIGHT))
    desk.edit(f"{ENTROPY}/problem.toml", "tolerance = 0.00001", "tolerance = 0.0001")
    desk.run("keys", "publish", ENTROPY)
    assert desk.json("regrade", "plan", ENTROPY)["changed"] == 0


def test_nothing_to_regrade_is_said_plainly(desk: Desk) -> None:
    desk.publish()
    refusal = desk.json("regrade", "plan", ENTROPY, code=1)
    assert refusal["error"] == "nothing_to_do"


@pytest.mark.parametrize("verb", ["apply", "undo"])
@pytest.mark.parametrize("number", ["0", "-1", "x", "99999999999999999999"])
def test_a_number_that_is_none_is_a_usage_error(desk: Desk, verb: str, number: str) -> None:
    desk.run("regrade", verb, "--reason", "x", "--", number, code=2)


@pytest.mark.parametrize("verb", ["apply", "undo"])
def test_the_reason_is_found_where_the_help_says(regraded: Desk, verb: str) -> None:
    said = " ".join(regraded.run("regrade", verb, "--help").stdout.split())
    assert "Why; staff find it in: grader regrade list." in said
    regraded.run("regrade", "apply", plan(regraded)["plan"], "--reason", "for apply")
    regraded.run("regrade", "undo", 1, "--reason", "for undo")
    assert f"for {verb}" in regraded.run("regrade", "list").stdout


@pytest.mark.parametrize("verb", ["apply", "undo"])
def test_a_reason_is_asked_for(desk: Desk, verb: str) -> None:
    desk.run("regrade", verb, "1", code=2)


@pytest.mark.parametrize(("verb", "what"), [("apply", "plan"), ("undo", "run"), ("show", "plan")])
def test_what_is_not_there_is_refused(desk: Desk, verb: str, what: str) -> None:
    reason = () if verb == "show" else ("--reason", "x")
    assert f"no regrade {what} 7" in desk.run("regrade", verb, "7", *reason, code=1).stderr


def test_a_part_a_section_a_student_or_a_time_is_planned_alone(regraded: Desk) -> None:
    whole = plan(regraded)
    assert (whole["scope"], whole["rule"], whole["outside"]) == ("", "any_change", 0)
    for arguments, words in (
        ((f"{ENTROPY}/b",), "only part (b)"),
        ((ENTROPY, "--student", "bob", "--student", "ada"), "only students bob, ada"),
        ((ENTROPY, "--since", "2026-01-01T00:00"), "only answers from 2026-01-01 08:00 UTC on"),
    ):
        document = regraded.json("regrade", "plan", *arguments, code=3)
        assert (document["scope"], document["changed"]) == (words, 1)
    left = regraded.json("regrade", "plan", ENTROPY, "--student", "cat")
    assert (left["changed"], left["outside"]) == (0, 2)
    told = regraded.run("regrade", "plan", ENTROPY, "--until", "2026-01-01T00:00").stdout
    assert "3 answers are left out and keep their grade" in told


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((f"{ENTROPY}/z",), "The parts are: "),
        ((ENTROPY, "--section", "Sun"), "There is no section Sun"),
        ((ENTROPY, "--student", "zoe"), "There is no student zoe"),
        ((ENTROPY, "--since", "yesterday"), "For --since"),
        (("pset8",), "There is no problem 'pset8'"),
        (("pset7/none/b",), "There is no problem 'pset7/none'"),
    ],
)
def test_a_target_that_is_not_there_is_told(
    regraded: Desk, arguments: tuple[str, ...], words: str
) -> None:
    assert words in regraded.run("regrade", "plan", *arguments, code=1).output


def test_an_assignment_is_planned_problem_by_problem_and_applied_together(regraded: Desk) -> None:
    other = "pset7/ancestry"
    regraded.run("keys", "publish", other)
    regraded.answers(("ada", "a", "0.1"), problem=other)
    regraded.edit(f"{other}/problem.toml", "tolerance = 0.00001", "tolerance = 0.0001")
    regraded.run("keys", "publish", other)
    plans = regraded.json("regrade", "plan", "pset7", code=3)
    assert [each["problem"] for each in plans] == [other, ENTROPY]
    numbers = [each["plan"] for each in plans]
    done = regraded.run("regrade", "apply", *numbers, "--reason", "wider", "--format", "json")
    first, second = numbers
    assert [each["plan"] for each in json.loads(done.stdout)] == [first, second + 1]
    assert f"Plan {second} is applied as plan {second + 1}" in done.stderr
    assert "Every problem of pset7 is graded by its newest key" in (
        regraded.run("regrade", "plan", "pset7", code=1).output
    )
    refused = regraded.run("regrade", "apply", *numbers, "--reason", "again", code=1)
    assert "out of date" in refused.output


def test_of_several_plans_none_is_stored_where_one_is_refused(regraded: Desk) -> None:
    other = "pset7/ancestry"
    for each in (other, "pset7/calibration"):
        regraded.run("keys", "publish", each)
    regraded.answers(("ada", "a", "0.1"), problem=other)
    regraded.edit(f"{other}/problem.toml", "tolerance = 0.00001", "tolerance = 0.0001")
    regraded.run("keys", "publish", other)
    refused = regraded.run("regrade", "plan", "pset7", "--version", 2, code=1)
    assert "There is no version 2 of the key of pset7/calibration" in refused.output
    assert regraded.json("regrade", "list") == []


def test_of_several_plans_those_before_a_refusal_are_applied_and_told(regraded: Desk) -> None:
    number = plan(regraded)["plan"]
    result = regraded.run("regrade", "apply", number, 99, "--reason", "x", code=1)
    assert f"plan {number} applied" in result.stdout
    assert "There is no regrade plan 99. List them with: grader regrade list" in result.output


def test_no_score_is_lowered_if_that_is_asked_for(regraded: Desk) -> None:
    regraded.edit(f"{ENTROPY}/problem.toml", "tolerance = 0.0001", "tolerance = 0.0000000001")
    regraded.run("keys", "publish", ENTROPY)
    assert plan(regraded)["kept"] == []
    told = regraded.run("regrade", "plan", ENTROPY, "--never-lower")
    assert "So that no score is lowered, these keep a right answer:" in told.stdout
    assert f"ada: {ENTROPY}/b" in told.stdout
    document = regraded.json("regrade", "plan", ENTROPY, "--never-lower")
    assert (document["rule"], document["changed"]) == ("never_lower", 0)
    before = standing(regraded)
    run = regraded.json("regrade", "apply", document["plan"], "--reason", "stricter")["run"]
    assert standing(regraded) == before
    lifted = regraded.json("regrade", "plan", ENTROPY, "--held", code=3)
    assert (lifted["scope"], lifted["changed"]) == ("also what earlier regrades kept", 1)
    regraded.run("regrade", "undo", run, "--reason", "no")


def test_several_processes_grade_on_postgresql_and_sqlite_says_why_not(regraded: Desk) -> None:
    number = plan(regraded)["plan"]
    apply = ("regrade", "apply", number, "--reason", "fast", "--workers", 3)
    if regraded.url.startswith("sqlite"):
        assert "several processes need PostgreSQL" in regraded.run(*apply, code=1).output
        assert "several processes need PostgreSQL" in regraded.run("regrade", "work", code=1).output
        return
    assert regraded.json(*apply)["graded"] == 3
    assert "No regrade is under way" in regraded.run("regrade", "work", code=1).output
