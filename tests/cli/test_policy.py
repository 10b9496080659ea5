"""``grader policy``: plan, apply and undo a move to another policy."""

import getpass
from typing import Any

import pytest

from tests.cli.desk import RIGHT, WRONG, Desk

PSET, PART = "pset7", "pset7/decision_tree_entropy/b"


@pytest.fixture
def rescored(desk: Desk) -> Desk:
    """Two students have answered, the one rightly, and rules wait by which the part gives less."""
    rules_wait(desk, ada=RIGHT)
    return desk


def rules_wait(desk: Desk, *, ada: str) -> None:
    """Publish rules by which a part gives less once Ada has given this answer to it, and Bob a wrong one."""
    desk.publish()
    desk.enrol("ada", "bob")
    desk.answers(("ada", "b", ada), ("bob", "b", WRONG))
    cheaper(desk)
    desk.run("policy", "publish", PSET)


def cheaper(desk: Desk) -> None:
    file = desk.problems / "pset7/decision_tree_entropy/problem.toml"
    text = file.read_text()
    head, part, rest = text.partition('id = "b"')
    assert "points = 5" in rest
    file.write_text(head + part + rest.replace("points = 5", "points = 4", 1))


def plan(desk: Desk, *options: object, code: int = 3) -> Any:
    return desk.json("policy", "plan", PSET, *options, code=code)


def points(desk: Desk) -> dict[str, str]:
    rows = desk.run("export", "gradebook", "--format", "csv").stdout.splitlines()
    return {row.split(",")[0]: row for row in rows[1:]}


def test_a_plan_tells_whose_score_becomes_what_and_changes_nothing(rescored: Desk) -> None:
    before = points(rescored)
    document = plan(rescored)
    assert (document["from_version"], document["to_version"]) == (1, 2)
    assert document["rules"] == [
        {"rule": f"points of {PART}", "before": "5", "after": "4", "part": PART}
    ]
    assert document["changed"] == 2, "the score is out of other points for both"
    ada, bob = document["students"]
    assert (ada["student"], ada["before"]["points"], ada["after"]["points"]) == ("ada", "5", "4")
    assert (bob["before"]["possible"], bob["after"]["possible"]) == ("50", "49")
    assert points(rescored) == before


def test_people_read_the_plan_as_a_table_and_programs_as_rows(rescored: Desk) -> None:
    result = rescored.run("policy", "plan", PSET, code=3)
    assert "Plan 1: pset7, policy version 1 to 2" in result.stdout
    assert "points of pset7/decision_tree_entropy/b: 5 -> 4" in result.stdout
    assert "The scores of 2 students would change." in result.stdout
    assert "grader policy apply 1 --reason" in result.stderr
    rows = rescored.run("policy", "show", 1, "--format", "csv").stdout.splitlines()
    assert rows[0] == (
        "student,name,assignment,before,after,possible_before,possible_after,"
        "late_days_before,late_days_after"
    )
    assert rows[1:] == ["ada,Ada,pset7,5,4,50,49,0,0", "bob,Bob,pset7,0,0,50,49,0,0"]


def test_applying_moves_the_scores_and_undoing_moves_them_back(rescored: Desk) -> None:
    before = points(rescored)
    number = plan(rescored)["plan"]
    run = rescored.json("policy", "apply", number, "--reason", "too many points")
    assert (run["plan"], run["from_version"], run["to_version"]) == (number, 1, 2)
    assert (run["changed"], run["undoes"], run["reason"]) == (2, None, "too many points")
    assert run["actor"] == f"cli:{getpass.getuser()}"
    assert points(rescored) != before
    assert rescored.json("policy", "status")[0]["state"] == "current"
    back = rescored.json("policy", "undo", run["run"], "--reason", "no")
    assert (back["undoes"], back["from_version"], back["to_version"]) == (run["run"], 2, 1)
    assert points(rescored) == before
    assert rescored.json("policy", "status", code=3)[0]["state"] == "inactive"


def test_people_are_told_the_way_back(rescored: Desk) -> None:
    number = plan(rescored)["plan"]
    applied = rescored.run("policy", "apply", number, "--reason", "x")
    assert "is scored by policy version 2; the scores of 2 students changed." in applied.stdout
    assert "grader policy undo 1 --reason" in applied.stderr
    undone = rescored.run("policy", "undo", 1, "--reason", "y", "--format", "csv").stdout
    assert undone.splitlines()[1].startswith("1,pset7,2,1,2,2,1,,y,")


