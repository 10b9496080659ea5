"""Keys, policies and worked solutions as JSON documents and back; keys and policies are read once."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from pydantic import TypeAdapter
from sqlalchemy import Connection, Engine, Pool, event, select
from sqlalchemy.orm import Session

from grader.db.models import AnswerKeyRow, PolicyRow, Variant
from grader.domain.grading import AnswerKey
from grader.domain.policy import Policy
from grader.domain.worked import Worked

T = TypeVar("T")

_KEY = TypeAdapter(AnswerKey)
_POLICY = TypeAdapter(Policy)
_WORKED = TypeAdapter(Worked)
# A database's engines differ in how they begin, and share their pool.
_read: WeakKeyDictionary[Pool, dict[tuple[str, int], Any]] = WeakKeyDictionary()


def key_document(key: AnswerKey) -> dict[str, Any]:
    """The key as JSON; numbers are strings at full precision."""
    document: dict[str, Any] = _KEY.dump_python(key, mode="json")
    return document


def policy_document(policy: Policy) -> dict[str, Any]:
    """The policy as JSON; instants are in UTC, points are strings."""
    document: dict[str, Any] = _POLICY.dump_python(policy, mode="json")
    # JSON objects of the database have no order of their own, but parts do.
    document["points"] = list(document["points"].items())
    return document


def key_from(document: dict[str, Any]) -> AnswerKey:
    """Read a stored key."""
    # Strictly, so that a parameter that was written as a decimal is not read as a whole number.
    return _KEY.validate_json(json.dumps(document), strict=True)


def policy_from(document: dict[str, Any]) -> Policy:
    """Read a stored policy."""
    ordered = {**document, "points": dict(document["points"])}
    policy = _POLICY.validate_json(json.dumps(ordered), strict=True)
    # Python's own UTC, as the moments of submissions have it: a class's scores compare thousands of them, and
    # two that share their zone are compared several times as fast.
    return replace(
        policy, opens=_utc(policy.opens), due=_utc(policy.due), closes=_utc(policy.closes)
    )


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)


def worked_document(worked: Worked) -> dict[str, Any]:
    """The worked solution as JSON; its numbers stay numbers, as nothing is decided by them."""
    document: dict[str, Any] = _WORKED.dump_python(worked, mode="json")
    return document


def worked_from(document: dict[str, Any]) -> Worked:
    """Read a stored worked solution."""
    return _WORKED.validate_json(json.dumps(document), strict=True)


def load_key(session: Session | Connection, key_id: int) -> AnswerKey:
    """The key with this id."""
    return _once(session, AnswerKeyRow, key_id, key_from)


def variant_key(session: Session, variant_id: int) -> AnswerKey:
    """The key of the practice variant with this id."""
    return _once(session, Variant, variant_id, key_from)


def load_policy(session: Session | Connection, policy_id: int) -> Policy:
    """The policy with this id."""
    return _once(session, PolicyRow, policy_id, policy_from)


def read_once(
    session: Session | Connection, name: tuple[str, int], read: Callable[[Connection], T]
) -> T:
    """What is made of rows of facts, which never change: read once a process and database."""
    connection = session.connection() if isinstance(session, Session) else session
    known = _read.setdefault(connection.engine.pool, {})
    if name not in known:
        known[name] = read(connection)
    value: T = known[name]
    return value


def _once(
    session: Session | Connection,
    model: type[AnswerKeyRow | PolicyRow | Variant],
    row_id: int,
    parse: Callable[[dict[str, Any]], T],
) -> T:
    def read(connection: Connection) -> T:
        return parse(
            connection.execute(select(model.content).where(model.id == row_id)).scalar_one()
        )

    return read_once(session, (model.__tablename__, row_id), read)


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    # A row that was read here may never have been committed, and SQLite gives its id to another one.
    forget(session.get_bind().engine)


def forget(engine: Engine) -> None:
    """Read anew what was read of this database, as after another one was put in its place."""
    _read.pop(engine.pool, None)
