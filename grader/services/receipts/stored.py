"""Receipts, made again from what is stored: an answer's row, and the hash in the row before it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from grader.db.models import GradeRow, Person, Submission
from grader.domain.errors import NotFound
from grader.domain.grammar import canonical
from grader.domain.receipts import Receipt, Signed, stamp
from grader.services.receipts.sealing import seal_of

StoredRow = Row[*tuple[Any, ...]]
LARGEST_NUMBER = 10**9


def stored_receipts() -> Select[*tuple[Any, ...]]:
    """The rows that receipts are made of, with the verdict that was told first."""
    return (
        select(
            Person.login,
            GradeRow.verdict,
            *(
                column
                for column in Submission.__table__.columns
                if column.name != "idempotency_key"
            ),
        )
        .select_from(Submission)
        .join(Person, Person.id == Submission.person_id)
        .outerjoin(
            GradeRow,
            (GradeRow.submission_id == Submission.id) & (GradeRow.key_id == Submission.key_id),
        )
        .order_by(Submission.person_id, Submission.receipt_number)
    )


def own_receipts(session: Session, *, person_id: int) -> list[Signed]:
    """All receipts of a person, the first one first."""
    rows = session.execute(stored_receipts().where(Submission.person_id == person_id)).all()
    return chained(session, rows)


def own_receipt(session: Session, *, person_id: int, number: str | int) -> Signed:
    """One receipt of a person, by its number as an address has it.

    Raises:
        NotFound: they have none with this number.
    """
    wanted = _number(str(number))
    pair = stored_receipts().where(
        Submission.person_id == person_id, Submission.receipt_number.in_((wanted - 1, wanted))
    )
    found = [
        each
        for each in chained(session, session.execute(pair).all())
        if each.receipt.ordinal == wanted
    ]
    if not found:
        raise NotFound("There is no such receipt.")
    return found[0]


def chained(session: Session, rows: Sequence[StoredRow]) -> list[Signed]:
    """The receipts of rows that follow one another, all of one person."""
    before = [None, *(row.receipt_sha256 for row in rows)]
    return [
        Signed(
            _receipt(session, row, previous),
            row.receipt_sha256,
            _raw(row.receipt_signature),
            _raw(row.receipt_signer),
        )
        for row, previous in zip(rows, before, strict=False)
    ]


def _receipt(session: Session, row: StoredRow, previous: str | None) -> Receipt:
    seal = seal_of(session, row.key_id)
    return Receipt(
        course=row.receipt_course,
        student=row.login,
        part=row.part,
        attempt=row.attempt,
        text=row.text,
        value=canonical(row.value),
        verdict=row.verdict or "",
        submitted_at=stamp(row.submitted_at),
        late_seconds=row.late_seconds,
        key_version=seal.version,
        commitment=seal.commitment,
        ordinal=row.receipt_number,
        previous=previous,
    )


def _raw(stored: bytes | str) -> bytes:
    """The bytes of a column: where somebody wrote a text there by hand, SQLite keeps it, and it is none."""
    return stored.encode() if isinstance(stored, str) else stored


def _number(text: str) -> int:
    """A receipt's number from an address: ASCII digits, else there is no such receipt."""
    if not text.isascii() or not text.isdecimal() or len(text) > len(str(LARGEST_NUMBER)):
        raise NotFound("There is no such receipt.")
    return int(text)
