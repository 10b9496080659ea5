"""``grader ledger``: read, and verified against itself and a noted head."""

import json
import re

import pytest

from grader.db.session import transaction
from grader.domain.ledger import Act
from grader.domain.ledger_heads import Head
from grader.domain.receipt_files import receipts_document
from grader.domain.stated_heads import StatedHead
from tests.cli.desk import Desk
from tests.support.ledgers import act, tamper
from tests.support.people import add_person
from tests.support.receipts import chain
from tests.support.signers import OTHER_SIGNER


@pytest.fixture
def kept(desk: Desk) -> Desk:
    """A desk at whose course three things were done."""
    engine = desk.engine()
    with transaction(engine) as session:
        ada = add_person(session, "ada")
        # Of a kind that leaves no other row: none is there that it could fail to fit.
        act(session, "pset7/ancestry/a", what=Act.EXPORT, person=ada)
        act(session, "pset7", what=Act.EXPORT, actor="ina", minutes=1)
        act(session, "pset7", what=Act.EXPORT, reason="=cmd()", minutes=2)
    engine.dispose()
    return desk


def change(desk: Desk, statement: str) -> None:
    engine = desk.engine()
    tamper(engine, statement)
    engine.dispose()


def test_acts_are_listed_newest_first_and_filtered(kept: Desk) -> None:
    newest, _, oldest = kept.json("ledger", "list")
    assert (newest["number"], oldest["number"]) == (3, 1)
    assert (oldest["act"], oldest["actor"], oldest["student"]) == ("export", "tia", "ada")
    assert (oldest["at"], oldest["detail"]) == ("2026-03-11T12:00:00+00:00", {"points": "3.5"})
    assert len(kept.json("ledger", "list", "--actor", "tia")) == 2
    assert len(kept.json("ledger", "list", "--student", "Ada", "--act", "export")) == 1
    assert kept.json("ledger", "list", "--act", "mark") == []
    assert len(kept.json("ledger", "list", "--limit", "1")) == 1
    assert "Nobody on the roster" in kept.run("ledger", "list", "--student", "eve", code=1).stderr
    table = kept.run("ledger", "list", "--format", "csv").stdout
    assert "'=cmd()" in table
    assert "points: 3.5" in table


def test_a_whole_ledger_is_verified_against_itself_and_a_noted_head(kept: Desk) -> None:
    noted = kept.run("ledger", "head").stdout.strip()
    assert re.fullmatch(r"3:[0-9a-f]{64}", noted)
    document = kept.json("ledger", "head")
    assert noted == f"{document['number']}:{document['sha256']}"
    assert kept.run("ledger", "head", "--format", "csv").stdout.splitlines()[1].startswith("3,")
    assert "The ledger is whole: 3 entries.\n" in kept.run("ledger", "verify").stdout
    told = kept.run("ledger", "verify", "--head", noted).stdout
    assert "Up to entry 3, nothing was rewritten" in told
    written = kept.run("ledger", "head", "--format", "csv").stdout.splitlines()[1]
    assert kept.json("ledger", "verify", "--head", written)["noted"] == noted
    document = kept.json("ledger", "verify", "--head", noted)
    assert (document["entries"], document["faults"], document["noted"]) == (3, [], noted)


def test_the_first_entry_that_is_wrong_is_named(kept: Desk) -> None:
    change(kept, "UPDATE ledger_bodies SET reason = 'other' WHERE number = 2")
    told = kept.run("ledger", "verify", code=1).stdout
    assert "of 3 entries, the first that is wrong is 2. It was changed" in told
    (fault,) = kept.json("ledger", "verify", code=1)["faults"]
    assert fault["entry"] == 2


def test_what_was_cut_off_is_found_by_a_noted_head_alone(kept: Desk) -> None:
    noted = kept.run("ledger", "head").stdout.strip()
    change(kept, "DELETE FROM ledger_bodies WHERE number = 3")
    change(kept, "DELETE FROM ledger WHERE number = 3")
    assert "whole" in kept.run("ledger", "verify").stdout
    told = kept.run("ledger", "verify", "--head", noted, code=1).stdout
    assert "the first that is wrong is 3. It was noted as the head, and there are 2 entries" in told


