"""Compares what was acknowledged with what the tables hold: nothing lost, twice, altered, or nobody's."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, Row, select

from grader.db.models import GradeRow, Submission
from grader.db.session import reading
from grader.services.ledger.ledger import verify
from grader.services.proofs.receipt_audit import audit_receipts
from grader.services.regrades.rechecking import without_grade
from tests.support.school import School
from tests.support.submitting_clients import Acknowledged

_STORED = select(
    Submission.id,
    Submission.person_id,
    Submission.part,
    Submission.text,
    Submission.value,
    Submission.attempt,
    Submission.idempotency_key,
    Submission.submitted_at,
    Submission.late_seconds,
    GradeRow.verdict,
).outerjoin(
    GradeRow, (GradeRow.submission_id == Submission.id) & (GradeRow.key_id == Submission.key_id)
)


def differences(engine: Engine, acknowledged: Sequence[Acknowledged]) -> Counter[str]:
    """How many acknowledged answers are ``lost`` or ``altered``, and how many rows are there ``twice``.

    ``unasked`` are rows that nobody had acknowledged; after clients came to their end there is none.
    """
    with reading(engine) as session:
        rows = session.execute(_STORED).all()
    by_id = {row.id: row for row in rows}
    keys = Counter((row.person_id, row.part, row.idempotency_key) for row in rows)
    attempts = Counter((row.person_id, row.part, row.attempt) for row in rows)
    found: Counter[str] = Counter()
    for each in acknowledged:
        row = by_id.pop(each.reply["id"], None)
        if row is None:
            found["lost"] += 1
        elif _as_told(row) != _told(each):
            found["altered"] += 1
    found["twice"] += sum(times - 1 for times in (*keys.values(), *attempts.values()))
    found["unasked"] += len(by_id)
    return +found


def faults(school: School) -> list[str]:
    """What must never be: an answer without a grade, a chain of receipts or a ledger that is broken."""
    with reading(school.engine) as session:
        found = [f"ledger: {fault}" for fault in verify(session).faults]
        audited = audit_receipts(session, trusted=[school.signer.public_key])
        found += [f"receipts of {fault.student}: {fault.what}" for fault in audited.faults]
        if without_grade(session):
            found.append("an answer has no grade under the active key")
        return found


def _as_told(row: Row[*tuple[Any, ...]]) -> tuple[object, ...]:
    who = row.person_id, row.part, row.text, row.idempotency_key
    return (*who, row.attempt, row.value, row.verdict, row.submitted_at, row.late_seconds)


def _told(each: Acknowledged) -> tuple[object, ...]:
    sent, reply = each.sent, each.reply
    who = sent.student.person_id, sent.part, sent.text, sent.key
    at = datetime.fromisoformat(reply["submitted_at"])
    value = Decimal(reply["reading"])
    return (*who, reply["attempt"], value, reply["verdict"], at, reply["late_seconds"])
