import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.domain.errors import InvalidRequest
from grader.domain.ledger_heads import Head
from grader.domain.receipt_files import ReceiptFile, read_receipts, receipts_document, text_as_bytes
from grader.domain.stated_heads import StatedHead
from grader.services.receipts.checks import stated_head_faults
from tests.support.costs import costs_of
from tests.support.hostile_files import hostile_documents
from tests.support.receipts import FIRST, chain
from tests.support.signers import OTHER_SIGNER, SIGNER

HEAD = SIGNER.sign_head(StatedHead("CS0", Head(12, "ab" * 32), "2026-03-09T20:15:00.000001Z"))


def written(document: object) -> bytes:
    return json.dumps(document).encode()


@pytest.mark.parametrize("length", [1, 3])
def test_a_file_is_read_as_it_was_written(length: int) -> None:
    signed = chain(length)
    assert read_receipts(written(receipts_document(signed))) == ReceiptFile(tuple(signed))
    without = {**receipts_document(signed), "ledger_head": None}
    assert read_receipts(written(without)) == ReceiptFile(tuple(signed))
    document = receipts_document(signed, HEAD)
    assert read_receipts(written(document)) == ReceiptFile(tuple(signed), HEAD)
    assert stated_head_faults(HEAD, trusted={SIGNER.public_key}) == []


def test_letters_of_any_script_come_back_as_they_were() -> None:
    signed = [SIGNER.sign(replace(FIRST, student="zoë", text="\u2212\u00a00.5"))]
    assert read_receipts(written(receipts_document(signed))).receipts == tuple(signed)


def entry(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["receipts"][0]
    return found


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda d: d.pop("kind"), "no file of receipts"),
        (lambda d: d.update(more=1), "no file of receipts"),
        (lambda d: d.update(receipts={}), "no file of receipts"),
        (lambda d: d.update(kind="other"), "holds no receipt"),
        (lambda d: d.update(receipts=[]), "holds no receipt"),
        (lambda d: d.update(receipts=[1]), "Entry 1 of the file is no receipt"),
        (lambda d: entry(d).pop("sha256"), "is no receipt with its hash"),
        (lambda d: entry(d).update(more=1), "is no receipt with its hash"),
        (lambda d: entry(d).update(sha256=1), "a hash that is none"),
        (lambda d: entry(d).update(signature="AA"), "a signature or a public key"),
        (lambda d: entry(d).update(signature=None), "a signature or a public key"),
        (lambda d: entry(d).update(public_key="A" * 42 + "é"), "a signature or a public key"),
        (lambda d: entry(d).update(public_key="A" * 42 + "B"), "a signature or a public key"),
        (lambda d: entry(d).update(key_id="0" * 16), "an id that is not its public key's"),
        (lambda d: entry(d).update(receipt=[]), "not just the fields"),
        (lambda d: entry(d)["receipt"].pop("text"), "not just the fields"),
        (lambda d: entry(d)["receipt"].update(more=1), "not just the fields"),
        (lambda d: entry(d)["receipt"].update(format=2), "a format that this version"),
        (lambda d: entry(d)["receipt"].update(format=True), "a format that this version"),
        (lambda d: entry(d)["receipt"].update(attempt="1"), "an? attempt of the wrong kind"),
        (lambda d: entry(d)["receipt"].update(attempt=True), "an? attempt of the wrong kind"),
        (lambda d: entry(d)["receipt"].update(text=None), "a text of the wrong kind"),
        (lambda d: entry(d)["receipt"].update(previous=1), "a previous of the wrong kind"),
    ],
)
def test_what_is_no_file_of_receipts_is_refused(
    edit: Callable[[dict[str, Any]], object], reason: str
) -> None:
    document = json.loads(written(receipts_document(chain(1))))
    edit(document)
    with pytest.raises(InvalidRequest, match=reason):
        read_receipts(written(document))


def stated(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["ledger_head"]
    return found


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda d: d.update(ledger_head=[]), "not just the fields"),
        (lambda d: stated(d).update(head="012:" + "ab" * 32), "not written as heads are"),
        (lambda d: stated(d).update(head="12:" + "AB" * 32), "not written as heads are"),
        (lambda d: stated(d).pop("head"), "not just the fields"),
        (lambda d: stated(d).update(more=1), "not just the fields"),
        (lambda d: stated(d).update(course=1), "a field, or has one of the wrong kind"),
        (lambda d: stated(d).update(head=12), "a field, or has one of the wrong kind"),
        (lambda d: stated(d).update(stated_at=None), "a field, or has one of the wrong kind"),
        (lambda d: stated(d).update(head="12"), "A head of the ledger is a number"),
        (lambda d: stated(d).update(signature="AA"), "a signature or a public key"),
        (lambda d: stated(d).update(key_id="0" * 16), "an id that is not its public key's"),
    ],
)
def test_a_head_that_is_none_is_refused(
    edit: Callable[[dict[str, Any]], object], reason: str
) -> None:
    document = json.loads(written(receipts_document(chain(1), HEAD)))
    edit(document)
    with pytest.raises(InvalidRequest, match=reason):
        read_receipts(written(document))


@pytest.mark.parametrize(
    "change", [{"course": "CS1"}, {"head": Head(13, "ab" * 32)}, {"stated_at": "2026"}]
)
def test_a_head_that_was_altered_is_told(change: dict[str, Any]) -> None:
    altered = replace(HEAD, stated=replace(HEAD.stated, **change))
    (fault,) = stated_head_faults(altered, trusted={SIGNER.public_key})
    assert fault == "The head of the ledger in the file was altered after it was signed."


def test_a_head_that_another_key_signed_is_told() -> None:
    (fault,) = stated_head_faults(OTHER_SIGNER.sign_head(HEAD.stated), trusted={SIGNER.public_key})
    assert "is signed by another key than the course's" in fault


def test_a_receipts_signature_is_no_head_s() -> None:
    """What is signed says what it is."""
    (receipt,) = chain(1)
    borrowed = replace(HEAD, signature=receipt.signature)
    assert stated_head_faults(borrowed, trusted={SIGNER.public_key}) != []
    assert b'"kind":"pset-grader ledger head"' in HEAD.stated.body


@pytest.mark.parametrize("name", hostile_documents())
def test_a_hostile_document_is_refused_in_a_sentence(name: str) -> None:
    with pytest.raises(InvalidRequest, match=r"^[ -~]{9,200}\.$"):
        read_receipts(hostile_documents()[name])


def read_in_a_process(raw: bytes) -> str:
    try:
        return str(len(read_receipts(raw).receipts))
    except InvalidRequest as refused:
        return str(refused)


def test_a_hostile_document_costs_less_than_fifty_megabytes_and_five_seconds(
    tmp_path: Path,
) -> None:
    documents = hostile_documents()
    assert len(documents) >= 30
    paths = [tmp_path / str(place) for place in range(len(documents))]
    for path, raw in zip(paths, documents.values(), strict=True):
        path.write_bytes(raw)
    costs = costs_of("tests.domain.test_receipt_files:read_in_a_process", paths)
    for name, cost in zip(documents, costs, strict=True):
        assert cost.megabytes < 50, name
        assert cost.seconds < 5, name


@pytest.mark.parametrize(
    ("text", "raw"),
    [("AAE", b"\x00\x01"), ("AAF", None), ("AA", None), ("AAEA", None), ("A+E", None), (1, None)],
)
def test_bytes_have_one_text(text: object, raw: bytes | None) -> None:
    assert text_as_bytes(text, 2) == raw
