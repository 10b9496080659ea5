"""Receipts as files: one, or a chain of them, with hashes, signatures and the public key beside."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from grader.domain.errors import InvalidRequest
from grader.domain.plain_json import read_plain_json
from grader.domain.receipts import FORMAT, Receipt, Signed, key_id
from grader.domain.stated_heads import FIELDS, SignedHead, read_stated

KIND = "pset-grader receipts"
LARGEST_FILE = 4 * 1024 * 1024
KEY_BYTES, SIGNATURE_BYTES = 32, 64
_FIELDS: Mapping[str, Any] = {field.name: field.type for field in fields(Receipt)}
_SIGNATURE = {"signature", "public_key", "key_id"}
_BESIDE = {"receipt", "sha256"} | _SIGNATURE
_HEAD = "ledger_head"


@dataclass(frozen=True, slots=True)
class ReceiptFile:
    """What a file of receipts holds; ``head`` is that of the ledger when it was made, None in older files."""

    receipts: tuple[Signed, ...]
    head: SignedHead | None = None


def receipts_document(signed: Sequence[Signed], head: SignedHead | None = None) -> dict[str, Any]:
    """Receipts as the JSON document that students keep, with the ledger's head if it has one."""
    stated = {} if head is None else {_HEAD: _head_entry(head)}
    return {"kind": KIND, "receipts": [_entry(each) for each in signed], **stated}


def read_receipts(raw: bytes) -> ReceiptFile:
    """What is in a file of receipts. That it is well formed says nothing about whether it is true.

    Raises:
        InvalidRequest: the file holds none, or something else.
    """
    document = read_plain_json(raw, largest=LARGEST_FILE)
    entries = document.get("receipts") if isinstance(document, dict) else None
    if not isinstance(entries, list) or document.keys() - {_HEAD} != {"kind", "receipts"}:
        raise InvalidRequest("This is no file of receipts as they are downloaded here.")
    if document["kind"] != KIND or not entries:
        raise InvalidRequest("This file holds no receipt.")
    receipts = tuple(_read_entry(place, entry) for place, entry in enumerate(entries, start=1))
    head = document.get(_HEAD)
    return ReceiptFile(receipts, None if head is None else _read_head(head))


def bytes_as_text(raw: bytes) -> str:
    """Bytes as text: base64url without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def text_as_bytes(text: object, length: int) -> bytes | None:
    """So many bytes from such a text, or None if it is no such text."""
    if not isinstance(text, str) or not re.fullmatch(r"[A-Za-z0-9_-]+", text):
        return None
    if len(text) != len(bytes_as_text(bytes(length))):
        return None
    raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return raw if bytes_as_text(raw) == text else None


def _entry(signed: Signed) -> dict[str, Any]:
    return {
        "receipt": signed.receipt.document(),
        "sha256": signed.sha256,
        **_signature(signed.signature, signed.signer),
    }


def _head_entry(head: SignedHead) -> dict[str, Any]:
    return {**head.stated.document(), **_signature(head.signature, head.signer)}


def _signature(signature: bytes, signer: bytes) -> dict[str, str]:
    return {
        "signature": bytes_as_text(signature),
        "public_key": bytes_as_text(signer),
        "key_id": key_id(signer),
    }


def _read_entry(place: int, entry: object) -> Signed:
    where = f"Entry {place} of the file"
    if not isinstance(entry, dict) or entry.keys() != _BESIDE:
        raise InvalidRequest(f"{where} is no receipt with its hash, signature and key.")
    signature, signer = _read_signature(where, entry)
    if not isinstance(entry["sha256"], str):
        raise InvalidRequest(f"{where} has a hash that is none.")
    return Signed(_read_receipt(where, entry["receipt"]), entry["sha256"], signature, signer)


def _read_head(entry: object) -> SignedHead:
    where = "The head of the ledger in the file"
    if not isinstance(entry, dict) or entry.keys() != {*FIELDS, *_SIGNATURE}:
        raise InvalidRequest(f"{where} has not just the fields of one.")
    return SignedHead(read_stated(where, entry), *_read_signature(where, entry))


def _read_signature(where: str, entry: Mapping[str, Any]) -> tuple[bytes, bytes]:
    signature = text_as_bytes(entry["signature"], SIGNATURE_BYTES)
    signer = text_as_bytes(entry["public_key"], KEY_BYTES)
    if signature is None or signer is None:
        raise InvalidRequest(f"{where} has a signature or a public key that is none.")
    if entry["key_id"] != key_id(signer):
        raise InvalidRequest(f"{where} states an id that is not its public key's.")
    return signature, signer


def _read_receipt(where: str, document: object) -> Receipt:
    if not isinstance(document, dict) or document.keys() != _FIELDS.keys() | {"format"}:
        raise InvalidRequest(f"{where} has not just the fields of a receipt.")
    if document["format"] != FORMAT or isinstance(document["format"], bool):
        raise InvalidRequest(f"{where} is of a format that this version does not know.")
    content = {name: document[name] for name in _FIELDS}
    for name, value in content.items():
        # A truth value is an int to Python, and no receipt holds one.
        if isinstance(value, bool) or not isinstance(value, _FIELDS[name]):
            raise InvalidRequest(f"{where} has a {name} of the wrong kind.")
    return Receipt(**content)
