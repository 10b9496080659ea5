"""Watches what requests and commands commit: what staff decide stands in the ledger, in that transaction.

Every request of a test's client and every command at a test's desk is watched, so whatever a test
of the suite does is held to it.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event

DECISIONS = {
    "active_keys",
    "active_policies",
    "answer_keys",
    "api_tokens",
    "canvas_exports",
    "data_blobs",
    "explanation_marks",
    "extensions",
    "key_discards",
    "late_day_corrections",
    "mark_releases",
    "overrides",
    "people",
    "policies",
    "regrade_runs",
    "request_replies",
    "rescore_runs",
    "rubric_items",
    "solution_pages",
    "solution_releases",
    "variants",
}
"""What only acts of staff or operators change."""

OTHERS = {
    "draws": "students practise",
    "explanations": "students write; receipts and versions of their own",
    "grades": "come with answers, or in steps before a regrade counts, which its run records",
    "holds": "count only with the run that records them",
    "key_checks": "what was found by looking; decides nothing",
    "key_verifications": "as above",
    "ledger": "itself",
    "ledger_bodies": "itself",
    "record_looks": "staff read; the student is told of it",
    "regrade_jobs": "how far a run has come",
    "regrade_plans": "a plan changes nothing",
    "regrade_ranges": "how far a run has come",
    "regrade_requests": "students ask",
    "replies": "what students were told",
    "rescore_plans": "a plan changes nothing",
    "sessions": "signing in",
    "signin_links": "asked for at the sign-in page; by hand, handed_links records them",
    "submissions": "students answer; receipts chain them",
    "told": "how far the letters have come; that they are sent is recorded first",
}
"""What may change without an entry, and why."""

# The chain of a student's receipts moves on with each answer, and tokens note when they were used.
_NO_DECISION = re.compile(
    r"UPDATE people SET (receipts|last_receipt)\b|UPDATE api_tokens SET last_used_at\b"
)
_WRITES = re.compile(r'\b(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)')
_KEY = "written by this transaction"
_LOCK = threading.Lock()
_watched: list[list[str]] = []


@contextmanager
def held_to_the_ledger() -> Iterator[None]:
    """Fail if a transaction that ends meanwhile changed what staff decide, and added no entry."""
    found: list[str] = []
    with _LOCK:
        _listen()
        _watched.append(found)
    try:
        yield
    finally:
        with _LOCK:
            _watched[:] = [each for each in _watched if each is not found]
    assert not found, f"these were changed without an entry in the ledger: {found}"


@contextmanager
def by_the_test_itself() -> Iterator[None]:
    """For rows that a test writes by itself while a request is answered."""
    with _LOCK:
        before, _watched[:] = list(_watched), []
    try:
        yield
    finally:
        with _LOCK:
            _watched[:] = before


def written(statement: str) -> set[str]:
    """The tables of decisions that a statement changes, and the ledger if it adds to that."""
    rest = _NO_DECISION.sub("", statement)
    return set(_WRITES.findall(rest)) & (DECISIONS | {"ledger"})


def _listen() -> None:
    if not event.contains(Engine, "commit", _committed):
        event.listen(Engine, "before_cursor_execute", _sent)
        event.listen(Engine, "commit", _committed)
        event.listen(Engine, "rollback", _forgotten)


def _sent(*arguments: Any) -> None:
    if _watched:
        tables = written(arguments[2])
        if tables:
            arguments[0].info.setdefault(_KEY, set()).update(tables)


def _committed(connection: Connection) -> None:
    tables = connection.info.pop(_KEY, set())
    if tables and "ledger" not in tables:
        for found in _watched:
            found.extend(sorted(tables))


def _forgotten(connection: Connection) -> None:
    if not connection.invalidated:  # Else there is nothing left that could remember.
        connection.info.pop(_KEY, None)
