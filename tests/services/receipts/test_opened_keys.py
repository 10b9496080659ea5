import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from grader.domain.errors import InvalidRequest
from grader.domain.receipts import Receipt, commitment
from grader.services.keys.documents import key_document
from grader.services.receipts.opened_keys import opened_document, opened_faults, read_opened
from grader.services.receipts.sealing import OpenedKey
from tests.support.classroom import make_key
from tests.support.receipts import FIRST

KEY = make_key("set/sum", {"set/sum/a": "0.5"})
OPENED = OpenedKey("set/sum", 1, bytes(range(32)), key_document(KEY))
SEALED = replace(FIRST, commitment=commitment(OPENED.nonce, OPENED.content))


def file_of(opened: OpenedKey) -> bytes:
    return json.dumps(opened_document(opened)).encode()


def test_an_opened_key_is_read_as_it_was_written() -> None:
    assert read_opened(file_of(OPENED)) == OPENED


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda d: d.update(kind="x"), "no file of an opened key"),
        (lambda d: d.pop("nonce"), "lacks its problem, its nonce or its key"),
        (lambda d: d.update(nonce="AA"), "lacks its problem, its nonce or its key"),
        (lambda d: d.update(problem=1), "lacks its problem, its nonce or its key"),
        (lambda d: d.update(key=[]), "lacks its problem, its nonce or its key"),
        (lambda d: d.update(version="1"), "lacks its version"),
    ],
)
def test_what_is_no_opened_key_is_refused(
    edit: Callable[[dict[str, Any]], object], reason: str
) -> None:
    document = json.loads(file_of(OPENED))
    edit(document)
    with pytest.raises(InvalidRequest, match=reason):
        read_opened(json.dumps(document).encode())


def test_another_document_is_no_opened_key() -> None:
    with pytest.raises(InvalidRequest, match="no file of an opened key"):
        read_opened(b"[]")


def test_receipts_that_the_key_sealed_and_graded_are_right() -> None:
    wrong = replace(SEALED, value="-1.25", verdict="incorrect")
    of_another_version = replace(SEALED, key_version=2, verdict="wrong")
    assert opened_faults([SEALED, wrong, of_another_version], OPENED) == []


def sealed_by(content: dict[str, Any]) -> tuple[Receipt, OpenedKey]:
    opened = replace(OPENED, content=content)
    return replace(SEALED, commitment=commitment(opened.nonce, content)), opened


MADE_UP = key_document(make_key("set/sum", {"set/sum/a": "0.6"}))
ENDLESS = json.loads(json.dumps(OPENED.content))
ENDLESS["parts"]["set/sum/a"]["expected"] = f"1e-{2000}"
NOT_A_NUMBER = json.loads(json.dumps(OPENED.content))
NOT_A_NUMBER["parts"]["set/sum/a"]["expected"] = "x"


@pytest.mark.parametrize(
    ("receipt", "opened", "told"),
    [
        (replace(SEALED, key_version=2), OPENED, "None of the receipts was graded by version 1"),
        (replace(SEALED, part="set/x/a"), OPENED, "None of the receipts was graded"),
        (SEALED, replace(OPENED, nonce=bytes(32)), "was sealed with another key than this one"),
        (SEALED, replace(OPENED, content=MADE_UP), "was sealed with another key than this one"),
        (*sealed_by(MADE_UP), "says correct, and the key gives another verdict"),
        (replace(SEALED, part="set/sum/b"), OPENED, "the key gives another verdict"),
        (replace(SEALED, value="1e9"), OPENED, "the key gives another verdict"),
        (replace(SEALED, value="0." + "5" * 101), OPENED, "the key gives another verdict"),
        (*sealed_by({}), "none that this version can read"),
        (*sealed_by(NOT_A_NUMBER), "none that this version can read"),
        (*sealed_by(ENDLESS), "none that this version can read"),
    ],
)
def test_what_does_not_belong_together_is_told(
    receipt: Receipt, opened: OpenedKey, told: str
) -> None:
    (fault,) = opened_faults([receipt], opened)
    assert told in fault


def test_the_longest_value_that_can_be_submitted_can_be_checked() -> None:
    value = f"{Decimal('1e-30') + Decimal('1e-59'):f}"
    assert opened_faults([replace(SEALED, value=value, verdict="incorrect")], OPENED) == []
