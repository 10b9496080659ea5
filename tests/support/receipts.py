"""Chains of receipts, made without a database."""

from dataclasses import replace

from grader.domain.receipts import Receipt, Signed
from grader.services.receipts.signing import Signer
from tests.support.signers import SIGNER

FIRST = Receipt(
    course="CS0, Spring 2026",
    student="ada",
    part="set/sum/a",
    attempt=1,
    text=" +.50",
    value="0.5",
    verdict="correct",
    submitted_at="2026-03-09T20:15:00.000001Z",
    late_seconds=0,
    key_version=1,
    commitment="c" * 64,
    ordinal=1,
    previous=None,
)


def chain(length: int, signer: Signer = SIGNER, first: Receipt = FIRST) -> list[Signed]:
    """So many receipts of one student, each following the one before."""
    signed = [signer.sign(first)]
    while len(signed) < length:
        last = signed[-1]
        number = last.receipt.ordinal + 1
        signed.append(
            signer.sign(
                replace(
                    first, attempt=number, text=f"{number}", ordinal=number, previous=last.sha256
                )
            )
        )
    return signed