def test_what_a_student_downloaded_holds_the_ledger_to_its_head(kept: Desk) -> None:
    """The one noted head that whoever has the database and the operators' notes can't change."""
    kept.publish()
    kept.enrol("bob")
    kept.answers(("bob", "a", "1"))
    mine = kept.write("bob.json", kept.run("receipts", "export", "bob").stdout)
    newest = kept.json("ledger", "head")["number"]
    told = kept.run("ledger", "verify", "--receipts", mine).stdout
    assert f"Up to entry {newest}, nothing was rewritten since it was noted." in told
    for table in ("ledger_bodies", "ledger"):
        change(kept, f"DELETE FROM {table} WHERE number = {newest}")
    told = kept.run("ledger", "verify", "--receipts", mine, code=1).stdout
    there = f"there are {newest - 1} entries: the ledger was cut off."
    assert f"{newest}. It was noted in {mine} as the head, and {there}" in told


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('"stated_at": "2', '"stated_at": "1', "altered after it was signed. It proves nothing"),
        ('"ledger_head"', '"ledger"', "This is no file of receipts"),
    ],
)
def test_a_file_of_receipts_that_proves_nothing_raises_no_alarm(
    kept: Desk, before: str, after: str, words: str
) -> None:
    kept.publish()
    kept.enrol("bob")
    kept.answers(("bob", "a", "1"))
    told = kept.run("receipts", "export", "bob").stdout
    assert before in told
    forged = kept.write("forged.json", told.replace(before, after))
    run = kept.run("ledger", "verify", "--receipts", forged, code=1)
    assert words in " ".join(run.stderr.split())
    assert run.stdout == ""


def test_a_head_that_somebody_signed_with_a_key_of_their_own_raises_no_alarm(kept: Desk) -> None:
    stated = StatedHead("CS0", Head(1, "0" * 64), "2026-03-09T20:15:00.000001Z")
    theirs = receipts_document(chain(1, OTHER_SIGNER), OTHER_SIGNER.sign_head(stated))
    file = kept.write("theirs.json", json.dumps(theirs))
    run = kept.run("ledger", "verify", "--receipts", file, code=1)
    assert "signed by another key than the course's" in " ".join(run.stderr.split())
    assert run.stdout == ""


def test_the_head_of_another_course_s_ledger_raises_no_alarm(kept: Desk) -> None:
    kept.publish()
    kept.enrol("bob")
    kept.answers(("bob", "a", "1"))
    mine = kept.write("bob.json", kept.run("receipts", "export", "bob").stdout)
    kept.edit("course.toml", 'term = "', 'term = "Another ')
    run = kept.run("ledger", "verify", "--receipts", mine, code=1)
    assert "bob.json: It states the head of another course's ledger, of " in run.stderr


def test_a_file_of_receipts_of_an_earlier_version_states_no_head(kept: Desk) -> None:
    file = kept.write("old.json", json.dumps(receipts_document(chain(1))))
    run = kept.run("ledger", "verify", "--receipts", file, code=1)
    assert "old.json: It states no head of the ledger: there was none yet" in run.stderr


def test_an_empty_ledger_has_no_head_and_is_whole(desk: Desk) -> None:
    assert "The ledger is empty" in desk.run("ledger", "head", code=1).stderr
    assert "whole: 0 entries" in desk.run("ledger", "verify").stdout


def test_a_head_of_another_form_is_refused(kept: Desk) -> None:
    refusal = " ".join(kept.run("ledger", "verify", "--head", "3:abc", code=2).stderr.split())
    assert "a number, a colon and 64 hexadecimal digits" in refusal
    assert "After the colon are 3 digits. Is it mistyped?" in refusal


def test_a_mistyped_head_is_no_alarm(kept: Desk) -> None:
    noted = kept.run("ledger", "head").stdout.strip()
    slip = noted[:-1] + ("0" if noted[-1] != "0" else "1")
    for typed, words in (
        (slip, "but for 1 of its 64 digits it is the hash of entry 3"),
        (noted.replace("3:", "30:", 1), "its hash is that of entry 3, not 30"),
        (noted.replace("3:", "2:", 1), "its hash is that of entry 3, not 2"),
    ):
        run = kept.run("ledger", "verify", "--head", typed, code=2)
        assert words in " ".join(run.stderr.split())
        assert run.stdout == ""
    change(kept, "UPDATE ledger_bodies SET reason = 'other' WHERE number = 2")
    kept.run("ledger", "verify", "--head", slip, code=1)
    strange = f"30:{'0f' * 32}"
    told = kept.run("ledger", "verify", "--head", strange, code=1).stdout
    assert "there are 3 entries: if its number is not mistyped, the ledger was cut off" in told


def test_what_an_operator_does_is_recorded_under_their_name(desk: Desk) -> None:
    desk.publish()
    policies, key = desk.json("ledger", "list", "--actor", desk.json("ledger", "list")[0]["actor"])[
        -2:
    ]
    assert (policies["act"], key["act"]) == ("policy published", "key published")
    assert key["actor"].startswith("cli:")
