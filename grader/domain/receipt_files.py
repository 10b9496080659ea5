"""Receipts as files: one, or a chain of them, with hashes, signatures and the public key beside."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from grader.domain.errors import InvalidRequest
from grader.domain.plain_json import read_plain_json
from grader.domain.receipts import FORMAT, Receipt, Signed, key_id

KIND = "pset-grader receipts"
LARGEST_FILE = 4 * 1024 * 1024
KEY_BYTES, SIGNATURE_BYTES = 32, 64
_FIELDS: Mapping[str, Any] = {field.name: field.type for field in fields(Receipt)}
_BESIDE = {"receipt", "sha256", "signature", "public_key", "key_id"}


def receipts_document(signed: Sequence[Signed]) -> dict[str, Any]:
    """Receipts as the JSON document that students keep."""
    return {"kind": KIND, "receipts": [_entry(each) for each in signed]}


def read_receipts(raw: bytes) -> list[Signed]:
    """The receipts in a file. That they are well formed says nothing about whether they are true.

    Raises:
        InvalidRequest: the file holds none, or something else.
    """
    document = read_plain_json(raw, largest=LARGEST_FILE)
    entries = document.get("receipts") if isinstance(document, dict) else None
    if not isinstance(entries, list) or document.keys() != {"kind", "receipts"}:
        raise InvalidRequest("This is no file of receipts as they are downloaded here.")
    if document["kind"] != KIND or not entries:
        raise InvalidRequest("This file holds no receipt.")
    return [_read_entry(place, entry) for place, entry in enumerate(entries, start=1)]


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
        "signature": bytes_as_text(signed.signature),
        "public_key": bytes_as_text(signed.signer),
        "key_id": key_id(signed.signer),
    }


def _read_entry(place: int, entry: object) -> Signed:
    where = f"Entry {place} of the file"
    if not isinstance(entry, dict) or entry.keys() != _BESIDE:
        raise InvalidRequest(f"{where} is no receipt with its hash, signature and key.")
    signature = text_as_bytes(entry["signature"], SIGNATURE_BYTES)
    signer = text_as_bytes(entry["public_key"], KEY_BYTES)
    if signature is None or signer is None:
        raise InvalidRequest(f"{where} has a signature or a public key that is none.")
    if entry["key_id"] != key_id(signer):
        raise InvalidRequest(f"{where} states an id that is not its public key's.")
    if not isinstance(entry["sha256"], str):
        raise InvalidRequest(f"{where} has a hash that is none.")
    return Signed(_read_receipt(where, entry["receipt"]), entry["sha256"], signature, signer)


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
