"""How a course stands, in figures that are about nobody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CourseFigures:
    """Figures of a moment; ``keys`` counts the problems by the state of their key."""

    ledger_entries: int
    requests_waiting: int
    regrades_running: int
    waiting_for_locks: int
    newest_answer: datetime | None
    keys: Mapping[str, int]
