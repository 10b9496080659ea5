"""Brings a backup's rows into a database that holds none, and makes sure that they are the same."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from grader.db.copying import copy_rows
from grader.db.row_sums import row_sums
from grader.db.session import DatabaseFailed
from grader.domain.ledger import Act
from grader.services.ledger.ledger import head, record

REASON = "A backup was restored."


def restore(
    session: Session,
    *,
    source: Session,
    name: str,
    actor: str,
    now: datetime,
    told: Callable[[int], None] = lambda _done: None,
) -> int:
    """Copy every row, compare both databases, and write into the ledger that this was done.

    What was done between the backup and now is in no ledger any more: so the entry names the last one that
    the backup had. Gives how many rows were copied; ``told`` is told how many are done.

    Raises:
        DatabaseFailed: what was stored is not what the backup holds.
    """
    copied = copy_rows(source.connection(), session.connection(), told=told)
    wanted, stored = row_sums(source.connection()), row_sums(session.connection())
    different = [table for table, found in stored.items() if found != wanted[table]]
    if different:
        raise DatabaseFailed(
            f"What was stored is not what the backup holds, in {', '.join(different)}; nothing was restored."
        )
    last, _sha256 = head(session)
    record(
        session,
        act=Act.RESTORED,
        actor=actor,
        about="database",
        reason=REASON,
        now=now,
        detail={"file": name, "rows": copied, "last entry": last},
    )
    return copied
