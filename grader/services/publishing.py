"""Publishing answer keys: solve, compare, store the next version with its provenance.

Only the CLI comes here: this is the sole service that runs reference solutions.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from grader.content.catalog import Catalog, digest
from grader.content.solutions import package_versions, solution_sha256, solve
from grader.db import queries
from grader.db.models import (
    ActiveKey,
    AnswerKeyRow,
    DataBlob,
    KeyCheck,
    KeyVerification,
    Submission,
)
from grader.domain.grading import AnswerKey, PartKey, same_key
from grader.domain.problem import Problem
from grader.services.documents import key_document, key_from


@dataclass(frozen=True, slots=True)
class Draft:
    """A freshly computed key, what it was computed from, and the bytes of the data it pins."""

    key: AnswerKey
    provenance: dict[str, Any]
    data: Mapping[str, bytes]

    @property
    def fingerprint(self) -> str:
        """Names everything that went in; equal fingerprints need no second run."""
        return fingerprint(self.provenance)


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing did: a new version, or none because the newest key already says the same.

    ``active`` tells whether that version grades now; if not, a regrade has to be applied first.
    """

    problem: str
    version: int
    created: bool
    active: bool
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """Whether a problem's newest key still belongs to its files; ``reasons`` say why not."""

    problem: str
    version: int | None
    active_version: int | None
    state: str
    reasons: tuple[str, ...]


def draft_key(catalog: Catalog, problem: Problem) -> Draft:
    """Solve a problem on its newest data; needs no database.

    Raises:
        ContentError: a data file is missing.
        SolutionError: the reference solution fails.
    """
    data = catalog.data(problem)
    solved = solve(problem, data)
    key = AnswerKey(
        problem=problem.slug,
        parts={
            part.slug: PartKey(expected=solved.values[part.slug], tolerance=part.tolerance)
            for part in problem.parts
        },
        parameters=problem.parameters,
        data={name: digest(content) for name, content in data.items()},
    )
    return Draft(key, {**_inputs(problem, data), "packages": package_versions()}, data)


def publish(session: Session, *, catalog: Catalog, problem: Problem, now: datetime) -> Published:
    """Store the next version of a problem's key, unless the newest already says the same.

    The staff's accepted values are carried forward where the part still exists; ``dropped`` names those
    that are not. A key is active at once while its problem has no submissions.
    """
    draft = draft_key(catalog, problem)
    pointer = session.get(ActiveKey, problem.slug, with_for_update=True, populate_existing=True)
    newest = session.execute(queries.newest_key(problem.slug)).scalar_one_or_none()
    dropped: tuple[str, ...] = ()
    if newest is not None:
        key, dropped = _carry_forward(key_from(newest.content), draft.key)
        draft = replace(draft, key=key)
        if same_key(key_from(newest.content), draft.key):
            _verify(session, newest, draft, now)
            active = pointer is not None and pointer.key_id == newest.id
            _record_check(session, problem.slug, _settled(active=active), (), now)
            return Published(problem.slug, newest.version, created=False, active=active)
    row = _store(session, draft, (newest.version if newest else 0) + 1, now)
    active = _activate_if_unused(session, pointer, row)
    _record_check(session, problem.slug, _settled(active=active), (), now)
    return Published(problem.slug, row.version, created=True, active=active, dropped=dropped)


def key_status(session: Session, *, catalog: Catalog, problem: Problem, now: datetime) -> KeyStatus:
    """Compare a problem's files with its newest key, and record the finding for the web to show."""
    newest = session.execute(queries.newest_key(problem.slug)).scalar_one_or_none()
    if newest is None:
        return KeyStatus(problem.slug, None, None, "missing", ("no key is published",))
    active = session.execute(
        select(AnswerKeyRow.version)
        .join(ActiveKey, ActiveKey.key_id == AnswerKeyRow.id)
        .where(ActiveKey.problem == problem.slug)
    ).scalar_one_or_none()
    inputs = _inputs(problem, catalog.data(problem))
    known = _verified(session, newest)
    if any(fingerprint(provenance) == fingerprint(inputs) for provenance in known):
        reasons: tuple[str, ...] = ()
    else:
        reasons = tuple(_differences(known[-1], inputs))
    state = "stale" if reasons else _settled(active=active == newest.version)
    _record_check(session, problem.slug, state, reasons, now)
    return KeyStatus(problem.slug, newest.version, active, state, reasons)