def test_where_the_total_alone_moves_no_points_are_said_to_change(desk: Desk) -> None:
    rules_wait(desk, ada=WRONG)
    told = desk.run("policy", "plan", PSET, code=3).stdout
    assert "The points of 0 students change; the possible points go from 50 to 49." in told
    applied = desk.run("policy", "apply", 1, "--reason", "x").stdout
    said = "the points of 0 students changed, the possible points go from 50 to 49."
    assert said in applied


def test_the_list_and_a_stored_plan_can_be_looked_at_again(rescored: Desk) -> None:
    document = plan(rescored)
    assert rescored.json("policy", "show", document["plan"]) == document
    rescored.run("policy", "apply", document["plan"], "--reason", "too many points")
    (listed,) = rescored.json("policy", "list")
    assert (listed["plan"], listed["run"], listed["reason"]) == (1, 1, "too many points")
    assert "too many points" in rescored.run("policy", "list").stdout


def test_a_plan_out_of_date_is_refused_by_name(rescored: Desk) -> None:
    number = plan(rescored)["plan"]
    rescored.run("policy", "apply", number, "--reason", "x")
    refusal = rescored.json("policy", "apply", number, "--reason", "x", code=1)
    assert refusal["error"] == "stale_plan"
    assert "the policy of pset7 changed" in refusal["message"]


def test_answers_that_came_since_are_scored_by_the_new_rules(rescored: Desk) -> None:
    number = plan(rescored)["plan"]
    rescored.answers(("bob", "b", RIGHT))
    assert rescored.json("policy", "apply", number, "--reason", "x")["changed"] == 2


def test_scores_set_by_hand_are_named(rescored: Desk) -> None:
    file = rescored.write("o.csv", "login,part,points,reason\nada,6b,5,agreed\n")
    rescored.run("overrides", "import", file, "--apply")
    said = rescored.run("policy", "plan", PSET, code=3).stdout
    assert "These overrides stay as they are; look at them:" in said
    assert "ada, pset7/decision_tree_entropy/b: points" in said


def test_other_rules_that_change_no_score_are_pending_too(desk: Desk) -> None:
    desk.publish()
    desk.enrol("ada")
    desk.answers(("ada", "b", RIGHT))
    desk.edit("pset7/assignment.toml", "free_wrong = 5", "free_wrong = 6")
    desk.run("policy", "publish", PSET)
    document = plan(desk)
    assert document["changed"] == 0
    assert [each["rule"] for each in document["rules"]] == ["attempts at a part"]


def test_a_version_that_says_the_same_is_not_pending(rescored: Desk) -> None:
    rescored.run("policy", "apply", plan(rescored)["plan"], "--reason", "x")
    file = "pset7/decision_tree_entropy/problem.toml"
    rescored.edit(file, "points = 4", "points = 5")
    rescored.run("policy", "publish", PSET)
    rescored.run("policy", "apply", plan(rescored)["plan"], "--reason", "x")
    # Versions 1 and 3 say the same.
    assert plan(rescored, "--version", 1, code=0)["rules"] == []


def test_nothing_to_plan_is_said_plainly(desk: Desk) -> None:
    desk.publish()
    assert plan(desk, code=1)["error"] == "nothing_to_do"
    desk.run("policy", "plan", "pset8", code=1)


@pytest.mark.parametrize("verb", ["apply", "undo"])
@pytest.mark.parametrize("number", ["0", "-1", "x", "99999999999999999999"])
def test_a_number_that_is_none_is_a_usage_error(desk: Desk, verb: str, number: str) -> None:
    desk.run("policy", verb, "--reason", "x", "--", number, code=2)


@pytest.mark.parametrize("verb", ["apply", "undo"])
def test_a_reason_is_asked_for_and_found_where_the_help_says(rescored: Desk, verb: str) -> None:
    rescored.run("policy", verb, "1", code=2)
    said = " ".join(rescored.run("policy", verb, "--help").stdout.split())
    assert "Why; staff find it in: grader policy list." in said
    rescored.run("policy", "apply", plan(rescored)["plan"], "--reason", "for apply")
    rescored.run("policy", "undo", 1, "--reason", "for undo")
    assert f"for {verb}" in rescored.run("policy", "list").stdout


@pytest.mark.parametrize(("verb", "what"), [("apply", "plan"), ("undo", "run"), ("show", "plan")])
def test_what_is_not_there_is_refused(desk: Desk, verb: str, what: str) -> None:
    reason = () if verb == "show" else ("--reason", "x")
    told = desk.run("policy", verb, "7", *reason, code=1).stderr
    assert f"no rescore {what} 7. List them with: grader policy list\n" in told


def test_publishing_has_no_way_to_move_scores_without_a_plan(desk: Desk) -> None:
    desk.run("policy", "publish", "--activate", code=2)
