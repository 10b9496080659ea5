"""Whether what a backup holds is what was stored: its ledger, its receipts, and how new it is."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader.db.copying import count_rows
from grader.db.models import Submission
from grader.services.ledger.ledger import Verified, verify
from grader.services.proofs.receipt_audit import Audited, audit_receipts


@dataclass(frozen=True, slots=True)
class CheckedBackup:
    """How many rows each table has, what was verified, and when the newest answer came."""

    rows: Mapping[str, int]
    ledger: Verified
    receipts: Audited
    newest_answer: datetime | None

    @property
    def faults(self) -> list[str]:
        """What is wrong with it, each in a sentence."""
        ledger = [f"Ledger entry {number} {what}." for number, what in self.ledger.faults]
        return ledger + [
            f"Receipts of {each.student}: {each.what}" for each in self.receipts.faults
        ]


def check_backup(session: Session, *, trusted: Collection[bytes]) -> CheckedBackup:
    """Read all that can be verified; ``trusted`` are the public keys that may have signed receipts."""
    return CheckedBackup(
        rows=count_rows(session.connection()),
        ledger=verify(session),
        receipts=audit_receipts(session, trusted=trusted),
        newest_answer=session.scalar(select(func.max(Submission.submitted_at))),
    )
