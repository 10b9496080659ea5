"""``grader roster record`` and ``grader roster forget``."""

import json

from tests.cli.desk import RIGHT, WRONG, Desk


def prepare(desk: Desk) -> None:
    desk.publish()
    desk.enrol("zadaq", "zbobq")
    desk.answers(("zadaq", "b", WRONG), ("zadaq", "b", RIGHT), ("zbobq", "b", RIGHT))


def test_a_record_is_written_and_that_stands_in_the_ledger(desk: Desk) -> None:
    prepare(desk)
    file = desk.folder / "ada.json"
    done = desk.run("roster", "record", "ZADAQ", file)
    assert done.stderr == f"Written: {file}\n"
    assert file.stat().st_mode & 0o777 == 0o600
    document = json.loads(file.read_text())
    assert [row["text"] for row in document["tables"]["submissions"]] == [WRONG, RIGHT]
    assert "zbobq" not in file.read_text()
    (entry,) = desk.json("ledger", "list", "--act", "export")
    assert (entry["student"], entry["about"]) == ("zadaq", "record")
    shown = json.loads(desk.run("roster", "record", "zadaq", "-").stdout)
    assert shown["tables"]["submissions"] == document["tables"]["submissions"]


def test_a_record_that_can_t_be_written_is_not_recorded(desk: Desk) -> None:
    desk.enrol("zadaq")
    told = desk.run("roster", "record", "zadaq", desk.folder / "none/ada.json", code=1).stderr
    assert "can't be written: No such file or directory." in told
    there = desk.write("ada.json", "kept")
    told = desk.run("roster", "record", "zadaq", there, code=1).stderr
    assert told == f"Error: {there} exists; a record never overwrites a file.\n"
    assert there.read_text() == "kept"
    assert "no such person" in desk.run("roster", "record", "eve", "-", code=1).stderr
    assert desk.json("ledger", "list") == []


def test_a_student_is_removed_in_two_steps_and_all_checks_pass(desk: Desk) -> None:
    prepare(desk)
    said = ("roster", "forget", "zadaq", "--reason", "asked for it")
    dry = desk.run(*said, code=3)
    assert "The student would be called removed-1." in dry.stdout
    assert "Nothing was changed; add --apply" in dry.stderr
    assert [each["login"] for each in desk.json("roster", "list")] == ["zadaq", "zbobq"]
    document = desk.json(*said, "--apply")
    assert document == {
        "applied": True,
        "pseudonym": "removed-1",
        "changed": {"receipts": 2, "entries of the ledger": 0},
    }
    assert "zadaq" not in desk.run("roster", "list").stdout
    assert "zadaq" not in desk.run("ledger", "list").stdout
    assert "The ledger is whole" in desk.run("ledger", "verify").stdout
    assert "all are sound" in desk.run("receipts", "check").stdout
    desk.run("recheck", "--all")
    again = desk.run("roster", "forget", "removed-1", "--reason", "again", code=1).stderr
    assert "is removed already" in again


def test_what_was_downloaded_before_stays_signed(desk: Desk) -> None:
    prepare(desk)
    kept = desk.write("kept.json", desk.run("receipts", "export", "zadaq").stdout)
    desk.run("roster", "forget", "zadaq", "--reason", "asked for it", "--apply")
    key = desk.json("receipts", "public-key")["public_key"]
    desk.run("receipts", "verify", kept, "--public-key", key)
    new = desk.write("new.json", desk.run("receipts", "export", "removed-1").stdout)
    assert "Receipts 1 to 2 of removed-1" in desk.run("receipts", "verify", new).stdout
