"""Planning a roster: what a file would change, to be shown before it is done."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from grader.db.models import Person
from grader.domain.logins import fold
from grader.domain.roles import Role
from grader.services.roster.changes import FieldChange, RosterChange, RosterDrop, RosterPlan
from grader.services.roster.clashes import check_clashes
from grader.services.roster.entry import STATED, RosterEntry


def plan_roster(
    session: Session, entries: Sequence[RosterEntry], *, drop_missing: bool = True
) -> RosterPlan:
    """Compare a file with the people we know; changes nothing.

    Who is missing is dropped only if the file speaks of such people: a file without a Role column is a
    list of students, and one with it speaks of the roles that appear in it. So a list of students never
    drops the staff. Without a Role column, people whom we know keep their role.

    Raises:
        ImportRefused: an address or a SIS user ID of the file is another active person's.
    """
    people = session.execute(
        select(
            Person.id,
            Person.login,
            Person.active,
            *(getattr(Person, name) for name in STATED),
        ).order_by(Person.login)
    ).all()
    known = {fold(person.login): person for person in people}
    listed = {entry.login for entry in entries}
    covered = {entry.role or Role.STUDENT for entry in entries} if drop_missing else set()
    missing = [person for login, person in known.items() if login not in listed and person.active]
    drops = [person for person in missing if person.role in covered]
    check_clashes(entries, known, [person for person in missing if person.role not in covered])
    changes = [
        RosterChange(known[entry.login].id, entry.login, entry.name, fields)
        for entry in entries
        if entry.login in known and (fields := _differences(known[entry.login], entry))
    ]
    adds = tuple(entry for entry in entries if entry.login not in known)
    return RosterPlan(
        adds=adds,
        changes=tuple(changes),
        drops=tuple(RosterDrop(row.id, row.login, row.name, Role(row.role)) for row in drops),
        unchanged=len(entries) - len(adds) - len(changes),
        active_students=sum(row.active and row.role == Role.STUDENT for row in people),
        entries=tuple(entries),
        drop_missing=drop_missing,
    )


def _differences(person: Row[*tuple[Any, ...]], entry: RosterEntry) -> tuple[FieldChange, ...]:
    pairs = [(name, getattr(person, name), getattr(entry, name)) for name in STATED]
    pairs.append(("active", person.active, True))
    return tuple(
        FieldChange(name, old, new) for name, old, new in pairs if new is not None and new != old
    )
