"""Which files went out and came in lately, as the ledger tells it."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db.models import LedgerBody, LedgerLink
from grader.domain.ledger import Act
from grader.services.ledger.ledger import Entry

_LATELY = 200


def newest_files(session: Session, *, act: Act, about: str) -> Mapping[str, Entry]:
    """The newest entry of each format among the last exports (or imports) about an assignment."""
    query = (
        select(LedgerLink, LedgerBody)
        .join(LedgerBody, LedgerBody.number == LedgerLink.number)
        .where(LedgerLink.act == act, LedgerBody.about == about)
        .order_by(LedgerLink.number.desc())
        .limit(_LATELY)
    )
    found: dict[str, Entry] = {}
    for link, body in session.execute(query):
        entry = Entry(
            number=link.number,
            at=link.at,
            act=link.act,
            actor=body.actor,
            about=body.about,
            login=None,
            reason=body.reason,
            detail=body.detail,
            sha256=link.sha256,
        )
        found.setdefault(str(body.detail.get("format")), entry)
    return found
