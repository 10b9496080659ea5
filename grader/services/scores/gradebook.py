"""The gradebook: every student's score, folded from the standing grades each time it is read."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, literal, select, true, tuple_
from sqlalchemy.orm import Session

from grader.db.models import Person
from grader.domain.errors import NotFound
from grader.domain.offers import Standing
from grader.domain.policy import Policy
from grader.domain.problem import Assignment, Course
from grader.domain.scoring import (
    AssignmentScore,
    Explained,
    score_assignment,
)
from grader.services.explanations.marks import released_points
from grader.services.policies.publishing import active_policy, require_policy
from grader.services.scores.decisions import OwnRules, own_rules
from grader.services.scores.part_records import part_records
from grader.services.scores.remembered import FEW, Records


@dataclass(frozen=True, slots=True)
class ClassStanding:
    """What decides the scores of a class on one assignment, or of one person of it.

    ``spent`` are the late days that earlier assignments took, ``marks`` the points of explanations; None
    while students may not see them. Nobody else can be scored than those ``among`` whom it is; None is all.
    """

    policy: Policy
    rules: OwnRules
    records: Records
    spent: Mapping[int, int]
    marks: Mapping[int, Explained] | None
    among: Collection[int] | None = None

    def of(self, person_id: int) -> Standing:
        """What decides one person's score, and what it would become.

        Raises:
            LookupError: their answers were not read, so that they would seem to have none.
        """
        if self.among is not None and person_id not in self.among:
            raise LookupError(f"person {person_id} is not among those who were read")
        own = self.rules.policy(self.policy, person_id)
        return Standing(
            policy=own,
            records=self.records.get(person_id, {}),
            late_days_left=own.late_days - self.spent.get(person_id, 0),
            # One that ends before the class's due time gives nothing.
            extension=own.due if own.due != self.policy.due else None,
            decisions=self.rules.decided(person_id),
            explained=None if self.marks is None else self.marks.get(person_id, {}),
        )


class Student(NamedTuple):
    """An active student as a gradebook names them. A row that can be changed would take longer to make."""

    id: int
    login: str
    name: str
    email: str
    sis_user_id: str
    section: str


Cut = Callable[[Sequence[Student]], Collection[Student]]
"""Of the students in order, those whose scores will be asked for."""


@dataclass(frozen=True)
class GradebookRow:
    """One student and their score, which is folded when it is first asked for: a page shows a hundred."""

    person: Student
    everybody: ClassStanding

    @cached_property
    def score(self) -> AssignmentScore:
        """The score as it stood when the gradebook was read."""
        return self.everybody.of(self.person.id).score


@dataclass(frozen=True, slots=True)
class Gradebook:
    """A class's scores on one assignment; ``sections`` are all there are, for a filter."""

    assignment: Assignment
    everybody: ClassStanding
    rows: tuple[GradebookRow, ...]
    sections: tuple[str, ...]

    @property
    def policy(self) -> Policy:
        """The policy of the class; some students have more time or other late days."""
        return self.everybody.policy


def gradebook(
    session: Session,
    *,
    course: Course,
    assignment: str,
    section: str | None = None,
    search: str | None = None,
    after: int | None = None,
    cut: Cut | None = None,
) -> Gradebook:
    """Every active student's score on an assignment, in order of name.

    ``section`` keeps one section, ``search`` keeps names and logins that contain the text, and ``after``
    keeps who comes behind the person with this id, whose own row need not be there any more. ``cut`` gives
    those of them whose scores will be asked for; nobody else can be scored then, if they are few.

    Raises:
        NotFound: there is no such assignment, or nobody with this id.
        NoPolicy: none is published, so nothing can be scored.
    """
    found = course.assignment(assignment)
    if found is None:
        raise NotFound(f"There is no assignment '{assignment[:100]}'.")
    # By the connection: a session would look each row over for objects.
    found_rows = session.connection().execute(_students(session, after)).all()
    students = [(Student(*person), behind) for behind, *person in found_rows]
    kept = [each for each, behind in students if behind and _matches(each, section, search)]
    asked = kept if cut is None else cut(kept)
    few = len(asked) <= FEW and len(asked) < len(students)
    among = {each.id for each in asked} if few else None
    everybody = class_standing(session, course=course, assignment=found, among=among)
    rows = tuple(GradebookRow(each, everybody) for each in kept)
    sections = tuple(sorted({person.section for person, _ in students if person.section}))
    return Gradebook(found, everybody, rows, sections)


