"""The receipts of a student who is removed: made anew for the pseudonym, chained and signed like others."""

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import update
from sqlalchemy.orm import Session

from grader.db.models import Person, Submission, table
from grader.domain.errors import InvalidRequest
from grader.domain.pseudonyms import Naming
from grader.services.receipts.checks import receipt_faults
from grader.services.receipts.receipting import receipt_columns
from grader.services.receipts.signing import Signer
from grader.services.receipts.stored import own_receipts, stored_receipts


def rename_receipts(
    session: Session, *, naming: Naming, signer: Signer, trusted: Collection[bytes]
) -> int:
    """Make the chain anew under the pseudonym; gives how many receipts it has.

    The answers, their verdicts and moments stay what they are, so that the checks go on finding any change of
    them. What the student downloaded stays signed, too.

    Raises:
        InvalidRequest: something is wrong with the chain; made anew, it would look sound.
    """
    found = own_receipts(session, person_id=naming.person)
    if faults := receipt_faults(found, trusted=trusted):
        raise InvalidRequest(f"Their receipts are not sound, so nothing was changed. {faults[0]}")
    rows = session.execute(stored_receipts().where(Submission.person_id == naming.person)).all()
    previous = None
    for row, old in zip(rows, found, strict=True):
        text = old.receipt.value if naming.names(old.receipt.text) else old.receipt.text
        fresh = replace(old.receipt, student=naming.pseudonym, text=text, previous=previous)
        signed = signer.sign(fresh)
        columns = receipt_columns(signed) | {"text": text, "idempotency_key": None}
        session.execute(update(table(Submission)).where(Submission.id == row.id).values(columns))
        previous = signed.sha256
    session.execute(
        update(table(Person)).where(Person.id == naming.person).values(last_receipt=previous)
    )
    return len(found)
