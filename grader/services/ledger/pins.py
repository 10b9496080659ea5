"""What the ledger pins of keys, policies and regrades: a hash of their content, and which is in force."""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db.models import (
    ActiveKey,
    ActivePolicy,
    AnswerKeyRow,
    Hold,
    LedgerBody,
    LedgerLink,
    PolicyRow,
)
from grader.domain.ledger import Act
from grader.domain.receipts import commitment

Entries = list[tuple[int, str, str, dict[str, Any]]]
"""The number, the act, what it is about, and the detail."""

_ACTS = (
    Act.KEY_PUBLISHED,
    Act.KEY_DRAFTED,
    Act.POLICY_PUBLISHED,
    Act.REGRADE,
    Act.REGRADE_UNDONE,
    Act.RESCORE,
    Act.RESCORE_UNDONE,
)
_IN_FORCE = "current"


def seal_of_row(row: AnswerKeyRow) -> str:
    """What receipts hold of a key, too: without its nonce nobody can try values against it."""
    return commitment(row.nonce, row.content)


def policy_digest(row: PolicyRow) -> str:
    """The hash of a policy's document."""
    return sha256(json.dumps(row.content, sort_keys=True).encode()).hexdigest()


def holds_digest(session: Session, plan_id: int) -> str:
    """The hash of what a regrade keeps as it was."""
    query = select(Hold.submission_id, Hold.key_id).where(Hold.plan_id == plan_id)
    rows = [list(row) for row in session.execute(query.order_by(Hold.submission_id))]
    return sha256(json.dumps(rows).encode()).hexdigest()


def pin_faults(session: Session) -> Iterator[tuple[int, str]]:
    """What does not fit, with the number of the entry that it shows at; 0 where there is none."""
    query = select(LedgerLink.number, LedgerLink.act, LedgerBody.about, LedgerBody.detail)
    rows = session.execute(
        query.join(LedgerBody, LedgerBody.number == LedgerLink.number)
        .where(LedgerLink.act.in_(_ACTS))
        .order_by(LedgerLink.number)
    )
    entries: Entries = [(number, act, about, detail) for number, act, about, detail in rows]
    yield from _keys(session, entries)
    yield from _policies(session, entries)
    yield from _holds(session, entries)


def _keys(session: Session, entries: Entries) -> Iterator[tuple[int, str]]:
    pinned, force = dict[tuple[str, int], tuple[int, str]](), dict[str, int]()
    for number, act, about, detail in entries:
        if act in {Act.KEY_PUBLISHED, Act.KEY_DRAFTED}:
            pinned[about, detail["version"]] = number, detail.get("seal", "")
        if act == Act.KEY_PUBLISHED and detail["state"] == _IN_FORCE:
            force[about] = detail["version"]
        if act in {Act.REGRADE, Act.REGRADE_UNDONE}:
            force[about] = detail["to"]
    rows = list(session.scalars(select(AnswerKeyRow).order_by(AnswerKeyRow.id)))
    there = {(row.problem, row.version): seal_of_row(row) for row in rows}
    yield from _compared("the key", pinned, there)
    pointers = select(ActiveKey.problem, AnswerKeyRow.problem, AnswerKeyRow.version).join(
        AnswerKeyRow, AnswerKeyRow.id == ActiveKey.key_id
    )
    yield from _in_force("key", force, [tuple(row) for row in session.execute(pointers)])


def _policies(session: Session, entries: Entries) -> Iterator[tuple[int, str]]:
    pinned, force = dict[tuple[str, int], tuple[int, str]](), dict[str, int]()
    for number, act, about, detail in entries:
        if act == Act.POLICY_PUBLISHED:
            pinned[about, detail["version"]] = number, detail.get("sha256", "")
            force[about] = detail["active version"]
        if act in {Act.RESCORE, Act.RESCORE_UNDONE}:
            force[about] = detail["to"]
    rows = list(session.scalars(select(PolicyRow).order_by(PolicyRow.id)))
    there = {(row.assignment, row.version): policy_digest(row) for row in rows}
    yield from _compared("the policy", pinned, there)
    pointers = select(ActivePolicy.assignment, PolicyRow.assignment, PolicyRow.version).join(
        PolicyRow, PolicyRow.id == ActivePolicy.policy_id
    )
    yield from _in_force("policy", force, [tuple(row) for row in session.execute(pointers)])


def _compared(
    what: str, pinned: dict[tuple[str, int], tuple[int, str]], there: dict[tuple[str, int], str]
) -> Iterator[tuple[int, str]]:
    for (about, version), (number, stated) in pinned.items():
        found = there.get((about, version))
        # Entries of earlier versions of this service pin no content.
        if found is None or (stated and found != stated):
            yield (
                number,
                f"is about version {version} of {what} of {about}, which was changed or removed",
            )
    for about, version in there.keys() - pinned.keys():
        yield 0, f"Version {version} of {what} of {about} stands in no entry of the ledger."


def _in_force(
    what: str, force: dict[str, int], pointers: list[tuple[Any, ...]]
) -> Iterator[tuple[int, str]]:
    there = {about: (owner, version) for about, owner, version in pointers}
    for about in sorted({*force, *there}):
        if there.get(about) != (about, force.get(about)):
            yield 0, f"Another {what} of {about} is in force than the ledger says."


def _holds(session: Session, entries: Entries) -> Iterator[tuple[int, str]]:
    newest = {
        detail["plan"]: (number, detail["holds"])
        for number, act, _, detail in entries
        if act == Act.REGRADE and "holds" in detail
    }
    for plan, (number, stated) in newest.items():
        if holds_digest(session, plan) != stated:
            yield number, "is about a regrade of which what it keeps was changed"
