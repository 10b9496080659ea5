"""Which answers a regrade moves, and whether it may take points away."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Rule(StrEnum):
    """What a regrade does with answers that were right and would no longer be."""

    ANY_CHANGE = "any_change"
    NEVER_LOWER = "never_lower"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which answers to a problem a regrade moves; where nothing is named, all of them.

    ``parts`` are slugs, ``students`` logins. ``since`` is included, ``until`` is not. Answers that an earlier
    regrade kept under an earlier key stay there, unless ``held`` says that they move too.
    """

    parts: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    students: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    held: bool = False

    @property
    def whole(self) -> bool:
        """Whether every answer is in it that no earlier regrade keeps."""
        return not (self.parts or self.sections or self.students or self.since or self.until)

    def document(self) -> dict[str, Any]:
        """What is named, as JSON."""
        told = {name: value for name, value in asdict(self).items() if value}
        return {
            name: value.isoformat()
            if isinstance(value, datetime)
            else list(value)
            if isinstance(value, tuple)
            else value
            for name, value in told.items()
        }

    def words(self) -> str:
        """What is named, in words; '' where it is everything."""
        limits = (
            _listed("part", [f"({part.rpartition('/')[2]})" for part in self.parts]),
            _listed("section", self.sections),
            _listed("student", self.students),
            f"answers from {self.since:%Y-%m-%d %H:%M} UTC on" if self.since else "",
            f"answers before {self.until:%Y-%m-%d %H:%M} UTC" if self.until else "",
        )
        told = "; ".join(filter(None, limits))
        held = "also what earlier regrades kept" if self.held else ""
        return "; ".join(filter(None, (told and f"only {told}", held)))


EVERYTHING = Scope()


def scope_from(document: Mapping[str, Any]) -> Scope:
    """Read a stored scope."""
    since, until = (
        datetime.fromisoformat(document[name]) if name in document else None
        for name in ("since", "until")
    )
    parts, sections, students = (
        tuple(document.get(name, ())) for name in ("parts", "sections", "students")
    )
    return Scope(parts, sections, students, since, until, document.get("held", False))


def _listed(what: str, names: "tuple[str, ...] | list[str]") -> str:
    return f"{what}{'s' * (len(names) > 1)} {', '.join(names)}" if names else ""
