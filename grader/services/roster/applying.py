"""Making a plan of the roster true, as a whole or not at all.

A person is never deleted: a drop makes the row inactive, which ends sign-in and tokens at once and keeps
all work; being listed again makes it active.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from grader.db.models import Person
from grader.db.turns import wait_for_turn
from grader.domain.errors import ImportRefused, StalePlan
from grader.domain.ledger import Act
from grader.domain.roles import Role
from grader.services.ledger.ledger import record
from grader.services.roster.changes import RosterPlan
from grader.services.roster.entry import STATED, RosterEntry
from grader.services.roster.planning import plan_roster


def apply_roster(
    session: Session,
    *,
    plan: RosterPlan,
    actor: str,
    now: datetime,
    allow_mass_drop: bool = False,
) -> int | None:
    """Make a plan true, exactly as it was shown; gives the number of its entry in the ledger, if it has one.

    Raises:
        ImportRefused: it drops more than half of the active students, and that was not allowed.
        StalePlan: the roster changed since the plan was made.
    """
    if plan.mass_drop and not allow_mass_drop:
        raise ImportRefused(
            f"The roster would drop more than half of the {plan.active_students} active students, so "
            "nothing was changed. Is it the whole course? If so, allow the mass drop."
        )
    # Two imports at once would both find the same people new. Submissions don't wait for this.
    wait_for_turn(session, "changing the roster")
    if plan_roster(session, plan.entries, drop_missing=plan.drop_missing) != plan:
        raise StalePlan("The roster changed since this was planned. Please look at a new plan.")
    added = [_columns(entry) for entry in plan.adds]
    changed: list[dict[str, Any]] = [
        {"id": change.person_id} | {field.field: field.new for field in change.fields}
        for change in plan.changes
    ]
    changed += [{"id": drop.person_id, "active": False} for drop in plan.drops]
    if added:
        session.execute(insert(Person), added)
    if changed:
        session.execute(update(Person), changed)
    if not plan.changes_anything:
        return None
    return record(
        session,
        act=Act.ROSTER,
        actor=actor,
        about="roster",
        reason="A roster file was imported.",
        now=now,
        detail=plan.counts,
    )


def _columns(entry: RosterEntry) -> dict[str, Any]:
    stated = {name: getattr(entry, name) or "" for name in STATED}
    return stated | {
        "login": entry.login,
        "role": entry.role or Role.STUDENT,
        "active": True,
    }
