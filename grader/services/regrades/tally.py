"""What a regrade would do to every answer to a problem, counted by student and part.

The answers are read once, some at a time, and graded under both keys by arrays. What is kept of them grows
with the class and the parts, not with the answers.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader.db.many_rows import flag, instant, microseconds, moment, stream, value_text
from grader.db.models import Person, Submission
from grader.domain.errors import InvalidRequest
from grader.domain.scoring import PartRecord
from grader.services.keys.documents import load_key
from grader.services.regrades.bulk_grading import (
    CORRECT,
    BulkGrader,
    Codes,
    Floats,
    Outcomes,
    floats_of,
)
from grader.services.regrades.kept import Kept
from grader.services.regrades.terms import Terms, in_scope, kept_before

NEVER = np.iinfo(np.int64).max
"""The time of the first right answer where there is none."""

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers to the part of a column: who gave them, ``instants`` of when, the codes of the grades."""

    column: int
    person: Counts
    at: Sequence[int | str]
    before: Codes
    after: Codes


@dataclass
class Tally:
    """Counts by person and part: row ``n`` is that of the person with the id ``n``, columns follow ``parts``.

    ``first_before`` and ``first_after`` are in microseconds since 1970. ``retold`` counts by person the wrong
    answers that another mistake explains, ``matrix`` all answers by verdict before and after, 0 for correct.
    ``last`` is the last answer that was counted, ``outside`` how many the terms don't name, and ``held`` how
    many stay since an earlier regrade keeps them.
    """

    problem: str
    parts: tuple[str, ...]
    people: int
    attempts: Counts = field(init=False)
    up: Counts = field(init=False)
    down: Counts = field(init=False)
    first_before: Counts = field(init=False)
    first_after: Counts = field(init=False)
    retold: Counts = field(init=False)
    matrix: Counts = field(init=False)
    last: int = 0
    outside: int = 0
    held: int = 0

    def __post_init__(self) -> None:
        """Begin with nothing."""
        shape = (self.people, len(self.parts))
        self.attempts, self.up, self.down = (np.zeros(shape, np.int64) for _ in range(3))
        self.first_before, self.first_after = (np.full(shape, NEVER) for _ in range(2))
        self.retold, self.matrix = np.zeros(self.people, np.int64), np.zeros((2, 2), np.int64)

    def add(self, answers: Answers) -> None:
        """Count some answers."""
        person, column = answers.person, answers.column
        was, will = answers.before == CORRECT, answers.after == CORRECT
        self.attempts[:, column] += self._by_person(person)
        self.up[:, column] += self._by_person(person[~was & will])
        self.down[:, column] += self._by_person(person[was & ~will])
        right = np.flatnonzero(was | will)
        at = np.full(len(person), NEVER)
        at[right] = microseconds([answers.at[each] for each in right.tolist()])
        for first, correct in ((self.first_before, was), (self.first_after, will)):
            np.minimum.at(first[:, column], person[correct], at[correct])
        retold = ~was & ~will & (answers.before != answers.after)
        self.retold += self._by_person(person[retold])
        for row, old in enumerate((was, ~was)):
            for place, new in enumerate((will, ~will)):
                self.matrix[row, place] += np.count_nonzero(old & new)

    def _by_person(self, person: Counts) -> Counts:
        return np.bincount(person, minlength=self.people)

    def keep(self, kept: Kept) -> None:
        """Take it back that an answer would no longer be right."""
        place = (kept.person, self.parts.index(kept.part))
        self.down[place] -= 1
        self.matrix[0, 1] -= 1
        self.matrix[0, 0] += 1
        self.first_after[place] = self.first_before[place]

    def falling(self) -> set[tuple[int, str]]:
        """The people and parts where a right answer would no longer be right."""
        return {(int(person), self.parts[part]) for person, part in np.argwhere(self.down)}

    def moved(self) -> set[tuple[int, str]]:
        """The people and parts where a verdict would change."""
        places = np.argwhere(self.up + self.down)
        return {(int(person), self.parts[part]) for person, part in places}

    def records(self, person: int, parts: Collection[str], first: Counts) -> dict[str, PartRecord]:
        """What scoring needs of a person's answers to these parts, when these are the first right ones."""
        attempts, moments = self.attempts[person].tolist(), first[person].tolist()
        return {
            part: PartRecord(part, tried, _moment(at))
            for part, tried, at in zip(self.parts, attempts, moments, strict=True)
            if tried and part in parts
        }


def tally(session: Session, *, terms: Terms) -> Tally:
    """Grade every answer to a problem as it stands, and as it would under these terms.

    Raises:
        InvalidRequest: the new key lacks a part that students have answered.
    """
    keys = _Keys(session, terms)
    people = (session.scalars(select(func.max(Person.id))).one() or 0) + 1
    counted = Tally(terms.problem, tuple(keys.of(terms.from_key_id).key.parts), people)
    columns = (
        Submission.id,
        Submission.person_id,
        value_text(),
        instant(session),
        flag(in_scope(terms)),
    )
    for part in counted.parts:
        # Part by part: so an index gives them in its own order, and nothing has to be sorted out.
        query = select(*columns).where(Submission.problem == terms.problem, Submission.part == part)
        with stream(session, query) as chunks:
            for rows in chunks:
                _count(counted, keys, part, rows)
    return counted


def _count(counted: Tally, keys: "_Keys", part: str, rows: Sequence[tuple[Any, ...]]) -> None:
    ids, people, values, at, named = zip(*rows, strict=True)
    floats = floats_of(values)
    before = keys.codes(keys.terms.from_key_id, part, values, floats)
    after = keys.codes(keys.terms.to_key_id, part, values, floats)
    held = [number for number, each in enumerate(ids) if each in keys.kept] if keys.kept else []
    for each in held:
        before[each] = keys.codes(keys.kept[ids[each]], part, [values[each]])[0]
    inside = np.array(named, bool)
    moving = inside.copy()
    if not keys.terms.scope.held:
        moving[held] = False
    after[~moving] = before[~moving]
    counted.add(Answers(counted.parts.index(part), np.array(people), at, before, after))
    counted.last = max(counted.last, *ids)
    counted.outside += int((~inside).sum())
    counted.held += int((inside & ~moving).sum())


class _Keys:
    """The keys that are asked, with one numbering of grades for all, and what earlier regrades keep."""

    def __init__(self, session: Session, terms: Terms) -> None:
        self.terms, self.kept = terms, kept_before(session, terms)
        self._session, self._outcomes = session, Outcomes()
        self._known: dict[int, BulkGrader] = {}

    def of(self, key_id: int) -> BulkGrader:
        """One of them."""
        if key_id not in self._known:
            key = load_key(self._session, key_id)
            self._known[key_id] = BulkGrader(key, self._outcomes)
        return self._known[key_id]

    def codes(
        self, key_id: int, part: str, values: Sequence[str], floats: Floats | None = None
    ) -> Codes:
        """The codes of answers to a part; ``floats`` are the same numbers, if at hand."""
        grader = self.of(key_id)
        if part not in grader.key.parts:
            raise InvalidRequest(f"That key does not cover {part}, which students have answered.")
        return grader.codes(part, values, floats)


def _moment(microseconds: int) -> datetime | None:
    return None if microseconds == NEVER else moment(microseconds)
