"""What teaching assistants and instructors may do: the one table of it.

Everybody on the staff reads everything of the class. Nobody may decide about their own work, whatever their
role: ``check_not_own`` is asked where a decision concerns one person.
"""

from collections.abc import Mapping
from enum import StrEnum

from grader.domain.errors import NotAllowed
from grader.domain.roles import Role


class Power(StrEnum):
    """Something that staff may do, in the words that refusals and documents use."""

    OVERRIDE = "override a score"
    EXTEND = "grant an extension"
    EXCUSE = "excuse a student"
    MARK = "mark explanations"
    ANSWER = "answer regrade requests"
    DRAFT = "draft an answer key"
    REGRADE = "apply or undo a regrade"
    EXPORT = "export grades"
    LATE_DAYS = "correct late days"
    RELEASE = "release marks and solutions"
    IMPORT = "import overrides"
    ROSTER = "change the roster"
    TOKENS = "revoke other people's tokens"
    SIGNIN = "make sign-in links for students"


_BOTH = frozenset({Role.TA, Role.INSTRUCTOR})
_INSTRUCTOR = frozenset({Role.INSTRUCTOR})

POWERS: Mapping[Power, frozenset[Role]] = {
    Power.OVERRIDE: _BOTH,
    Power.EXTEND: _BOTH,
    Power.EXCUSE: _BOTH,
    Power.MARK: _BOTH,
    Power.ANSWER: _BOTH,
    Power.DRAFT: _BOTH,
    Power.REGRADE: _BOTH,
    Power.EXPORT: _BOTH,
    Power.LATE_DAYS: _INSTRUCTOR,
    Power.RELEASE: _INSTRUCTOR,
    Power.IMPORT: _INSTRUCTOR,
    Power.ROSTER: _INSTRUCTOR,
    Power.TOKENS: _INSTRUCTOR,
    Power.SIGNIN: _INSTRUCTOR,
}


def has_power(role: Role, power: Power) -> bool:
    """Whether a role has this power; a page offers only what its reader may do."""
    return role in POWERS[power]


def check_power(role: Role, power: Power) -> None:
    """Let those through whose role has this power.

    Raises:
        NotAllowed: it has not.
    """
    if has_power(role, power):
        return
    who = " and ".join(f"{each}s" for each in sorted(POWERS[power]))
    raise NotAllowed(f"Only {who} may {power}.")


def check_not_own(person_id: int | None, student_id: int) -> None:
    """Nobody decides about themselves; ``person_id`` is who decides, None for an operator.

    Raises:
        NotAllowed: it is their own work.
    """
    if person_id == student_id:
        raise NotAllowed("This is your own work: somebody else has to decide about it.")
