"""The ledger's head as files of receipts state it, signed: whoever has one can hold the course to it.

Whoever has the database could write the ledger anew, and the heads that were noted beside it. What students
have downloaded they can't.
"""

from dataclasses import dataclass
from typing import Any

from grader.domain.errors import InvalidRequest
from grader.domain.ledger_heads import Head, read_head
from grader.domain.receipts import canonical_json

KIND = "pset-grader ledger head"
FIELDS = ("course", "head", "stated_at")


@dataclass(frozen=True, slots=True)
class StatedHead:
    """The head of a course's ledger at a moment, which is a text as in receipts."""

    course: str
    head: Head
    stated_at: str

    @property
    def body(self) -> bytes:
        """The bytes that are signed; a receipt's begin otherwise."""
        return canonical_json({"kind": KIND, **self.document()})

    def document(self) -> dict[str, str]:
        """What is stated, as a JSON object."""
        return {"course": self.course, "head": str(self.head), "stated_at": self.stated_at}


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A stated head with its signature, and the signer's public key."""

    stated: StatedHead
    signature: bytes
    signer: bytes


def read_stated(where: str, document: dict[str, Any]) -> StatedHead:
    """Read what is stated.

    Raises:
        InvalidRequest: a field is missing, or of the wrong kind.
    """
    course, head, at = (document.get(name) for name in FIELDS)
    if not (isinstance(course, str) and isinstance(head, str) and isinstance(at, str)):
        raise InvalidRequest(f"{where} lacks a field, or has one of the wrong kind.")
    read = read_head(head)
    if str(read) != head:
        raise InvalidRequest(f"{where} is not written as heads are.")
    return StatedHead(course, read, at)
