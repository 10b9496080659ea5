"""Reading explanations: one person's versions, their owner's and the staff's view alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from grader.db.models import Explanation
from grader.domain.deadlines import late_seconds
from grader.domain.errors import NotFound
from grader.services.policies.extensions import own_dates

_LARGEST = 10**9


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an explanation, as it was saved."""

    number: int
    text: str
    based_on: int
    source: str
    late_seconds: int
    saved_at: datetime

    @property
    def unseen(self) -> range:
        """The versions that were saved from elsewhere while this one was written."""
        return range(self.based_on + 1, self.number)


@dataclass(frozen=True, slots=True)
class Line:
    """A version in a list: all but its text, of which it has the ``length`` in characters."""

    problem: str
    number: int
    length: int
    source: str
    late_seconds: int
    saved_at: datetime


V = TypeVar("V", Version, Line)

_VERSION = [getattr(Explanation, name) for name in Version.__slots__]
_LINE = [
    func.length(Explanation.text).label(name) if name == "length" else getattr(Explanation, name)
    for name in Line.__slots__
]


def newest_version(session: Session, *, person_id: int, problem: str) -> Version | None:
    """The version that counts: the last that was saved, as none is taken after the close."""
    newest = _own(_VERSION, person_id, problem).order_by(Explanation.number.desc()).limit(1)
    row = session.execute(newest).one_or_none()
    return None if row is None else _judged(session, person_id, problem, [Version(*row)])[0]


def find_version(session: Session, *, person_id: int, problem: str, number: str) -> Version:
    """One version, by its number as an address has it.

    Raises:
        NotFound: there is none.
    """
    row = None
    if number.isascii() and number.isdecimal() and number[0] != "0" and int(number[:10]) < _LARGEST:
        one = _own(_VERSION, person_id, problem).where(Explanation.number == int(number[:10]))
        row = session.execute(one).one_or_none()
    if row is None:
        raise NotFound("There is no such version of this explanation.")
    return _judged(session, person_id, problem, [Version(*row)])[0]


def list_versions(session: Session, *, person_id: int, problem: str) -> tuple[Line, ...]:
    """All versions, the newest first."""
    rows = session.execute(_own(_LINE, person_id, problem).order_by(Explanation.number.desc()))
    return tuple(_judged(session, person_id, problem, [Line(*row) for row in rows]))


def newest_lines(session: Session, *, person_id: int) -> Mapping[str, Line]:
    """The newest version of each explanation that a person has written, by problem."""
    newest = (
        select(Explanation.problem, func.max(Explanation.number).label("number"))
        .where(Explanation.person_id == person_id)
        .group_by(Explanation.problem)
        .subquery()
    )
    rows = session.execute(
        select(*_LINE)
        .join(
            newest,
            (newest.c.problem == Explanation.problem) & (newest.c.number == Explanation.number),
        )
        .where(Explanation.person_id == person_id)
    )
    lines = [Line(*row) for row in rows]
    return {each.problem: _judged(session, person_id, each.problem, [each])[0] for each in lines}


def _judged(session: Session, person_id: int, problem: str, found: Sequence[V]) -> list[V]:
    """What was late when it was saved, by the dates that hold now: an extension may have come since."""
    late = any(each.late_seconds for each in found)
    dates = own_dates(session, problem.partition("/")[0], person_id) if late else None
    if dates is None:
        return list(found)
    policy, _extension = dates
    return [
        replace(each, late_seconds=late_seconds(policy, each.saved_at))
        if each.late_seconds
        else each
        for each in found
    ]


def _own(columns: list[Any], person_id: int, problem: str) -> Select[*tuple[Any, ...]]:
    return select(*columns).where(
        Explanation.person_id == person_id, Explanation.problem == problem
    )
