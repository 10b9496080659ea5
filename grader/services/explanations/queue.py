"""What there is to mark: who wrote, what is marked and by whom, in an order that tells nobody who is who."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader.db.models import Explanation, Person
from grader.domain.errors import NotFound
from grader.domain.marks import following, place
from grader.domain.roles import Role
from grader.services.explanations.standing_marks import Mark, standing_marks


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody's explanation of a problem, its newest version and its mark; the class: active students."""

    person_id: int
    problem: str
    newest: int
    in_class: bool
    mark: Mark | None

    @property
    def changed(self) -> bool:
        """Whether another version was saved since it was marked."""
        return self.mark is not None and self.newest > self.mark.newest_seen

    @property
    def waits(self) -> bool:
        """Whether a grader should look at it."""
        return self.mark is None or self.changed


@dataclass(frozen=True, slots=True)
class Queue:
    """The explanations of a problem by their places, in shuffled order."""

    problem: str
    entries: Mapping[str, Entry]

    @property
    def places(self) -> list[str]:
        """The class's places in their order."""
        return sorted(key for key, entry in self.entries.items() if entry.in_class)

    @property
    def written(self) -> int:
        """How many there are."""
        return len(self.places)

    @property
    def marked(self) -> int:
        """How many of them have a mark."""
        return sum(self.entries[key].mark is not None for key in self.places)

    @property
    def left(self) -> int:
        """How many have none."""
        return self.written - self.marked

    @property
    def changed(self) -> list[str]:
        """The places of those that were saved again since they were marked."""
        return [key for key in self.places if self.entries[key].changed]

    @property
    def graders(self) -> Counter[str]:
        """How many of the standing marks each grader made."""
        marks = (self.entries[key].mark for key in self.places)
        return Counter(mark.actor for mark in marks if mark is not None)

    def entry(self, at: str) -> Entry:
        """The explanation at a place, whoever wrote it.

        Raises:
            NotFound: there is none.
        """
        if at not in self.entries:
            raise NotFound("There is no such explanation.")
        return self.entries[at]

    def next_waiting(self, after: str) -> str | None:
        """The first place behind this one, and around, that waits: those without a mark come first."""
        ahead = [key for key in following(self.places, after) if key != after]
        unmarked = (key for key in ahead if self.entries[key].mark is None)
        return next(unmarked, None) or next((key for key in ahead if self.entries[key].waits), None)


def queues(session: Session, *, problems: Collection[str], secret: str) -> dict[str, Queue]:
    """The queue of each of these problems; two queries, however large the class is."""
    marks = {
        (each.person_id, each.problem): each for each in standing_marks(session, problems=problems)
    }
    in_class = Person.active & (Person.role == Role.STUDENT)
    rows = session.execute(
        select(Explanation.person_id, Explanation.problem, func.max(Explanation.number), in_class)
        .join(Person, Person.id == Explanation.person_id)
        .where(Explanation.problem.in_(problems))
        .group_by(Explanation.person_id, Explanation.problem, Person.active, Person.role)
    )
    found: dict[str, dict[str, Entry]] = {problem: {} for problem in problems}
    for person_id, problem, newest, inside in rows:
        entry = Entry(person_id, problem, newest, bool(inside), marks.get((person_id, problem)))
        found[problem][place(secret, problem, person_id)] = entry
    return {problem: Queue(problem, entries) for problem, entries in found.items()}


def queue(session: Session, *, problem: str, secret: str) -> Queue:
    """The queue of one problem."""
    return queues(session, problems=[problem], secret=secret)[problem]
