"""Which submissions the figures of a class count."""

from dataclasses import dataclass, replace
from typing import Self

from sqlalchemy import ColumnElement, false
from sqlalchemy.orm import Session

from grader.db import class_queries


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
    others = session.scalars(class_queries.others_answered()).one()
    who = class_queries.students(section, others=others) if known else false()
    return Selected(who, held=session.scalars(class_queries.any_held()).one())
