from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest

from grader.domain.ledger import Act, Body, Link, chain_faults, restated_by

AT = datetime(2026, 3, 11, 12, tzinfo=UTC)
BODY = Body("tia", "pset7/ancestry/a", 7, "A typing slip.", {"points": "3.5"})
SALT = b"0123456789abcdef"


def chain(length: int) -> list[Link]:
    links: list[Link] = []
    for number in range(1, length + 1):
        link = Link(
            number, Act.OVERRIDE, AT, BODY.commitment(SALT), links[-1].sha256 if links else None
        )
        links.append(replace(link, sha256=link.digest))
    return links


FIVE = chain(5)


def test_a_link_s_hash_can_be_worked_out_by_anybody_from_what_is_stated() -> None:
    written = (
        f'{{"act":"override","at":"2026-03-11T12:00:00.000000Z","commitment":"{FIVE[1].commitment}",'
        f'"number":2,"previous":"{FIVE[0].sha256}"}}'
    )
    assert FIVE[1].sha256 == sha256(written.encode()).hexdigest()


def test_a_commitment_can_be_worked_out_by_who_holds_the_salt() -> None:
    written = (
        '{"about":"pset7/ancestry/a","actor":"tia","detail":{"points":"3.5"},"person":7,'
        '"reason":"A typing slip."}'
    )
    assert BODY.commitment(SALT) == sha256(SALT + written.encode()).hexdigest()


@pytest.mark.parametrize(
    "other",
    [
        replace(BODY, actor="tom"),
        replace(BODY, about="pset7/ancestry/b"),
        replace(BODY, person=8),
        replace(BODY, person=None),
        replace(BODY, reason="A typing slip!"),
        replace(BODY, detail={"points": "3.50"}),
    ],
)
def test_a_commitment_changes_with_each_field_and_with_the_salt(other: Body) -> None:
    assert other.commitment(SALT) != BODY.commitment(SALT)
    assert BODY.commitment(SALT) != BODY.commitment(SALT[::-1])


def test_a_fraction_has_no_single_way_to_be_written_and_is_refused() -> None:
    with pytest.raises(TypeError, match="whole numbers only"):
        replace(BODY, detail={"points": 3.5}).commitment(SALT)


@pytest.mark.parametrize("length", [0, 1, 5])
def test_a_whole_chain_has_no_fault(length: int) -> None:
    assert list(chain_faults(FIVE[:length])) == []


Tampering = Callable[[list[Link]], list[Link]]


@pytest.mark.parametrize(
    ("tamper", "number", "fault"),
    [
        (lambda links: links[1:], 2, "follows entry 0: what came between is missing"),
        (lambda links: [*links[:2], *links[3:]], 4, "follows entry 2"),
        (lambda links: [*links[:2], replace(links[2], act="mark"), *links[3:]], 3, "its own hash"),
        (lambda links: [*links[:2], replace(links[2], commitment="0"), *links[3:]], 3, "own hash"),
        (lambda links: [*links[:3], links[2], *links[3:]], 3, "follows entry 3"),
        (
            lambda links: [*links[:2], replace(links[2], at=AT.replace(day=12)), *links[3:]],
            3,
            "its own hash",
        ),
        (
            # Whoever writes the hash of a changed entry anew breaks the one after it.
            lambda links: [
                *links[:2],
                replace(links[2], act="mark", sha256=replace(links[2], act="mark").digest),
                *links[3:],
            ],
            4,
            "does not follow the entry before it",
        ),
    ],
)
def test_the_first_link_that_is_wrong_is_named(tamper: Tampering, number: int, fault: str) -> None:
    first, *_ = chain_faults(tamper(FIVE))
    assert first[0] == number
    assert fault in first[1]


def test_the_acts_are_stored_by_words_that_never_change() -> None:
    assert {each.value for each in Act} >= {"override", "extension", "regrade", "roster"}
    assert all(str(each) == each.value for each in Act)


@pytest.mark.parametrize(
    ("act", "detail", "restated"),
    [
        (Act.FORGOTTEN, {"restated": {"3": "ab", "12": "cd"}}, {3: "ab", 12: "cd"}),
        (Act.FORGOTTEN, {"restated": {"x": "ab", "-1": "cd"}}, {}),
        (Act.FORGOTTEN, {"restated": "3"}, {}),
        (Act.FORGOTTEN, {}, {}),
        (Act.OVERRIDE, {"restated": {"3": "ab"}}, {}),
    ],
)
def test_only_a_removal_restates_bodies(
    act: str, detail: dict[str, Any], restated: dict[int, str]
) -> None:
    assert restated_by(act, Body("op", "x", None, "", detail)) == restated
