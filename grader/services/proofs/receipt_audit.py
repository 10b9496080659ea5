"""Checks every stored receipt against the answers: what was altered, removed or reordered is found."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db.models import Person
from grader.domain.receipt_chains import missing
from grader.domain.receipts import Signed
from grader.services.receipts.checks import receipt_faults
from grader.services.receipts.stored import chained, stored_receipts


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a student's receipts."""

    student: str
    what: str


@dataclass(frozen=True, slots=True)
class Audited:
    """How many receipts of how many students were looked at, and what was found."""

    students: int
    receipts: int
    faults: tuple[Fault, ...]


def audit_receipts(session: Session, *, trusted: Collection[bytes]) -> Audited:
    """Look through all chains; ``trusted`` are the public keys that may have signed."""
    ends = {
        row.id: row
        for row in session.execute(
            select(Person.id, Person.login, Person.receipts, Person.last_receipt)
        )
    }
    faults, looked_at, seen = [], 0, set()
    rows = session.execute(stored_receipts().execution_options(yield_per=1000))
    for person_id, theirs in groupby(rows, key=lambda row: row.person_id):
        chain = chained(session, list(theirs))
        end = ends[person_id]
        seen.add(person_id)
        looked_at += len(chain)
        found = [*receipt_faults(chain, trusted=trusted)]
        found += _end_faults(chain, end.receipts, end.last_receipt)
        faults += [Fault(end.login, what) for what in found]
    for person_id, end in ends.items():
        if person_id not in seen and end.receipts:
            faults.append(Fault(end.login, missing(1, end.receipts)))
    return Audited(len(seen), looked_at, tuple(faults))


def _end_faults(chain: list[Signed], receipts: int, last_receipt: str | None) -> Iterator[str]:
    first, last = chain[0].receipt.ordinal, chain[-1].receipt.ordinal
    if first > 1:
        yield missing(1, first - 1)
    if last < receipts:
        yield missing(last + 1, receipts)
    elif last > receipts or chain[-1].sha256 != last_receipt:
        yield f"The student's row does not name receipt {last} as the newest one."
