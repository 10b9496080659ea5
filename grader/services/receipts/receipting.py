"""Makes the receipt of an answer that is about to be stored."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from grader.domain.grading import Verdict
from grader.domain.grammar import canonical
from grader.domain.problem import Course
from grader.domain.receipts import Receipt, Signed, stamp
from grader.services.receipts.sealing import Seal


@dataclass(frozen=True, slots=True)
class Link:
    """Where a student's chain stands: how many receipts there are, and the newest one's hash."""

    login: str
    receipts: int
    last_receipt: str | None


def receipt_for(  # noqa: PLR0913 - all that a receipt names.
    course: Course,
    link: Link,
    seal: Seal,
    *,
    part: str,
    attempt: int,
    text: str,
    value: Decimal,
    verdict: Verdict,
    submitted_at: datetime,
    late_seconds: int,
) -> Receipt:
    """The receipt that comes next in a student's chain."""
    return Receipt(
        course=course_name(course),
        student=link.login,
        part=part,
        attempt=attempt,
        text=text,
        value=canonical(value),
        verdict=verdict.value,
        submitted_at=stamp(submitted_at),
        late_seconds=late_seconds,
        key_version=seal.version,
        commitment=seal.commitment,
        ordinal=link.receipts + 1,
        previous=link.last_receipt,
    )


def course_name(course: Course) -> str:
    """How receipts call the course."""
    return f"{course.title}, {course.term}"


def receipt_columns(signed: Signed) -> dict[str, Any]:
    """What is stored of a receipt beside the answer."""
    return {
        "receipt_number": signed.receipt.ordinal,
        "receipt_course": signed.receipt.course,
        "receipt_sha256": signed.sha256,
        "receipt_signature": signed.signature,
        "receipt_signer": signed.signer,
    }
