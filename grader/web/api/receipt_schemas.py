"""The documents of receipts."""

from typing import Annotated, Literal

from pydantic import Field

from grader.web.api.schema_base import Reply


class ReceiptBody(Reply):
    """What is signed: these fields as JSON with sorted names, no spaces, in UTF-8."""

    format: Annotated[int, Field(description="1: of just these fields.")]
    course: str
    student: Annotated[str, Field(description="The login.")]
    part: str
    attempt: int
    text: Annotated[str, Field(description="As it was typed.")]
    value: Annotated[str, Field(description="The exact decimal that was read.")]
    verdict: Literal["correct", "incorrect"]
    submitted_at: Annotated[str, Field(description="In UTC, to the microsecond.")]
    late_seconds: int
    key_version: int
    commitment: Annotated[
        str,
        Field(
            description="The seal of the answer key, SHA-256 over a secret nonce and the key: both are "
            "opened once all work is over."
        ),
    ]
    ordinal: Annotated[int, Field(description="1, 2, 3, ... over all parts.")]
    previous: Annotated[str | None, Field(description="The SHA-256 of the receipt before.")]


class SignedReceipt(Reply):
    """A receipt, its SHA-256, and its Ed25519 signature; bytes are base64url without padding."""

    receipt: ReceiptBody
    sha256: str
    signature: str
    public_key: str
    key_id: Annotated[
        str, Field(description="The first 16 digits of the SHA-256 of the public key.")
    ]


class LedgerHead(Reply):
    """The newest entry of the staff's ledger at a moment, and its Ed25519 signature.

    What is signed are the first three fields and `"kind": "pset-grader ledger head"`, as JSON like a
    receipt's.
    """

    course: str
    head: Annotated[str, Field(description="Its number, a colon, and its SHA-256.")]
    stated_at: Annotated[str, Field(description="In UTC, to the microsecond.")]
    signature: str
    public_key: str
    key_id: str


class ReceiptFile(Reply):
    """What `grader receipts verify` takes."""

    kind: Literal["pset-grader receipts"]
    receipts: list[SignedReceipt]
    ledger_head: Annotated[
        LedgerHead | None, Field(description="None while staff have done nothing.")
    ] = None


class ReceiptKey(Reply):
    """The public key that receipts are signed for now."""

    public_key: str
    key_id: str