def student_standing(
    session: Session, *, course: Course, assignment: Assignment, person_id: int
) -> Standing:
    """What decides one person's score, and what it would become.

    Raises:
        NoPolicy: none is published.
    """
    own = class_standing(session, course=course, assignment=assignment, person_id=person_id)
    return own.of(person_id)


def class_standing(
    session: Session,
    *,
    course: Course,
    assignment: Assignment,
    person_id: int | None = None,
    among: Collection[int] | None = None,
) -> ClassStanding:
    """What decides everybody's score on an assignment, or one person's; the number of queries is fixed.

    Of everybody those ``among`` them are enough, where they are named: nobody else can be scored then.

    Raises:
        NoPolicy: none is published.
    """
    policy = require_policy(session, assignment.slug)
    rules = own_rules(session, person_id=person_id)
    return ClassStanding(
        policy=policy,
        rules=rules,
        records=part_records(session, assignment, policy, person_id=person_id, among=among),
        spent=late_days_spent_before(
            session, course, assignment, rules, person_id=person_id, among=among
        ),
        marks=released_points(session, assignment=assignment, person_id=person_id),
        among=among if person_id is None else {person_id},
    )


def _students(session: Session, after: int | None) -> Select[*tuple[Any, ...]]:
    """Whether they come behind this person, and each active student: the database's own order decides."""
    place = (func.lower(Person.name), Person.login)
    behind: ColumnElement[bool] = true()
    if after is not None:
        last = session.get(Person, after)
        if last is None:
            raise NotFound("There is no row at this cursor.")
        behind = tuple_(*place) > tuple_(func.lower(last.name), literal(last.login))
    columns = [getattr(Person, name) for name in Student._fields]
    theirs = select(behind, *columns).where(Person.role == "student", Person.active)
    return theirs.order_by(*place)


def _matches(person: Student, section: str | None, search: str | None) -> bool:
    if section and person.section != section:
        return False
    text = f"{person.name} {person.login}".casefold()
    return not search or search.strip().casefold() in text


def late_days_spent_before(
    session: Session,
    course: Course,
    assignment: Assignment,
    rules: OwnRules,
    *,
    person_id: int | None = None,
    among: Collection[int] | None = None,
) -> dict[int, int]:
    """Late days that assignments due earlier took from each person's budget, in order of due time.

    An extension does not change that order: it is the class's.
    """
    spent: dict[int, int] = defaultdict(int)
    for policy, earlier in _due_before(session, course, assignment):
        found = part_records(session, earlier, policy, person_id=person_id, among=among)
        for person, records in found.items():
            own = rules.policy(policy, person)
            spent[person] += score_assignment(
                own,
                records.values(),
                late_days_left=own.late_days - spent[person],
                decisions=rules.decided(person),
            ).late_days
    return spent


def _due_before(
    session: Session, course: Course, assignment: Assignment
) -> list[tuple[Policy, Assignment]]:
    """The graded assignments that take of the late days first; of two due together, by slug."""
    own = active_policy(session, assignment.slug)
    if own is None or own.due is None:
        return []
    place = (own.due, assignment.slug)
    earlier: dict[tuple[datetime, str], tuple[Policy, Assignment]] = {}
    for other in course.assignments:
        policy = active_policy(session, other.slug)
        if policy and policy.graded and policy.due and (policy.due, other.slug) < place:
            earlier[policy.due, other.slug] = (policy, other)
    return [earlier[due] for due in sorted(earlier)]
