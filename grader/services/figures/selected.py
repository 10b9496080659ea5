"""Which submissions the figures of a class count."""

from dataclasses import dataclass, replace
from typing import Self

from sqlalchemy import ColumnElement, false, select
from sqlalchemy.orm import Session

from grader.db import class_queries
from grader.db.models import Person, Submission


@dataclass(frozen=True, slots=True)
class Selected:
    """The submissions to count, and whether a regrade ever held any, so that each has to be asked."""

    who: ColumnElement[bool]
    held: bool

    def where(self, condition: ColumnElement[bool]) -> Self:
        """Those of them for which this holds too."""
        return replace(self, who=self.who & condition)


def of_students(session: Session, section: str = "", *, known: bool = True) -> Selected:
    """Those of active students, of one section if it is named; nobody's if it is not ``known``.

    Whether anybody else answered, and whether a regrade holds anything, is asked here once: else it would be
    asked of each of hundreds of thousands of submissions. It holds within the transaction.
    """
    return Selected(
        _theirs(session, section) if known else false(),
        held=session.scalars(class_queries.any_held()).one(),
    )


def _theirs(session: Session, section: str) -> ColumnElement[bool]:
    if section:
        # Named one by one: PostgreSQL would join every submission with the section, and then sort them.
        students = select(Person.id).where(class_queries.in_class(section))
        return Submission.person_id.in_(session.scalars(students).all())
    others = session.scalars(class_queries.others_answered()).one()
    return class_queries.not_by_others(others=others)
