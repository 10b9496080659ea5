"""The ledger as it is kept: adding an act, reading acts, and verifying all of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_bytes
from typing import Any

from sqlalchemy import Row, Select, exists, insert, select
from sqlalchemy.orm import Session

from grader.db.models import LedgerBody, LedgerLink, Person
from grader.db.turns import wait_for_turn
from grader.domain.ledger import SALT_BYTES, Act, Body, Link, chain_faults, restated_by
from grader.domain.ledger_heads import Head, check_typed, head_faults


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An act that is to be added; ``detail`` holds whole numbers and texts, no fractions: it is hashed."""

    act: Act
    actor: str
    about: str
    reason: str
    at: datetime
    person_id: int | None = None
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """An act as staff read it; ``login`` names the student whom it concerns, if it is one alone."""

    number: int
    at: datetime
    act: str
    actor: str
    about: str
    login: str | None
    reason: str
    detail: dict[str, Any]
    sha256: str


@dataclass(frozen=True, slots=True)
class Verified:
    """How long the ledger is, its head, and what is wrong: the number of an entry and a sentence each."""

    entries: int
    head: str | None
    faults: tuple[tuple[int, str], ...]


def record(
    session: Session,
    *,
    act: Act,
    actor: str,
    about: str,
    reason: str,
    now: datetime,
    person_id: int | None = None,
    detail: dict[str, Any] | None = None,
) -> int:
    """Add an act to the ledger, in the transaction of the act itself; gives its number.

    ``detail`` holds whole numbers and texts, no fractions: it is hashed. Acts are added one after another,
    so call this last: what follows until the commit makes others wait.
    """
    return record_all(session, [NewEntry(act, actor, about, reason, now, person_id, detail or {})])


def record_all(session: Session, entries: Sequence[NewEntry]) -> int:
    """Add acts of one transaction to the ledger, in this order; gives the number of the last one.

    Call it last, and once: what follows until the commit makes others wait.
    """
    wait_for_turn(session, "the ledger")
    number, previous = head(session)
    links: list[dict[str, Any]] = []
    bodies: list[dict[str, Any]] = []
    for entry in entries:
        number += 1
        body = Body(entry.actor, entry.about, entry.person_id, entry.reason, entry.detail)
        salt = token_bytes(SALT_BYTES)
        link = Link(number, entry.act, entry.at, body.commitment(salt), previous)
        links.append(
            {
                "number": number,
                "act": link.act,
                "at": link.at,
                "commitment": link.commitment,
                "previous": previous,
                "sha256": link.digest,
            }
        )
        bodies.append(
            {
                "number": number,
                "salt": salt,
                "actor": body.actor,
                "about": body.about,
                "person_id": body.person,
                "reason": body.reason,
                "detail": body.detail,
            }
        )
        previous = link.digest
    session.execute(insert(LedgerLink), links)
    session.execute(insert(LedgerBody), bodies)
    return number


def head(session: Session) -> tuple[int, str | None]:
    """The number and the hash of the newest entry; 0 and None while there is none."""
    newest = select(LedgerLink.number, LedgerLink.sha256).order_by(LedgerLink.number.desc())
    found = session.execute(newest.limit(1)).one_or_none()
    return (found[0], found[1]) if found else (0, None)


def list_entries(
    session: Session,
    *,
    person_id: int | None = None,
    before: int | None = None,
    limit: int | None = None,
) -> list[Entry]:
    """Acts, the newest first: all, or those that concern one person; ``before`` goes on with older ones."""
    query = entries_query().order_by(LedgerLink.number.desc()).limit(limit)
    if person_id is not None:
        query = query.where(LedgerBody.person_id == person_id)
    if before is not None:
        query = query.where(LedgerLink.number < before)
    return [entry_of(row) for row in session.execute(query)]


def entries_query() -> Select[LedgerLink, LedgerBody, str]:
    """Acts in any order, for ``entry_of``; the person concerned is joined."""
    return (
        select(LedgerLink, LedgerBody, Person.login)
        .join(LedgerBody, LedgerBody.number == LedgerLink.number)
        .outerjoin(Person, Person.id == LedgerBody.person_id)
    )


def entry_of(row: Row[LedgerLink, LedgerBody, str]) -> Entry:
    """An act as staff read it, from a row of ``entries_query``."""
    link, body, login = row
    return Entry(
        number=link.number,
        at=link.at,
        act=link.act,
        actor=body.actor,
        about=body.about,
        login=login,
        reason=body.reason,
        detail=body.detail,
        sha256=link.sha256,
    )


def verify(session: Session, *, noted: Head | None = None, heads: Sequence[Head] = ()) -> Verified:
    """Check every link against the one before it and against its body, and against heads noted earlier.

    ``noted`` was typed by a person, who may have slipped; ``heads`` are from a file.

    Raises:
        InvalidRequest: the head is mistyped.
    """
    rows = session.execute(
        select(LedgerLink, LedgerBody)
        .outerjoin(LedgerBody, LedgerBody.number == LedgerLink.number)
        .order_by(LedgerLink.number)
    ).all()
    links = [_link(row) for row, _ in rows]
    faults = [*chain_faults(links), *_body_faults(rows), *_loose_bodies(session)]
    # Only the hashes of a sound chain can show that a head is mistyped: else they may be anybody's.
    if noted is not None and not faults:
        check_typed(links, noted)
    for each in heads if noted is None else (*heads, noted):
        faults += head_faults(links, each)
    entries, newest = head(session)
    return Verified(entries, newest, tuple(sorted(faults)))


def links(session: Session, *, last: int) -> list[Link]:
    """The links of the chain up to this one, without what they stand for."""
    query = select(LedgerLink).where(LedgerLink.number <= last).order_by(LedgerLink.number)
    return [_link(row) for row in session.scalars(query)]


def _link(row: LedgerLink) -> Link:
    return Link(row.number, row.act, row.at, row.commitment, row.previous, row.sha256)


def _body_faults(rows: Sequence[Any]) -> list[tuple[int, str]]:
    faults: list[tuple[int, str]] = []
    restated: dict[int, str] = {}
    # The newest first: who was removed is not named since, by bodies that the removal's own commits to.
    for link, body in reversed(rows):
        if body is None:
            faults.append((link.number, "has lost what it stands for"))
            continue
        stated = body_of(body)
        if stated.commitment(body.salt) != restated.get(link.number, link.commitment):
            fault = "was changed: what it stands for does not fit its commitment"
            faults.append((link.number, fault))
            continue
        restated = {**restated_by(link.act, stated), **restated}
    return faults


def _loose_bodies(session: Session) -> Iterator[tuple[int, str]]:
    linked = exists().where(LedgerLink.number == LedgerBody.number)
    for number in session.scalars(select(LedgerBody.number).where(~linked)):
        yield number, "stands beside the chain: there is no link of this number"


def body_of(row: LedgerBody) -> Body:
    """What stands beside a link, as the domain reads it."""
    return Body(row.actor, row.about, row.person_id, row.reason, row.detail)
