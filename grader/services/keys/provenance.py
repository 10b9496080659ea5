"""Where keys come from: what went into a computed one, and which earlier keys a drafted one builds on."""

import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from grader.db.models import AnswerKeyRow, KeyVerification
from grader.services.keys.documents import read_once

EDIT = ("based_on", "edit", "reason", "actor", "carries")
"""What the provenance of a key says beside what it was computed from: what staff edited on the way to it."""


def fingerprint(provenance: Mapping[str, Any]) -> str:
    """The sha256 of what went into a key; package versions and edits are told but do not make it stale."""
    inputs = {name: value for name, value in inherited(provenance).items() if name != "packages"}
    return sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


def inherited(provenance: Mapping[str, Any]) -> dict[str, Any]:
    """What a key that is drafted on top of this one takes over: all but the edit."""
    return {name: value for name, value in provenance.items() if name not in EDIT}


def verified(session: Session, row: AnswerKeyRow) -> list[dict[str, Any]]:
    """Every provenance that is known to give this key, edits of staff apart; the newest last."""
    line = lineage(session, row.id)
    rows = {
        key.id: key
        for key in session.scalars(select(AnswerKeyRow).where(AnswerKeyRow.id.in_(line)))
    }
    later = session.execute(
        select(KeyVerification.key_id, KeyVerification.provenance)
        .where(KeyVerification.key_id.in_(line))
        .order_by(KeyVerification.id)
    ).all()
    return [
        inherited(known)
        for key_id in reversed(line)
        for known in (rows[key_id].provenance, *(p for of, p in later if of == key_id))
    ]


def edits_in(provenances: Mapping[int, Mapping[str, Any]], version: int) -> AbstractSet[int]:
    """The drafted versions whose edits are in this version of a problem's key.

    They are those that it builds on, and those that the computed key below them ``carries``.
    """
    found = set[int]()
    while "based_on" in provenances[version]:
        found.add(version)
        version = provenances[version]["based_on"]
    return found | set(provenances[version].get("carries", ()))


def lineage(session: Session | Connection, key_id: int) -> tuple[int, ...]:
    """A key and those that it builds on, up to the one that was computed."""
    return read_once(session, ("lineage", key_id), lambda reading: _lineage(reading, key_id))


def _lineage(connection: Connection, key_id: int) -> tuple[int, ...]:
    columns = AnswerKeyRow.id, AnswerKeyRow.problem, AnswerKeyRow.provenance
    row = connection.execute(select(*columns).where(AnswerKeyRow.id == key_id)).one()
    line = [row.id]
    while "based_on" in row.provenance:
        earlier = AnswerKeyRow.version == row.provenance["based_on"]
        query = select(*columns).where(AnswerKeyRow.problem == row.problem, earlier)
        row = connection.execute(query).one()
        line.append(row.id)
    return tuple(line)
