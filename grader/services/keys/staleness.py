"""Whether a problem's newest key still belongs to its files, recorded for the web to show."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.content.catalog import Catalog
from grader.db import queries
from grader.db.models import ActiveKey, AnswerKeyRow
from grader.domain.problem import Problem
from grader.services.keys.drafting import key_inputs
from grader.services.keys.provenance import fingerprint, verified
from grader.services.keys.published import record_check


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """Whether a problem's newest key still belongs to its files; ``reasons`` say why not."""

    problem: str
    version: int | None
    active_version: int | None
    state: str
    reasons: tuple[str, ...]


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
    inputs = key_inputs(problem, catalog.data(problem))
    known = verified(session, newest)
    if any(fingerprint(provenance) == fingerprint(inputs) for provenance in known):
        reasons: tuple[str, ...] = ()
    else:
        reasons = tuple(_differences(known[-1], inputs))
    state = "stale" if reasons else settled(active=active == newest.version)
    record_check(session, problem.slug, state, reasons, now)
    return KeyStatus(problem.slug, newest.version, active, state, reasons)


def settled(*, active: bool) -> str:
    """The state of a key that belongs to its files: it grades, or waits for a regrade."""
    return "current" if active else "inactive"


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
