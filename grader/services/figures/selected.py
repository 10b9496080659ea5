"""Which submissions the figures of a class count."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Self

from sqlalchemy import ColumnElement, false, select
from sqlalchemy.orm import Session

from grader.db import class_queries
from grader.db.models import Person, Submission

MOST = 5_000
"""More are not listed in a question: SQLite takes 32,766 values in one, PostgreSQL 65,535."""


@dataclass(frozen=True, slots=True)
class Selected:
    """The submissions to count, and whether a regrade ever held any, so that each has to be asked."""

    who: ColumnElement[bool]
    held: bool

    def where(self, condition: ColumnElement[bool]) -> Self:
        """Those of them for which this holds too."""
        return replace(self, who=self.who & condition)

    def of_numbers(self, numbers: Collection[tuple[str, Decimal]]) -> Self:
        """Those of them that may be to these parts and of these values; whoever asks looks closer."""
        values = {value for _, value in numbers}
        theirs = Submission.part.in_({part for part, _ in numbers})
        return self.where(theirs & Submission.value.in_(values) if len(values) <= MOST else theirs)


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
        students = select(Person.id).where(class_queries.in_class(section))
        ids = session.scalars(students).all()
        # Named one by one: PostgreSQL would join every submission with the section, and then sort them.
        return Submission.person_id.in_(ids if len(ids) <= MOST else students)
    others = session.scalars(class_queries.others_answered()).one()
    return class_queries.not_by_others(others=others)
