"""``grader ledger``: read, and verified against itself and a noted head."""

import re

import pytest

from grader.db.session import transaction
from tests.cli.desk import Desk
from tests.services.people import add_person
from tests.support.ledgers import act, tamper


@pytest.fixture
def kept(desk: Desk) -> Desk:
    """A desk at whose course three things were done."""
    engine = desk.engine()
    with transaction(engine) as session:
        ada = add_person(session, "ada")
        act(session, "pset7/ancestry/a", person=ada)
        act(session, "pset7", actor="ina", minutes=1)
        act(session, "pset7", reason="=cmd()", minutes=2)
    engine.dispose()
    return desk


def change(desk: Desk, statement: str) -> None:
    engine = desk.engine()
    tamper(engine, statement)
    engine.dispose()


def test_acts_are_listed_newest_first_and_filtered(kept: Desk) -> None:
    newest, _, oldest = kept.json("ledger", "list")
    assert (newest["number"], oldest["number"]) == (3, 1)
    assert (oldest["act"], oldest["actor"], oldest["student"]) == ("override", "tia", "ada")
    assert (oldest["at"], oldest["detail"]) == ("2026-03-11T12:00:00+00:00", {"points": "3.5"})
    assert len(kept.json("ledger", "list", "--actor", "tia")) == 2
    assert len(kept.json("ledger", "list", "--student", "Ada", "--act", "override")) == 1
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
    assert "the first that is wrong is 3. It was noted as the head" in told


def test_an_empty_ledger_has_no_head_and_is_whole(desk: Desk) -> None:
    assert "The ledger is empty" in desk.run("ledger", "head", code=1).stderr
    assert "whole: 0 entries" in desk.run("ledger", "verify").stdout


def test_a_head_of_another_form_is_refused(kept: Desk) -> None:
    refusal = kept.run("ledger", "verify", "--head", "3:abc", code=1).stderr
    assert "a number, a colon and 64 hexadecimal digits" in refusal


def test_what_an_operator_does_is_recorded_under_their_name(desk: Desk) -> None:
    desk.publish()
    policies, key = desk.json("ledger", "list", "--actor", desk.json("ledger", "list")[0]["actor"])[
        -2:
    ]
    assert (policies["act"], key["act"]) == ("policy published", "key published")
    assert key["actor"].startswith("cli:")
