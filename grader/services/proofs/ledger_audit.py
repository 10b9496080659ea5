"""Holds all that scores to the ledger, the receipts and the keys: what was changed behind them is found."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from sqlalchemy import exists, select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session

from grader.db.models import GradeRow, Submission
from grader.domain.ledger_heads import Head
from grader.services.ledger.ledger import Verified, head, verify
from grader.services.ledger.pins import pin_faults
from grader.services.proofs.ledger_facts import fact_faults
from grader.services.proofs.receipt_audit import audit_receipts
from grader.services.regrades.rechecking import differing, without_grade

Fault = tuple[int, str]

# What is written over by hand may be no date, number or document at all.
_UNREADABLE = (
    ArithmeticError,
    AttributeError,
    InvalidRequestError,
    LookupError,
    TypeError,
    ValueError,
)


def audit(
    session: Session,
    *,
    trusted: Collection[bytes],
    noted: Head | None = None,
    heads: Sequence[Head] = (),
) -> Verified:
    """Verify the chain of the ledger; then that decisions, keys, policies, answers and grades fit it.

    ``trusted`` are the public keys that may have signed receipts. A fault has the number of its entry, or 0
    where it is about none.

    Raises:
        InvalidRequest: the noted head is mistyped.
    """
    try:
        found = verify(session, noted=noted, heads=heads)
    except _UNREADABLE as error:
        found = Verified(*head(session), (_unreadable("the ledger", error),))
    more = [
        *_read("what staff decided", lambda: fact_faults(session)),
        *_read("keys and policies", lambda: pin_faults(session)),
        *_read("receipts", lambda: _receipts(session, trusted)),
        *_read("answers", lambda: _misfiled(session)),
        *_read("grades", lambda: _grades(session)),
    ]
    return replace(found, faults=(*found.faults, *sorted(more)))


def _read(what: str, look: Callable[[], Iterable[Fault]]) -> Iterator[Fault]:
    try:
        yield from look()
    except _UNREADABLE as error:
        yield _unreadable(what, error)


def _unreadable(what: str, error: Exception) -> Fault:
    return 0, f"Of {what} something can't even be read: {type(error).__name__}."


def _receipts(session: Session, trusted: Collection[bytes]) -> Iterator[Fault]:
    for fault in audit_receipts(session, trusted=trusted).faults:
        yield 0, f"{fault.student}: {fault.what}"


def _misfiled(session: Session) -> Iterator[Fault]:
    rows = session.execute(select(Submission.id, Submission.problem, Submission.part))
    for number, problem, part in rows:
        if part.rpartition("/")[0] != problem:
            yield 0, f"Answer {number} is filed under another problem than its part's."


def _grades(session: Session) -> Iterator[Fault]:
    answered = exists().where(Submission.id == GradeRow.submission_id)
    for number in session.scalars(select(GradeRow.submission_id).where(~answered)):
        yield 0, f"A grade is stored of answer {number}, which does not exist."
    for each in differing(session):
        which = f"answer {each.submission} under version {each.version} of {each.problem}'s key"
        yield 0, f"The grade of {which} is not what that key says."
    if missing := without_grade(session):
        yield 0, f"{missing:,} answers lack the grade that should stand."
