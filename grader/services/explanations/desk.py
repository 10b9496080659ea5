"""What a grader has before them: one explanation, the rubric, and what was said of it so far."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from grader.domain.marks import Item, explanation_points
from grader.services.explanations.marks import possible_points
from grader.services.explanations.queue import Entry, Queue, queue
from grader.services.explanations.releases import marks_released
from grader.services.explanations.rubrics import rubric
from grader.services.explanations.versions import Line, Version, find_version, list_versions
from grader.services.requests.standing import Request, list_requests


@dataclass(frozen=True, slots=True)
class Desk:
    """An explanation at its place: ``version`` is to be read, the mark is about the version ``before``."""

    at: str
    queue: Queue
    entry: Entry
    versions: tuple[Line, ...]
    version: Version
    before: Version | None
    rubric: tuple[Item, ...]
    possible: Decimal
    requests: tuple[Request, ...]
    released: bool

    @property
    def items(self) -> list[Item]:
        """The items in use."""
        return [item for item in self.rubric if not item.retired]

    @property
    def points(self) -> Decimal | None:
        """What the mark gives; None without one."""
        mark = self.entry.mark
        return explanation_points(self.rubric, mark.items, self.possible) if mark else None

    @property
    def number(self) -> int | None:
        """Which one this is in the class's order, from 1 on; None for somebody who is not in the class."""
        places = self.queue.places
        return places.index(self.at) + 1 if self.at in places else None

    @property
    def neighbours(self) -> tuple[str | None, str | None]:
        """The places before and behind this one."""
        places = self.queue.places
        before = [each for each in places if each < self.at]
        behind = [each for each in places if each > self.at]
        return (before[-1] if before else None, behind[0] if behind else None)


def desk(
    session: Session, *, problem: str, at: str, secret: str, version: str | None = None
) -> Desk:
    """What there is to say of the explanation at a place, with one of its versions to read.

    That is the one that is marked, unless another was saved since; then, or without a mark, the newest that
    was on time, else the newest.

    Raises:
        NotFound: there is no such explanation, or no such version of it.
    """
    found = queue(session, problem=problem, secret=secret)
    entry = found.entry(at)
    who, assignment = entry.person_id, problem.partition("/")[0]
    versions = list_versions(session, person_id=who, problem=problem)
    on_time = (line.number for line in versions if not line.late_seconds)
    marked = entry.mark.version if entry.mark else None
    usual = next(on_time, entry.newest) if marked is None or entry.changed else marked
    wanted = version or str(usual)
    requests = list_requests(session, person_id=who, assignment=assignment)
    return Desk(
        at=at,
        queue=found,
        entry=entry,
        versions=versions,
        version=find_version(session, person_id=who, problem=problem, number=wanted),
        before=find_version(session, person_id=who, problem=problem, number=str(marked))
        if marked
        else None,
        rubric=rubric(session, problem=problem),
        possible=possible_points(session, assignment=assignment),
        requests=tuple(each for each in requests if each.about == problem),
        released=marks_released(session, assignment=assignment),
    )
