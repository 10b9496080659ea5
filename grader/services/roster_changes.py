"""What a roster file would change: who is added, stated differently, dropped."""

from dataclasses import dataclass

from grader.domain.roles import Role
from grader.services.roster_entry import RosterEntry


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
    def counts(self) -> dict[str, int]:
        """How many people are added, changed, dropped and left as they are."""
        return {
            "added": len(self.adds),
            "changed": len(self.changes),
            "dropped": len(self.drops),
            "unchanged": self.unchanged,
        }

    @property
    def changes_anything(self) -> bool:
        """Whether the roster would be another one afterwards."""
        return bool(self.adds or self.changes or self.drops)

    @property
    def mass_drop(self) -> bool:
        """Whether more than half of the active students would be dropped: likely the wrong file."""
        students = sum(drop.role is Role.STUDENT for drop in self.drops)
        return 2 * students > self.active_students
