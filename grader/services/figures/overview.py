"""How a class does at an assignment: each part in figures, and over time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, false, func, select
from sqlalchemy.orm import Session

from grader.db import class_queries, time_queries
from grader.db.models import KeyCheck, Person
from grader.domain.alarms import Alarm, Figures, alarms
from grader.domain.policy import Policy
from grader.domain.problem import Assignment, Part, Problem
from grader.domain.towards_deadline import spans
from grader.services.figures.part_counts import PartCounts, part_counts
from grader.services.figures.rivals import Rival, rivals
from grader.services.figures.selected import of_students
from grader.services.keys.waiting import waiting_versions
from grader.services.requests.standing import count_waiting


@dataclass(frozen=True, slots=True)
class PartOverview:
    """A part in figures. ``attempts`` counts the students by how many attempts they made.

    ``over_time`` counts submissions, a number for each span; ``alarm`` says what speaks against the key, and
    ``rivals`` how many students gave the wrong value that does.
    """

    part: Part
    tried: int
    solved: int
    first_try: int
    attempts: Mapping[int, int]
    over_time: tuple[int, ...]
    alarm: Alarm | None
    rivals: int

    @property
    def submissions(self) -> int:
        """How many there are."""
        return sum(number * students for number, students in self.attempts.items())

    @property
    def median(self) -> float | None:
        """Of the students who tried, half made at most so many attempts."""
        if not self.tried:
            return None
        low, high = (self._attempts_of(place) for place in ((self.tried - 1) // 2, self.tried // 2))
        return (low + high) / 2

    def _attempts_of(self, place: int) -> int:
        """How many attempts the student at this place made, counted from the fewest on."""
        for number in sorted(self.attempts):
            place -= self.attempts[number]
            if place < 0:
                return number
        raise AssertionError  # pragma: no cover - the place is one of the students'.


@dataclass(frozen=True, slots=True)
class ProblemOverview:
    """A problem with its parts; ``stale`` is what was last found of its key, if it is out of date.

    ``waits`` is the version of its key that waits for a regrade, if one does.
    """

    problem: Problem
    parts: tuple[PartOverview, ...]
    stale: KeyCheck | None
    waits: int | None


@dataclass(frozen=True, slots=True)
class Overview:
    """How a class, or one of its ``sections``, does. ``bounds`` are those of the spans of time.

    ``students`` counts who is on the roster, ``waiting`` the regrade requests that nobody has answered.
    """

    students: int
    sections: tuple[str, ...]
    bounds: tuple[datetime, ...]
    problems: tuple[ProblemOverview, ...]
    waiting: int

    @property
    def parts(self) -> tuple[PartOverview, ...]:
        """The parts of all problems."""
        return tuple(part for problem in self.problems for part in problem.parts)


def overview(
    session: Session, *, assignment: Assignment, policy: Policy, section: str = ""
) -> Overview:
    """What active students, of one section if it is named, have done for an assignment."""
    classes = _sections(session)
    # A text that names no section may be one that a database can't even be asked about.
    known = not section or section in classes
    selected = of_students(session, section, known=known)
    whom = class_queries.in_class(section) if known else false()
    slugs = [part.slug for problem in assignment.problems for part in problem.parts]
    counts = part_counts(session, assignment, policy, whom)
    solved = {slug: counts[slug].solved for slug in slugs}
    found = rivals(session, problems=assignment.problems, selected=selected, solved=solved)
    bounds, over_time = _over_time(session, slugs, policy, selected.who)
    waits = waiting_versions(session, problems=[each.slug for each in assignment.problems])
    stale = {
        row.problem: row
        for row in session.scalars(select(KeyCheck).where(KeyCheck.state == "stale"))
    }
    return Overview(
        students=classes.get(section, 0) if section else sum(classes.values()),
        sections=tuple(sorted(filter(None, classes))),
        bounds=bounds,
        problems=tuple(
            ProblemOverview(
                problem,
                _parts(problem, counts, found, over_time),
                stale.get(problem.slug),
                waits.get(problem.slug),
            )
            for problem in assignment.problems
        ),
        waiting=count_waiting(session, assignment=assignment.slug),
    )


def _parts(
    problem: Problem,
    counts: Mapping[str, PartCounts],
    found: Mapping[str, Rival],
    over_time: Mapping[str, tuple[int, ...]],
) -> tuple[PartOverview, ...]:
    figures = [_figures(counts[part.slug], found.get(part.slug)) for part in problem.parts]
    return tuple(
        PartOverview(
            part=part,
            tried=figure.tried,
            solved=figure.solved,
            first_try=figure.first_try,
            attempts=counts[part.slug].attempts,
            over_time=over_time.get(part.slug, ()),
            alarm=alarm,
            rivals=figure.rivals,
        )
        for part, figure, alarm in zip(problem.parts, figures, alarms(figures), strict=True)
    )


def _figures(counts: PartCounts, rival: Rival | None) -> Figures:
    return Figures(
        tried=counts.tried,
        solved=counts.solved,
        first_try=counts.first_try,
        rival=rival.value if rival else None,
        rivals=rival.students if rival else 0,
    )


def _over_time(
    session: Session, parts: Sequence[str], policy: Policy, who: ColumnElement[bool]
) -> tuple[tuple[datetime, ...], Mapping[str, tuple[int, ...]]]:
    """The bounds of spans from the first submission to the due time or the last, and the counts in them."""
    extremes = session.execute(time_queries.first_and_last(parts)).all()
    moments = [moment for row in extremes for moment in row if moment is not None]
    if not moments:
        return (), {}
    bounds = spans(
        min(moments), max(moments + ([policy.due] if policy.due else [])), policy.timezone
    )
    found = {part: [0] * (len(bounds) - 1) for part in parts}
    for part, span, count in session.execute(time_queries.over_time(parts, bounds, who)):
        found[part][span] = count
    return bounds, {part: tuple(counts) for part, counts in found.items()}


def _sections(session: Session) -> Mapping[str, int]:
    """How many students each section has."""
    rows = session.execute(
        select(Person.section, func.count())
        .where(Person.role == "student", Person.active)
        .group_by(Person.section)
    )
    return {section: students for section, students in rows}  # noqa: C416 - rows are no pairs to mypy.
