"""Receipts: what a student holds of each answer, chained to the one before, so that none can be changed.

A receipt is written as canonical JSON, and these bytes are what is hashed and signed: anybody can write them
again from what they read, in any language.
"""

import json
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

FORMAT = 1
_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Receipt:
    """One answer as it was taken, in the words of its document.

    ``ordinal`` counts the student's receipts from 1 on, over all parts; ``previous`` is the SHA-256 of the
    receipt before, None in the first. ``value`` is the exact decimal, ``submitted_at`` the moment in UTC.
    ``commitment`` binds the course to the answer key that gave the verdict, and tells nothing of it.
    """

    course: str
    student: str
    part: str
    attempt: int
    text: str
    value: str
    verdict: str
    submitted_at: str
    late_seconds: int
    key_version: int
    commitment: str
    ordinal: int
    previous: str | None

    @property
    def problem(self) -> str:
        """The slug of the part's problem."""
        return self.part.rpartition("/")[0]

    @property
    def body(self) -> bytes:
        """The bytes that are hashed and signed."""
        # A whole class asks for it in the last hour, and no field of a receipt can hold a fraction.
        return _written(self.document())

    @property
    def sha256(self) -> str:
        """What the next receipt names as its previous one."""
        return sha256(self.body).hexdigest()

    def document(self) -> dict[str, Any]:
        """The receipt as a JSON object."""
        return {"format": FORMAT, **{name: getattr(self, name) for name in _NAMES}}


_NAMES = tuple(field.name for field in fields(Receipt))


@dataclass(frozen=True, slots=True)
class Signed:
    """A receipt with its hash and signature as they are stated beside it, and the signer's public key."""

    receipt: Receipt
    sha256: str
    signature: bytes
    signer: bytes


def canonical_json(document: Any) -> bytes:  # noqa: ANN401 - any JSON document.
    """JSON with sorted names and no spaces, in UTF-8: equal documents are equal bytes.

    Raises:
        TypeError: a number is no whole one; a fraction has no single way to be written.
    """
    if _has_fraction(document):
        raise TypeError("a canonical document has whole numbers only; others are texts")
    return _written(document)


def stamp(moment: datetime) -> str:
    """A moment as receipts have it: UTC, to the microsecond, of fixed width."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def commitment(nonce: bytes, key: dict[str, Any]) -> str:
    """What binds the course to an answer key, and tells nothing of it while the nonce is secret."""
    return sha256(nonce + canonical_json(key)).hexdigest()


def key_id(public_key: bytes) -> str:
    """A short name for a public key, that people can compare."""
    return sha256(public_key).hexdigest()[:16]


def _written(document: Any) -> bytes:  # noqa: ANN401 - any JSON document.
    return _JSON.encode(document).encode()


def _has_fraction(document: Any) -> bool:  # noqa: ANN401 - any JSON document.
    if isinstance(document, dict):
        return any(_has_fraction(each) for each in document.values())
    if isinstance(document, list | tuple):
        return any(_has_fraction(each) for each in document)
    return isinstance(document, float)
