"""Planning an import of overrides: what a file would change, to be shown before it is done."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256

from sqlalchemy.orm import Session

from grader.db.models import Override
from grader.domain.decisions import DecisionKind
from grader.domain.errors import GraderError, NotFound
from grader.domain.grammar import canonical
from grader.domain.powers import check_not_own
from grader.domain.problem import Assignment, Course
from grader.domain.receipts import canonical_json
from grader.services.files.row_problems import Problems, RowError
from grader.services.overrides.overrides_file import OverrideRow, read_overrides
from grader.services.overrides.rows import newest_decisions
from grader.services.scores.gradebook import Gradebook, GradebookRow, gradebook


class Change(StrEnum):
    """What a row does."""

    ADD = "add"
    CHANGE = "change"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class PlannedOverride:
    """One row of the file: whose score, what counts of it now, and what decision it would follow.

    ``old`` are the points that staff gave before, and ``excused`` says that they excused the student from
    the part instead; ``seen`` is how many decisions there are on it.
    """

    stated: OverrideRow
    person_id: int
    name: str
    counts: Decimal
    possible: Decimal
    old: Decimal | None
    excused: bool
    seen: int
    change: Change


@dataclass(frozen=True, slots=True)
class OverridePlan:
    """What a file would change on an assignment, in the order of its rows."""

    assignment: Assignment
    rows: tuple[PlannedOverride, ...]

    @property
    def pending(self) -> tuple[PlannedOverride, ...]:
        """The rows that do something."""
        return tuple(row for row in self.rows if row.change is not Change.SAME)

    def count(self, change: Change) -> int:
        """How many rows do this."""
        return sum(row.change is change for row in self.rows)

    @property
    def digest(self) -> str:
        """Names this plan: another file, or other decisions meanwhile, give another one.

        What a student does meanwhile gives none: a decision of staff holds whatever it is.
        """
        rows = [
            [
                row.stated.row,
                row.person_id,
                row.stated.part,
                canonical(row.stated.points),
                row.stated.reason,
                row.seen,
                canonical(row.possible),
            ]
            for row in self.rows
        ]
        return sha256(canonical_json({"about": self.assignment.slug, "rows": rows})).hexdigest()


def plan_overrides(
    session: Session, *, course: Course, assignment: str, raw: bytes, actor_id: int | None
) -> OverridePlan:
    """Compare a file with what staff have decided; changes nothing.

    Raises:
        NotFound: there is no such assignment.
        NoPolicy: none is published, so no part has points.
        ImportRefused: the file has rows that can't be taken.
    """
    found = course.assignment(assignment)
    if found is None:
        raise NotFound(f"There is no assignment '{assignment[:100]}'.")
    problems = Problems()
    stated = read_overrides(raw, assignment=found, problems=problems)
    book = gradebook(session, course=course, assignment=assignment)
    rows = tuple(_plan(session, book, stated, actor_id=actor_id, problems=problems))
    problems.refuse_if_any()
    return OverridePlan(found, rows)


def _plan(
    session: Session,
    book: Gradebook,
    stated: Iterable[OverrideRow],
    *,
    actor_id: int | None,
    problems: Problems,
) -> Iterable[PlannedOverride]:
    people = {row.person.login: row for row in book.rows}
    parts = [part.slug for problem in book.assignment.problems for part in problem.parts]
    standing = newest_decisions(session, parts)
    for each in stated:
        try:
            row = _checked(book, people.get(each.login), each, actor_id)
            yield _planned(book, row, each, standing.get((row.person.id, each.part)))
        except RowError as error:
            problems.add(each.row, error)


def _checked(
    book: Gradebook, row: GradebookRow | None, stated: OverrideRow, actor_id: int | None
) -> GradebookRow:
    if row is None:
        raise RowError(f"there is no active student {stated.login[:100]!r}")
    possible = book.policy.points.get(stated.part)
    if possible is None:
        raise RowError(f"the active policy knows no points for {stated.part}")
    if not 0 <= stated.points <= possible:
        raise RowError(
            f"{canonical(stated.points)} points are not within 0 and {canonical(possible)}"
        )
    decision = row.score.part(stated.part).decision
    if decision is not None and decision.about == book.assignment.slug:
        raise RowError(f"{stated.login} is excused from all of it; withdraw that first")
    try:
        check_not_own(actor_id, row.person.id)
    except GraderError as error:
        raise RowError(str(error)) from None
    return row


def _planned(
    book: Gradebook, row: GradebookRow, stated: OverrideRow, standing: Override | None
) -> PlannedOverride:
    holds = standing is not None and standing.kind != DecisionKind.WITHDRAWN
    # An excuse has no points.
    old = standing.points if standing is not None and holds else None
    same = standing is not None and (old, standing.reason) == (stated.points, stated.reason)
    return PlannedOverride(
        stated=stated,
        person_id=row.person.id,
        name=row.person.name,
        counts=row.score.part(stated.part).points,
        possible=book.policy.points[stated.part],
        old=old,
        excused=standing is not None and standing.kind == DecisionKind.EXCUSED,
        seen=standing.number if standing is not None else 0,
        change=Change.SAME if same else Change.CHANGE if holds else Change.ADD,
    )
