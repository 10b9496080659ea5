"""T19: one changed byte of the data is reported, and grading goes on with the pinned key."""

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy.orm import Session

from grader.cli import keys
from grader.content.catalog import Catalog
from grader.domain.problem import Problem
from grader.services.keys import drafting, publishing, staleness
from grader.services.keys.drafting import draft_key, key_inputs
from grader.services.keys.staleness import KeyStatus, key_status
from tests.cli.desk import Desk

ANCESTRY = "pset7/ancestry"
FILE = f"{ANCESTRY}/data/ancestry-train.csv"

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def flip(desk: Desk, place: str) -> None:
    """Change one digit: the first after the header, one in the middle, or the last."""
    path = desk.problems / FILE
    raw = bytearray(path.read_bytes())
    header = raw.index(b"\n")
    digits = [at for at, byte in enumerate(raw) if at > header and chr(byte).isdecimal()]
    at = digits[{"first": 0, "middle": len(digits) // 2, "last": -1}[place]]
    raw[at] = ord("1") if raw[at] != ord("1") else ord("0")
    path.write_bytes(raw)


def after_one_byte(desk: Desk, place: str) -> dict[str, object]:
    """What is told of the key when one byte was changed, and how answers before and after it are graded."""
    desk.run("keys", "publish", ANCESTRY)
    desk.run("policy", "publish")
    desk.enrol("ada", "bob")
    pinned = desk.json("keys", "show", ANCESTRY)
    expected = pinned["key"]["parts"][f"{ANCESTRY}/a"]["expected"]
    desk.answers(("ada", "a", expected), problem=ANCESTRY)
    flip(desk, place)
    (status,) = [s for s in desk.json("keys", "status", code=3) if s["problem"] == ANCESTRY]
    desk.answers(("bob", "a", expected), problem=ANCESTRY)
    lists = [desk.json("submissions", "list", "--student", who) for who in ("ada", "bob")]
    return {
        "told": (status["state"], *status["reasons"]),
        "graded": [found["standing"] for listed in lists for found in listed],
        "same key": desk.json("keys", "show", ANCESTRY) == pinned,
    }


STALE = {
    "told": ("stale", "data file ancestry-train.csv changed"),
    "graded": ["correct", "correct"],
    "same key": True,
}


@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_one_changed_byte_of_data_is_stale_and_answers_are_graded_as_before(
    desk: Desk, place: str
) -> None:
    assert after_one_byte(desk, place) == STALE


def test_a_checksum_of_the_first_kilobyte_is_found(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    monkeypatch.setattr(staleness, "key_inputs", of_the_first_kilobyte)
    monkeypatch.setattr(drafting, "key_inputs", of_the_first_kilobyte)
    assert after_one_byte(desk, "last") == STALE | {"told": ("current",)}


def of_the_first_kilobyte(problem: Problem, data: Mapping[str, bytes]) -> dict[str, Any]:
    return key_inputs(problem, {name: content[:1_000] for name, content in data.items()})


def test_a_status_that_switches_to_a_new_key_by_itself_is_found(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control of the pinned key."""
    activate = publishing._activate_if_unused

    def switching(session: Session, *, catalog: Catalog, **known: Any) -> KeyStatus:
        found = key_status(session, catalog=catalog, **known)
        if found.state == "stale":
            draft = draft_key(catalog, known["problem"])
            publishing.publish(session, draft=draft, actor="op", now=known["now"])
        return found

    def always(*key: Any, used: bool) -> bool:
        del used
        return activate(*key, used=False)

    monkeypatch.setattr(keys, "key_status", switching)
    monkeypatch.setattr(publishing, "_activate_if_unused", always)
    assert not after_one_byte(desk, "first")["same key"]
