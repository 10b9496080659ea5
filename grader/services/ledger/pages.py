"""The ledger page by page: what is wanted of it, the newest first, and whether there is more."""

from dataclasses import dataclass

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from grader.db.models import LedgerBody, LedgerLink, Person
from grader.domain.logins import fold
from grader.services.ledger.ledger import Entry, entries_query, entry_of

Entries = Select[LedgerLink, LedgerBody, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which acts are asked for; an empty text asks for all."""

    act: str = ""
    actor: str = ""
    login: str = ""

    def narrow(self, query: Entries) -> Entries:
        """Leave of ``entries_query`` what is asked for."""
        if self.act:
            query = query.where(LedgerLink.act == self.act)
        if self.actor:
            query = query.where(LedgerBody.actor == self.actor)
        if self.login:
            query = query.where(Person.login == fold(self.login))
        return query

    @property
    def possible(self) -> bool:
        """Whether a database takes these texts at all: no row holds a NUL or half a character."""
        return f"{self.act}{self.actor}{self.login}".isprintable()


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """Some acts, the newest first; ``newer`` and ``older`` tell whether there are more."""

    entries: tuple[Entry, ...]
    newer: bool
    older: bool


def ledger_page(
    session: Session,
    *,
    wanted: Wanted,
    size: int,
    before: int | None = None,
    after: int | None = None,
) -> LedgerPage:
    """The newest acts, or the newest before a number, or the oldest after one; in two statements at most."""
    if not wanted.possible:
        return LedgerPage((), newer=False, older=False)
    query = wanted.narrow(entries_query()).limit(size + 1)
    number = LedgerLink.number
    if after is not None:
        rows = session.execute(query.where(number > after).order_by(number)).all()
        older = _any(session, wanted.narrow(entries_query()).where(number <= after))
        found = tuple(entry_of(row) for row in reversed(rows[:size]))
        return LedgerPage(found, newer=len(rows) > size, older=older)
    newer = False
    if before is not None:
        query = query.where(number < before)
        newer = _any(session, wanted.narrow(entries_query()).where(number >= before))
    rows = session.execute(query.order_by(number.desc())).all()
    found = tuple(entry_of(row) for row in rows[:size])
    return LedgerPage(found, newer=newer, older=len(rows) > size)


def actors(session: Session) -> list[str]:
    """Everybody who has ever done something."""
    return list(session.scalars(select(LedgerBody.actor).distinct().order_by(LedgerBody.actor)))


def _any(session: Session, query: Entries) -> bool:
    return bool(session.scalar(select(exists(query.with_only_columns(LedgerLink.number)))))
