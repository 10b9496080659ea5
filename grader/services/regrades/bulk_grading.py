"""Grading many answers at once: the verdicts of ``domain.grading.grade``, by arrays.

``grade`` is a step function: it can only change at the edges of a key. So it is asked once at each edge and
once between two neighbours, and an answer's place among the edges says the rest. Places are found in binary
floats, which is exact: rounding keeps the order, so of two numbers whose floats differ the larger is the one
with the larger float. Where an answer's float is the same as that of an edge, ``grade`` itself is asked.
"""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from grader.domain.comparing import EXACT
from grader.domain.grading import AnswerKey, Grade, Verdict, grade

CORRECT = 0
"""The code of the grade of every answer that is correct."""

Codes = NDArray[np.int32]
Floats = NDArray[np.float64]


def floats_of(values: Sequence[str]) -> Floats:
    """The binary floats nearest to some numbers."""
    return np.fromiter(map(float, values), np.float64, len(values))


class Outcomes:
    """Gives each different grade a number, the same for all keys that share this."""

    def __init__(self) -> None:
        """Begin with the one grade of correct answers."""
        self._codes = {Grade(Verdict.CORRECT): CORRECT}

    def code(self, given: Grade) -> int:
        """The number of a grade."""
        return self._codes.setdefault(given, len(self._codes))

    def grades(self) -> list[Grade]:
        """The grades by their numbers."""
        return list(self._codes)


class BulkGrader:
    """A key made ready to grade many answers, given as the canonical texts that are stored."""

    def __init__(self, key: AnswerKey, outcomes: Outcomes | None = None) -> None:
        """Ask ``grade`` at each edge and between each two."""
        self.key = key
        self.outcomes = outcomes or Outcomes()
        self._steps = {part: self._steps_of(part) for part in key.parts}

    def codes(self, part: str, values: Sequence[str], floats: Floats | None = None) -> Codes:
        """The code of the grade of each answer to a part; ``floats`` are the same numbers, if at hand.

        Raises:
            KeyError: the key does not cover the part.
        """
        edges, between = self._steps[part]
        if floats is None:
            floats = floats_of(values)
        places = np.searchsorted(edges, floats, side="left")
        codes: Codes = between[places]
        # The float is that of an edge: which side of it the number is on, only the number itself can tell.
        on_edge = places != np.searchsorted(edges, floats, side="right")
        for each in np.flatnonzero(on_edge).tolist():
            codes[each] = self._code(part, Decimal(values[each]))
        return codes

    def grouped(
        self, part: str, ids: Sequence[int], values: Sequence[str]
    ) -> dict[Grade, list[int]]:
        """Submissions to a part, given by id and value, by the grade that each gets."""
        codes, numbers = self.codes(part, values), np.array(ids, np.int64)
        grades = self.outcomes.grades()
        return {grades[code]: numbers[codes == code].tolist() for code in np.unique(codes)}

    def _steps_of(self, part: str) -> tuple[Floats, Codes]:
        edges = self.key.edges(part)
        inner = [EXACT.divide(EXACT.add(low, high), Decimal(2)) for low, high in pairwise(edges)]
        one = Decimal(1)
        samples = [EXACT.subtract(edges[0], one), *inner, EXACT.add(edges[-1], one)]
        between = [self._code(part, sample) for sample in samples]
        # So that every outcome has its number now, and threads that share this give none.
        for edge in edges:
            self._code(part, edge)
        return np.array(edges, np.float64), np.array(between, np.int32)

    def _code(self, part: str, answer: Decimal) -> int:
        return self.outcomes.code(grade(self.key, part, answer))
