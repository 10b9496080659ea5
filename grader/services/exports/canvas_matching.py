"""Which of Canvas's students is which of ours. Pure functions: a wrong match would give away a grade."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar
from unicodedata import normalize

from grader.domain.logins import fold
from grader.services.exports.canvas_file import CanvasStudent
from grader.services.scores.gradebook import Student

T = TypeVar("T")


class MatchedBy(StrEnum):
    """What told that two are the same, the surest first."""

    SIS_USER_ID = "SIS User ID"
    LOGIN = "SIS Login ID"
    EMAIL = "e-mail address"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Match:
    """One of ours, who they are in Canvas, and by what we know."""

    person: Student
    student: CanvasStudent
    by: MatchedBy


@dataclass(frozen=True, slots=True)
class Matching:
    """Who is the same, in our order, and who is left over on either side."""

    matches: tuple[Match, ...]
    only_here: tuple[Student, ...]
    only_there: tuple[CanvasStudent, ...]

    def count(self, by: MatchedBy) -> int:
        """How many were found by this."""
        return sum(match.by is by for match in self.matches)


_KEYS: dict[MatchedBy, tuple[Callable[[Student], str], Callable[[CanvasStudent], str]]] = {
    MatchedBy.SIS_USER_ID: (lambda ours: ours.sis_user_id, lambda theirs: theirs.sis_user_id),
    MatchedBy.LOGIN: (lambda ours: fold(ours.login), lambda theirs: fold(theirs.sis_login_id)),
    MatchedBy.EMAIL: (lambda ours: fold(ours.email), lambda theirs: fold(theirs.sis_login_id)),
    MatchedBy.NAME: (lambda ours: _name(ours.name), lambda theirs: _name(theirs.student)),
}


def match(people: Sequence[Student], students: Sequence[CanvasStudent]) -> Matching:
    """Find each of ours in Canvas: by SIS User ID, else login, else e-mail address, else name.

    A text that two on one side share tells nothing, and two whose SIS User IDs differ are never the same.
    """
    found: dict[int, Match] = {}
    taken: set[str] = set()
    for by, (ours, theirs) in _KEYS.items():
        here = _unique(people, ours)
        there = _unique(students, theirs)
        for text, person in here.items():
            student = there.get(text)
            if student is None or person.id in found or student.id in taken:
                continue
            if not _contradict(person, student):
                found[person.id] = Match(person, student, by)
                taken.add(student.id)
    return Matching(
        matches=tuple(found[person.id] for person in people if person.id in found),
        only_here=tuple(person for person in people if person.id not in found),
        only_there=tuple(student for student in students if student.id not in taken),
    )


def _unique(all_: Iterable[T], key: Callable[[T], str]) -> dict[str, T]:
    known: dict[str, list[T]] = {}
    for each in all_:
        if text := key(each):
            known.setdefault(text, []).append(each)
    return {text: those[0] for text, those in known.items() if len(those) == 1}


def _contradict(person: Student, student: CanvasStudent) -> bool:
    stated = {person.sis_user_id, student.sis_user_id} - {""}
    return len(stated) > 1


def _name(text: str) -> str:
    """A name as it is spoken: Canvas writes ``Lovelace, Ada``."""
    last, comma, first = text.partition(",")
    spoken = f"{first} {last}" if comma else text
    return normalize("NFC", " ".join(spoken.split()))
