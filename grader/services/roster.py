"""The roster: what a file would change, shown first, then done as a whole or not at all.

A person is never deleted: a drop makes the row inactive, which ends sign-in and tokens at once and keeps
all work; being listed again makes it active.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, insert, select, text, update
from sqlalchemy.orm import Session

from grader.db.models import Person
from grader.domain.errors import ImportRefused, StalePlan
from grader.domain.logins import fold
from grader.domain.roles import Role
from grader.services.roster_entry import RosterEntry
from grader.services.rosterfile import MOST_PROBLEMS

_FIELDS = ("name", "email", "sis_user_id", "section", "role")
_UNIQUE = {"email": "e-mail address", "sis_user_id": "SIS user ID"}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One column of one person; ``active`` is the only one that is no text."""

    field: str
    old: str | bool
    new: str | bool


@dataclass(frozen=True, slots=True)
class RosterChange:
    """Someone known whom the file states differently, or who comes back."""

    person_id: int
    login: str
    name: str
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class RosterDrop:
    """Someone active whom the file no longer lists."""

    person_id: int
    login: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class RosterPlan:
    """What a roster file would change. ``entries`` and ``drop_missing`` are what it was made from."""

    adds: tuple[RosterEntry, ...]
    changes: tuple[RosterChange, ...]
    drops: tuple[RosterDrop, ...]
    unchanged: int
    active_students: int
    entries: tuple[RosterEntry, ...]
    drop_missing: bool

    @property
    def mass_drop(self) -> bool:
        """Whether more than half of the active students would be dropped: likely the wrong file."""
        students = sum(drop.role is Role.STUDENT for drop in self.drops)
        return 2 * students > self.active_students


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
            *(getattr(Person, name) for name in _FIELDS),
        ).order_by(Person.login)
    ).all()
    known = {fold(person.login): person for person in people}
    listed = {entry.login for entry in entries}
    covered = {entry.role or Role.STUDENT for entry in entries} if drop_missing else set()
    missing = [person for login, person in known.items() if login not in listed and person.active]
    drops = [person for person in missing if person.role in covered]
    _check_clashes(entries, known, [person for person in missing if person.role not in covered])
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


def apply_roster(session: Session, *, plan: RosterPlan, allow_mass_drop: bool = False) -> None:
    """Make a plan true, exactly as it was shown.

    Raises:
        ImportRefused: it drops more than half of the active students, and that was not allowed.
        StalePlan: the roster changed since the plan was made.
    """
    if plan.mass_drop and not allow_mass_drop:
        raise ImportRefused(
            f"The roster would drop more than half of the {plan.active_students} active students, so "
            "nothing was changed. Is it the whole course? If so, allow the mass drop."
        )
    if session.get_bind().dialect.name != "sqlite":
        # Two imports at once would both find the same people new. Submissions don't wait for this.
        session.execute(text("LOCK TABLE people IN SHARE ROW EXCLUSIVE MODE"))
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


def _differences(person: Row[*tuple[Any, ...]], entry: RosterEntry) -> tuple[FieldChange, ...]:
    pairs = [(name, getattr(person, name), getattr(entry, name)) for name in _FIELDS]
    pairs.append(("active", person.active, True))
    return tuple(
        FieldChange(name, old, new) for name, old, new in pairs if new is not None and new != old
    )


def _columns(entry: RosterEntry) -> dict[str, Any]:
    stated = {name: getattr(entry, name) or "" for name in _FIELDS}
    return stated | {
        "login": entry.login,
        "role": entry.role or Role.STUDENT,
        "active": True,
    }


def _check_clashes(
    entries: Iterable[RosterEntry],
    known: dict[str, Row[*tuple[Any, ...]]],
    staying: Iterable[Row[Any]],
) -> None:
    """Refuse what would make two active people share an address or a SIS user ID.

    An address stands for one person when it is used to sign in, as the id does in other tools' files.
    """
    staying = list(staying)
    problems: list[str] = []
    for name, title in _UNIQUE.items():
        owners = {fold(getattr(person, name)): person.login for person in staying}
        for entry in entries:
            stated = getattr(entry, name)
            if stated is None and entry.login in known:
                stated = getattr(known[entry.login], name)
            owner = owners.setdefault(fold(stated), entry.login) if stated else entry.login
            if owner != entry.login:
                problems.append(f"row {entry.row}: the {title} {stated!r} is that of {owner}")
    if problems:
        raise ImportRefused(
            "The roster clashes with people whom we know, so nothing of it was taken.",
            problems=tuple(problems[:MOST_PROBLEMS]),
        )
