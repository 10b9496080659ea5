"""What becomes of each text as a student is removed: their own is taken away, in others their name is hidden.

Each column that holds words or a document stands in one of these lists; a new one fails a test until it does.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import and_, delete, select, update
from sqlalchemy.orm import Session

from grader.db.models import INSERT_ONLY, Base
from grader.domain.pseudonyms import REMOVED, Naming
from grader.services.records.personal_record import said_of
from grader.services.records.personal_tables import IMPERSONAL, PERSONAL

DELETED = ("replies", "api_tokens", "sessions", "signin_links")
"""Rows that nothing rests on: what was said to a program again, and ways to sign in."""

CLEARED: Mapping[str, tuple[str, ...]] = {
    "explanations": ("text",),
    "explanation_marks": ("comment",),
    "extensions": ("reason",),
    "overrides": ("reason",),
    "late_day_corrections": ("reason",),
    "regrade_requests": ("reason",),
    "request_replies": ("words",),
    "told": ("why",),
}
"""Of the student's rows the words: theirs, and those of staff about them. All that scores stays."""

HIDDEN: Mapping[str, tuple[str, ...]] = {
    **CLEARED,
    "api_tokens": ("name",),
    "answer_keys": ("provenance",),
    "key_discards": ("reason",),
    "regrade_plans": ("scope", "content"),
    "regrade_runs": ("reason",),
    "regrade_jobs": ("reason", "message"),
    "rescore_plans": ("content",),
    "rescore_runs": ("content", "reason"),
    "rubric_items": ("words",),
}
"""Of everybody's rows the words and documents that may name the student."""

ELSEWHERE: Mapping[str, tuple[str, ...]] = {
    "people": ("login", "name", "email", "sis_user_id", "last_receipt"),
    "submissions": ("text", "idempotency_key", "receipt_sha256"),
    "replies": ("idempotency_key", "content"),
    "canvas_exports": ("content",),
    "ledger_bodies": ("actor", "about", "reason", "detail"),
}
"""What is seen to by itself: the person, the receipts, who they are in Canvas, and the ledger."""

SEALED: Mapping[str, tuple[str, ...]] = {
    **{name: columns for name, columns in IMPERSONAL.items() if name != "regrade_plans"},
    "answer_keys": ("content",),
}
"""What receipts are sealed with, or says nothing of anybody: it stays as it is."""

PLAIN = frozenset(
    (
        "about act answer_sha256 actor assignment commitment decision fingerprint items kind "
        "misconception page part prefix previous problem receipt_course receipt_sha256 role rule "
        "scopes section sha256 source state token_sha256 verdict what"
    ).split()
)
"""Columns that hold slugs, words of a fixed choice, hashes, or who of the staff acted."""

TOUCHED = sorted(
    {*DELETED, *HIDDEN, "submissions", "canvas_exports", "ledger_bodies"} & set(INSERT_ONLY)
)
"""The tables of facts that are written over."""


def take_texts(session: Session, naming: Naming) -> Counter[str]:
    """Take their words away and hide their names in those of others; gives how many rows changed by table."""
    changed: Counter[str] = Counter()
    for name in DELETED:
        personal = PERSONAL[name]
        done = session.execute(delete(_table(name)).where(personal.theirs(naming.person)))
        changed[name] += _count(done)
    for name, columns in CLEARED.items():
        for column in columns:
            changed[name] += _clear(session, name, column, naming)
    for name, columns in HIDDEN.items():
        for column in columns:
            changed[name] += _hide(session, name, column, naming)
    changed["canvas_exports"] += _leave_canvas(session, naming)
    return changed


def _clear(session: Session, name: str, column: str, naming: Naming) -> int:
    one = _table(name)
    theirs = PERSONAL[name].theirs(naming.person)
    worded = one.columns[column].not_in(("", REMOVED))
    done = session.execute(update(one).where(theirs, worded).values({column: REMOVED}))
    return _count(done)


def _hide(session: Session, name: str, column: str, naming: Naming) -> int:
    return _rewrite(session, name, column, naming.hidden_in)


def _leave_canvas(session: Session, naming: Naming) -> int:
    names = frozenset(
        each.casefold() for each in (naming.login, naming.name, naming.email, naming.sis_user_id)
    ) - {""}

    def without(content: dict[str, Any]) -> dict[str, Any]:
        theirs = list(said_of(content["students"], names))
        return content | {"students": [each for each in content["students"] if each not in theirs]}

    return _rewrite(session, "canvas_exports", "content", without)


def _rewrite(session: Session, name: str, column: str, anew: Any) -> int:  # noqa: ANN401 - of any value.
    one = _table(name)
    key = list(one.primary_key)
    changed = 0
    for *place, value in session.execute(select(*key, one.columns[column])).all():
        if (written := anew(value)) != value:
            here = and_(*(part == each for part, each in zip(key, place, strict=True)))
            session.execute(update(one).where(here).values({column: written}))
            changed += 1
    return changed


def _count(done: Any) -> int:  # noqa: ANN401 - what writing gives has no type of its own.
    return int(done.rowcount)


def _table(name: str) -> Any:  # noqa: ANN401 - a table, whose statements take more than its type says.
    return Base.metadata.tables[name]
