"""Removing who a student was: their numbers stay under a pseudonym, and nothing that is stored names them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from secrets import token_bytes
from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from grader.db.erasing import writable_facts
from grader.db.models import Base, LedgerBody, LedgerLink, Person, RecordLook, SolutionRelease
from grader.db.turns import wait_for_turn
from grader.domain.errors import InvalidRequest, NothingToDo
from grader.domain.ledger import SALT_BYTES, Act, Body
from grader.domain.pseudonyms import REMOVED, Naming
from grader.domain.reasons import checked_reason
from grader.domain.roles import Role
from grader.services.ledger import ledger
from grader.services.receipts.signing import Signer
from grader.services.records.forgetting_receipts import rename_receipts
from grader.services.records.forgetting_texts import TOUCHED, take_texts


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was done: the pseudonym, the changed rows by table, and the receipts and entries made anew."""

    pseudonym: str
    changed: Mapping[str, int]
    receipts: int
    entries: int


def forget(
    session: Session,
    *,
    person: Person,
    reason: str,
    actor: str,
    signer: Signer,
    trusted: Collection[bytes] = (),
    now: datetime,
) -> Forgotten:
    """Put a pseudonym in the place of a student, everywhere.

    Answers, grades and scores stay, theirs and everybody's; the ledger and the receipts can be verified as
    before. ``trusted`` are earlier public keys of the course. To see what it would do, roll back.

    Raises:
        InvalidRequest: they have been one of the staff, the reason names them, or the ledger or their
            receipts are not sound.
        NothingToDo: they are removed already.
    """
    said = checked_reason(reason)
    naming = Naming(person.id, person.login, person.name, person.email, person.sis_user_id)
    with writable_facts(session, TOUCHED):
        wait_for_turn(session, "the ledger")
        _check(session, person, naming, said)
        changed = take_texts(session, naming)
        receipts = rename_receipts(
            session, naming=naming, signer=signer, trusted={signer.public_key, *trusted}
        )
        restated = _restate(session, naming)
    _rename(session, naming)
    ledger.record(
        session,
        act=Act.FORGOTTEN,
        actor=actor,
        about=naming.pseudonym,
        reason=said,
        now=now,
        person_id=person.id,
        detail={"receipts": receipts, "restated": restated},
    )
    found = {name: count for name, count in sorted(changed.items()) if count}
    return Forgotten(naming.pseudonym, found, receipts, len(restated))


def _check(session: Session, person: Person, naming: Naming, reason: str) -> None:
    if person.login == naming.pseudonym:
        raise NothingToDo(f"{person.login} is removed already.")
    if person.role != Role.STUDENT or _acted(session, person):
        raise InvalidRequest(
            f"{person.login} is or was one of the staff: what staff decided stays under their names."
        )
    if naming.names(reason):
        raise InvalidRequest(
            "The reason names the student, and would stay. Say it without the name."
        )
    if faults := ledger.verify(session).faults:
        number, what = faults[0]
        raise InvalidRequest(
            f"The ledger is not whole, so nothing was changed. Entry {number} {what}."
        )


def _acted(session: Session, person: Person) -> bool:
    """Whether they ever acted as one of the staff; what concerns themselves alone does not count."""
    acts = [
        exists().where(one.columns["actor"] == person.login)
        for name, one in Base.metadata.tables.items()
        if "actor" in one.columns and name != LedgerBody.__tablename__
    ]
    acts += [
        exists().where(
            LedgerBody.actor == person.login, LedgerBody.person_id.is_distinct_from(person.id)
        ),
        exists().where(SolutionRelease.person_id == person.id),
        exists().where(RecordLook.reader_id == person.id),
    ]
    return any(session.scalars(select(each)).one() for each in acts)


def _restate(session: Session, naming: Naming) -> dict[str, str]:
    """Write the bodies that are theirs, or name them, anew; gives the new commitments by entry."""
    restated = {}
    rows = session.execute(
        select(LedgerLink.act, LedgerBody).join(LedgerBody, LedgerBody.number == LedgerLink.number)
    )
    for act, row in rows.all():
        old = ledger.body_of(row)
        if (anew := _without_name(act, old, naming)) != old:
            salt = token_bytes(SALT_BYTES)
            written = {name: getattr(anew, name) for name in ("actor", "about", "reason", "detail")}
            session.execute(
                update(LedgerBody)
                .where(LedgerBody.number == row.number)
                .values(written | {"salt": salt})
            )
            restated[str(row.number)] = anew.commitment(salt)
    return restated


def _without_name(act: str, body: Body, naming: Naming) -> Body:
    theirs = body.person == naming.person
    detail: dict[str, Any] = naming.hidden_in(body.detail)
    if theirs and act == Act.ISSUED:
        detail = detail | {"name": REMOVED}
    return Body(
        actor=naming.pseudonym if body.actor == naming.login else body.actor,
        about=naming.hidden(body.about),
        person=body.person,
        reason=REMOVED if theirs and body.reason else naming.hidden(body.reason),
        detail=detail,
    )


def _rename(session: Session, naming: Naming) -> None:
    session.execute(
        update(Person)
        .where(Person.id == naming.person)
        .values(login=naming.pseudonym, name=naming.pseudonymous_name, email="", sis_user_id="")
    )
