"""What a class's answers came to, remembered from one page to the next until somebody answers again.

A student's receipts are a chain: the SHA-256 of the newest commits to every answer before it (decision 10).
Under the same keys and regrades the same answers always come to the same, so that what was worked out once is
known by that hash, and can't be out of date. Whoever answered since is read again.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Pool, Select, select

from grader.db.models import ActiveKey, AnswerKeyRow, Person, RegradePlan, RegradeRun
from grader.db.session import sees_one_state
from grader.domain.scoring import PartRecord

Records = Mapping[int, Mapping[str, PartRecord]]
"""By person and part: what scoring needs."""
Read = Callable[[Collection[int] | None], Records]
"""Reads the records of these people, or of everybody."""
Known = dict[int, tuple[str | None, Mapping[str, PartRecord]]]
"""By person the newest receipt's hash, and what the answers up to it came to."""

FEW = 300
"""Up to so many people are read by id; for more everybody is, which is as quick."""

# By database, which a pool is of, and assignment: under which state what is known.
_memory: WeakKeyDictionary[Pool, dict[str, tuple[Any, Known]]] = WeakKeyDictionary()


def remembered(
    connection: Connection,
    assignment: str,
    *,
    problems: Collection[str],
    parts: Collection[str],
    among: Collection[int] | None,
    read: Read,
) -> Records:
    """The records of a class, or of those ``among`` it; only what is not known is ``read``."""
    if not sees_one_state(connection):
        # A key could become another one between two statements, and records be known by the wrong one.
        return read(among)
    known = _known(connection, assignment, problems, parts)
    found: dict[int, Mapping[str, PartRecord]] = {}
    missing: dict[int, str | None] = {}
    for person, newest in connection.execute(_newest(among)).all():
        receipt, records = known.get(person, ("", {}))
        if receipt == newest:
            found[person] = records
        else:
            missing[person] = newest
    if missing:
        fresh = read(missing if len(missing) <= FEW else None)
        for person, newest in missing.items():
            found[person] = fresh.get(person, {})
            known[person] = (newest, found[person])
    return {person: records for person, records in found.items() if records}


def _known(
    connection: Connection, assignment: str, problems: Collection[str], parts: Collection[str]
) -> Known:
    """What is known for these parts under the keys that are active now, and the regrades that may hold some.

    A key is told by its secret number too, and a run by its moment: after a restore ids are given again.
    """
    keys = (
        select(AnswerKeyRow.problem, AnswerKeyRow.nonce)
        .join(ActiveKey, ActiveKey.key_id == AnswerKeyRow.id)
        .where(ActiveKey.problem.in_(problems))
    )
    runs = (
        select(RegradeRun.id, RegradeRun.plan_id, RegradeRun.undoes_id, RegradeRun.created_at)
        .join(RegradePlan, RegradePlan.id == RegradeRun.plan_id)
        .where(RegradePlan.problem.in_(problems))
    )
    rows = [frozenset(map(tuple, connection.execute(query))) for query in (keys, runs)]
    under = frozenset(parts), *rows
    of_database = _memory.setdefault(connection.engine.pool, {})
    # Looked up once: a thread that sees another state may put its own in this place at any time.
    found = of_database.get(assignment)
    if found is None or found[0] != under:
        found = of_database[assignment] = (under, {})
    return found[1]


def _newest(among: Collection[int] | None) -> Select[int, str | None]:
    """Each person with the hash of their newest receipt."""
    query = select(Person.id, Person.last_receipt)
    return query if among is None else query.where(Person.id.in_(among))