def fingerprint(provenance: Mapping[str, Any]) -> str:
    """The sha256 of what went into a key; package versions are told but do not make it stale."""
    inputs = {name: value for name, value in provenance.items() if name != "packages"}
    return sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


def _settled(*, active: bool) -> str:
    """The state of a key that belongs to its files: it grades, or waits for a regrade."""
    return "current" if active else "inactive"


def _inputs(problem: Problem, data: Mapping[str, bytes]) -> dict[str, Any]:
    return {
        "data": {name: digest(content) for name, content in data.items()},
        "solution": solution_sha256(problem),
        "parameters": {name: _text(value) for name, value in problem.parameters.items()},
        "tolerances": {part.slug: str(part.tolerance) for part in problem.parts},
    }


def _text(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _carry_forward(old: AnswerKey, new: AnswerKey) -> tuple[AnswerKey, tuple[str, ...]]:
    parts = {
        slug: replace(part, accepted=old.parts[slug].accepted) if slug in old.parts else part
        for slug, part in new.parts.items()
    }
    dropped = tuple(
        f"accepted value {value} of {slug}: the part is gone"
        for slug, part in old.parts.items()
        if slug not in new.parts
        for value in part.accepted
    )
    return replace(new, parts=parts), dropped


def _store(session: Session, draft: Draft, version: int, now: datetime) -> AnswerKeyRow:
    for content in draft.data.values():
        if session.get(DataBlob, digest(content)) is None:
            session.add(DataBlob(sha256=digest(content), content=content))
            session.flush()
    row = AnswerKeyRow(
        problem=draft.key.problem,
        version=version,
        content=key_document(draft.key),
        provenance=draft.provenance,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def _activate_if_unused(session: Session, pointer: ActiveKey | None, row: AnswerKeyRow) -> bool:
    if pointer is None:
        session.add(ActiveKey(problem=row.problem, key_id=row.id))
        return True
    used = session.execute(select(exists().where(Submission.problem == row.problem))).scalar()
    if not used:
        pointer.key_id = row.id
    return not used


def _verify(session: Session, newest: AnswerKeyRow, draft: Draft, now: datetime) -> None:
    known = _verified(session, newest)
    if any(fingerprint(provenance) == draft.fingerprint for provenance in known):
        return
    session.add(
        KeyVerification(
            key_id=newest.id,
            fingerprint=draft.fingerprint,
            provenance=draft.provenance,
            created_at=now,
        )
    )


def _verified(session: Session, row: AnswerKeyRow) -> list[dict[str, Any]]:
    later = session.scalars(
        select(KeyVerification.provenance)
        .where(KeyVerification.key_id == row.id)
        .order_by(KeyVerification.id)
    )
    return [row.provenance, *later]


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    reasons = []
    if old["solution"] != new["solution"]:
        reasons.append("the reference solution's source changed")
    for what, names in (("data", "data file"), ("parameters", "parameter"), ("tolerances", "part")):
        for name in sorted(old[what].keys() | new[what].keys()):
            before, after = old[what].get(name), new[what].get(name)
            if before != after:
                change = "is new" if before is None else "is gone" if after is None else "changed"
                subject = (
                    "tolerance of part"
                    if what == "tolerances" and None not in (before, after)
                    else names
                )
                reasons.append(f"{subject} {name} {change}")
    return reasons


def _record_check(  # noqa: PLR0917 - each is one column of the row.
    session: Session, problem: str, state: str, reasons: tuple[str, ...], now: datetime
) -> None:
    session.merge(
        KeyCheck(problem=problem, state=state, reasons={"reasons": list(reasons)}, checked_at=now)
    )
