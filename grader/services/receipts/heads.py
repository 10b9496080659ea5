"""The ledger's head of a moment, to be stated in a file of receipts; and whether the ledger still has it."""

from datetime import datetime

from sqlalchemy.orm import Session

from grader.domain.ledger import chain_faults
from grader.domain.ledger_heads import Head, head_faults
from grader.domain.problem import Course
from grader.domain.receipts import stamp
from grader.domain.stated_heads import SignedHead, StatedHead
from grader.services.ledger.ledger import head as newest
from grader.services.ledger.ledger import links
from grader.services.receipts.receipting import course_name
from grader.services.receipts.signing import Signer


def signed_head(
    session: Session, *, signer: Signer, course: Course, now: datetime
) -> SignedHead | None:
    """The head as it is now, signed; None while nobody of the staff has done anything."""
    number, sha256 = newest(session)
    if sha256 is None:
        return None
    return signer.sign_head(StatedHead(course_name(course), Head(number, sha256), stamp(now)))


def is_of(stated: StatedHead, course: Course) -> bool:
    """Whether it is the head of this course's ledger; one key may sign for several, or for many terms."""
    return stated.course == course_name(course)


def stands(session: Session, head: Head) -> bool:
    """Whether the ledger still leads, link by link, to the entry that was its head: then none was rewritten.

    What links stand for is not looked at: that is for ``verify``.
    """
    there = links(session, last=head.number)
    return not [*chain_faults(there), *head_faults(there, head)]
