"""What a roster file would change: who is added, stated differently, dropped."""

from dataclasses import asdict, dataclass
from hashlib import sha256

from grader.domain.errors import NotAllowed
from grader.domain.receipts import canonical_json
from grader.domain.roles import Role
from grader.services.roster.entry import RosterEntry


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
    def digest(self) -> str:
        """Names these very changes: of another file, or of another roster, it is another one."""
        shown = {
            "adds": [asdict(each) for each in self.adds],
            "changes": [asdict(each) for each in self.changes],
            "drops": [asdict(each) for each in self.drops],
        }
        return sha256(canonical_json(shown)).hexdigest()

    @property
    def mass_drop(self) -> bool:
        """Whether more than half of the active students would be dropped: likely the wrong file."""
        students = sum(drop.role is Role.STUDENT for drop in self.drops)
        return 2 * students > self.active_students


def check_own_seat(plan: RosterPlan, person_id: int) -> None:
    """Nobody locks themselves out, or gives themselves another role, by a file that they upload.

    Raises:
        NotAllowed: the plan drops this person, or changes their role.
    """
    dropped = person_id in {drop.person_id for drop in plan.drops}
    changed = {
        field.field
        for change in plan.changes
        if change.person_id == person_id
        for field in change.fields
    }
    if dropped or "role" in changed:
        raise NotAllowed(
            "This file would drop you or change your role. Add yourself to it as you are, or let "
            "somebody else upload it."
        )
