"""``grader receipts``: handing out and checking, online and offline."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from grader.db.session import transaction
from grader.domain.receipt_files import bytes_as_text, read_receipts, receipts_document
from tests.cli.desk import ENTROPY, RIGHT, WRONG, Desk
from tests.support.signers import OTHER_SIGNER

PART = f"{ENTROPY}/b"


@pytest.fixture
def answered(desk: Desk) -> Desk:
    """A course in which two students have answered."""
    desk.publish()
    for login in ("ada", "bob"):
        desk.enrol(login)
    rows = [f"ada,{PART},{value},2026-03-09T13:0{n}Z" for n, value in enumerate((WRONG, RIGHT))]
    rows.append(f"bob,{PART},{RIGHT},2026-03-09T13:00Z")
    file = desk.write("answers.csv", "student,part,answer,submitted_at\n" + "\n".join(rows))
    desk.run("submissions", "import", file, "--apply")
    return desk


@pytest.fixture
def exported(answered: Desk) -> Path:
    """Ada's receipts, as she keeps them."""
    return answered.write("ada.json", answered.run("receipts", "export", "ada").stdout)


def verify_offline(*arguments: object) -> subprocess.CompletedProcess[str]:
    """In a process whose settings would stop anything that needs them."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GRADER_")},
        "GRADER_ENV": "production",
        "GRADER_DATABASE_URL": "nowhere",
        "GRADER_PROBLEMS_DIR": "/nowhere",
    }
    return subprocess.run(
        [sys.executable, "-m", "grader", "receipts", "verify", *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )


def test_what_is_exported_is_verified_without_settings_or_a_database(
    answered: Desk, exported: Path
) -> None:
    found = answered.json("receipts", "public-key")
    key = found[0] if isinstance(found, list) else found
    done = verify_offline(exported)
    assert done.returncode == 0, done.stderr
    assert "Receipts 1 to 2 of ada in" in done.stdout
    assert f"compare its id, {key['key_id']}, with the course's" in done.stdout
    done = verify_offline(exported, "--public-key", key["public_key"], "--format", "json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["good"], told["student"], told["first"], told["last"]) == (True, "ada", 1, 2)
    assert (told["key_ids"], told["key_stated"], told["faults"]) == ([key["key_id"]], True, [])
    head = answered.run("ledger", "head").stdout.strip()
    assert told["ledger_head"] == head
    assert head in verify_offline(exported).stdout


def test_a_head_by_another_key_than_the_receipts_is_told_without_a_stated_key(
    answered: Desk, exported: Path
) -> None:
    """Else a stranger's head would pass beside the course's own receipts."""
    read = read_receipts(exported.read_bytes())
    assert read.head is not None
    forged = receipts_document(read.receipts, OTHER_SIGNER.sign_head(read.head.stated))
    file = answered.write("forged.json", json.dumps(forged))
    done = answered.run("receipts", "verify", file, code=1)
    assert "The head of the ledger in the file is signed by another key" in done.stdout


def test_a_public_key_is_taken_from_a_file_as_well(answered: Desk, exported: Path) -> None:
    file = answered.write("key.txt", bytes_as_text(OTHER_SIGNER.public_key) + "\n")
    done = answered.run("receipts", "verify", exported, "--public-key", file, code=1)
    assert "signed by another key than the course's" in done.stdout
    short = answered.write("short.txt", "x")
    done = answered.run("receipts", "verify", exported, "--public-key", short, code=1)
    assert "nor a file that holds one" in done.stderr


def test_what_is_no_public_key_is_told_from_a_file_and_from_a_key_s_id(
    answered: Desk, exported: Path
) -> None:
    key = answered.json("receipts", "public-key")
    for typed in ("AAAA", key["key_id"], "A" * 300):
        refusal = answered.run("receipts", "verify", exported, "--public-key", typed, code=1).stderr
        assert refusal.startswith(f"Error: {typed[:100]} is neither a public key (43 letters")
        assert "A key's id is not enough." in refusal


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('"verdict": "incorrect"', '"verdict": "correct"', "Receipt 1 ("),
        ('"student": "ada"', '"student": "bob"', "was altered after it was signed"),
        ('"attempt": 2', '"attempt": 1', "was altered after it was signed"),
        ('"stated_at": "2', '"stated_at": "1', "head of the ledger in the file was altered"),
    ],
)
def test_an_altered_file_is_told_from_a_sound_one(  # noqa: PLR0917 - a table of three columns.
    answered: Desk, exported: Path, before: str, after: str, told: str
) -> None:
    content = exported.read_text()
    assert before in content
    file = answered.write("altered.json", content.replace(before, after))
    assert told in answered.run("receipts", "verify", file, code=1).stdout
    found = json.loads(answered.run("receipts", "verify", file, "--format", "json", code=1).stdout)
    assert not found["good"]


def test_a_part_of_the_chain_says_what_it_leaves_open(answered: Desk, exported: Path) -> None:
    document = json.loads(exported.read_text())
    document["receipts"] = document["receipts"][1:]
    file = answered.write("last.json", json.dumps(document))
    told = answered.run("receipts", "verify", file).stdout
    assert "Receipt 2 of ada in" in told
    assert "Those before are not in this file" in told


def test_standard_input_is_read_and_rubbish_refused(answered: Desk, exported: Path) -> None:
    assert answered.run("receipts", "verify", "-", stdin=exported.read_text()).exit_code == 0
    told = answered.run("receipts", "verify", "-", code=1, stdin="{").stderr
    assert told.startswith("Error: Standard input: This is no JSON")
    rubbish = answered.write("rubbish.md", "# no receipts")
    for arguments in ((rubbish,), (exported, "--opened-key", rubbish)):
        told = answered.run("receipts", "verify", *arguments, code=1).stderr
        assert told.startswith(f"Error: {rubbish}: This is no JSON")
    assert "can't be read" in answered.run("receipts", "verify", "/none", code=1).stderr


def close_in(desk: Desk, year: int) -> None:
    """Publish a policy under which all work is over in this year."""
    dates = f"opens = 2020-01-01T00:00:00\ndue = {year}-01-02T00:00:00\n"
    desk.write_instance("dates.toml", f"[pset7]\n{dates}")
    desk.run("policy", "publish")
    number = desk.json("policy", "plan", "pset7", code=3)["plan"]
    desk.run("policy", "apply", number, "--reason", "for a test")


def test_a_key_is_opened_after_the_close_and_fits_the_receipts(
    answered: Desk, exported: Path
) -> None:
    close_in(answered, 2199)
    assert "Work can still count" in answered.run("receipts", "open-key", ENTROPY, code=1).stderr
    close_in(answered, 2021)
    opened = answered.write("key.json", answered.run("receipts", "open-key", ENTROPY).stdout)
    done = verify_offline(exported, "--opened-key", opened)
    assert done.returncode == 0, done.stderr
    assert "The opened key is the one that was sealed" in done.stdout
    document = json.loads(opened.read_text())
    document["nonce"] = "A" * 43
    forged = answered.write("forged.json", json.dumps(document))
    told = answered.run("receipts", "verify", exported, "--opened-key", forged, code=1).stdout
    assert "was sealed with another key than this one" in told
    answered.run("receipts", "open-key", ENTROPY, "--version", "2", code=1)


def test_the_check_of_all_finds_what_was_changed_by_hand(answered: Desk) -> None:
    assert "3 receipts of 2 students: all are sound." in answered.run("receipts", "check").stdout
    engine = answered.engine()
    with transaction(engine) as session:
        session.execute(text("UPDATE people SET receipts = 3 WHERE login = 'bob'"))
    engine.dispose()
    found = json.loads(answered.run("receipts", "check", "--format", "json", code=1).stdout)
    assert found["faults"] == [
        {"student": "bob", "what": "Receipts 2 to 3 are missing."},
    ]


def test_receipts_of_an_earlier_key_are_checked_with_it(answered: Desk) -> None:
    earlier = answered.json("receipts", "public-key")
    key = (earlier[0] if isinstance(earlier, list) else earlier)["public_key"]
    (answered.instance / "receipt_key").unlink()
    assert "another key" in answered.run("receipts", "check", code=1).stdout
    assert "sound" in answered.run("receipts", "check", "--public-key", key).stdout


def test_somebody_who_is_not_on_the_roster_has_no_receipts(answered: Desk) -> None:
    assert "no such person" in answered.run("receipts", "export", "zoe", code=1).stderr
