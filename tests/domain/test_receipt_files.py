import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from grader.domain.errors import InvalidRequest
from grader.domain.receipt_files import read_receipts, receipts_document, text_as_bytes
from tests.support.receipts import FIRST, chain
from tests.support.signers import SIGNER


def written(document: object) -> bytes:
    return json.dumps(document).encode()


@pytest.mark.parametrize("length", [1, 3])
def test_a_file_is_read_as_it_was_written(length: int) -> None:
    signed = chain(length)
    assert read_receipts(written(receipts_document(signed))) == signed


def test_letters_of_any_script_come_back_as_they_were() -> None:
    signed = [SIGNER.sign(replace(FIRST, student="zoë", text="\u2212\u00a00.5"))]
    assert read_receipts(written(receipts_document(signed))) == signed


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


@pytest.mark.parametrize("raw", [b"null", b"[]", b'"x"', b"1"])
def test_any_other_document_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidRequest, match="no file of receipts"):
        read_receipts(raw)


@pytest.mark.parametrize(
    ("text", "raw"),
    [("AAE", b"\x00\x01"), ("AAF", None), ("AA", None), ("AAEA", None), ("A+E", None), (1, None)],
)
def test_bytes_have_one_text(text: object, raw: bytes | None) -> None:
    assert text_as_bytes(text, 2) == raw
