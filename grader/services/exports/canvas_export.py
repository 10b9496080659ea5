"""The gradebook as Canvas imports it: one column, and only students whom Canvas is known to have."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from grader.domain.errors import InvalidRequest
from grader.domain.scoring import AssignmentScore
from grader.services.exports.canvas import CanvasState
from grader.services.exports.canvas_file import COLUMNS, POINTS_POSSIBLE
from grader.services.exports.exporting import Export
from grader.services.exports.questions import class_possible
from grader.services.scores.gradebook import Gradebook, Student

EXCUSED = "EX"
"""How Canvas writes that an assignment does not count for a student."""

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Scaled:
    """A student who is excused from some of it: what counts for them, and what Canvas is told instead."""

    person: Student
    points: Decimal
    possible: Decimal
    written: str


def canvas_export(book: Gradebook, state: CanvasState | None) -> Export:
    """A row for each student who was matched, in our order, below the row of the points.

    Canvas takes a blank cell for a change, and other columns for other assignments: neither is written.
    Its column has the same points for everybody: who is excused from some of it gets their share of all.

    Raises:
        InvalidRequest: it is not known who is who, or which column is meant.
    """
    if state is None:
        raise InvalidRequest(
            "Canvas’s own ids are not known yet: hand in the gradebook that Canvas exports first."
        )
    if not state.matching.matches:
        raise InvalidRequest("No student was found in the gradebook that Canvas exported.")
    scores, column = _scores(book), class_possible(book)
    rows = tuple(
        (
            each.student.student,
            each.student.id,
            each.student.sis_user_id,
            each.student.sis_login_id,
            each.student.section,
            _canvas_score(scores[each.person.id], column),
        )
        for each in state.matching.matches
    )
    possible = (POINTS_POSSIBLE, "", "", "", "", _points(column))
    return Export((*COLUMNS, column_title(book, state)), (possible, *rows))


def column_title(book: Gradebook, state: CanvasState) -> str:
    """The title of the column: Canvas's own, or ours where Canvas is to make a new assignment.

    Raises:
        InvalidRequest: Canvas has several assignments of this name.
    """
    if len(state.columns) > 1:
        raise InvalidRequest(
            f"Canvas has {len(state.columns)} assignments of this name: {', '.join(state.columns)}. "
            "Rename all but one there, export again, and hand that in."
        )
    return state.columns[0] if state.columns else book.assignment.title


def scaled_students(book: Gradebook, state: CanvasState) -> tuple[Scaled, ...]:
    """The students of the file whose cell is not what the gradebook says, since some of it is excused."""
    scores, column = _scores(book), class_possible(book)
    found = ((each.person, scores[each.person.id]) for each in state.matching.matches)
    return tuple(
        Scaled(person, score.points, score.possible, _canvas_score(score, column))
        for person, score in found
        if score.possible != column and not score.excused
    )


def _scores(book: Gradebook) -> dict[int, AssignmentScore]:
    return {row.person.id: row.score for row in book.rows}


def _canvas_score(score: AssignmentScore, column: Decimal) -> str:
    """What stands in a student's cell: the points with two decimals, or that none of it counts."""
    if score.excused:
        return EXCUSED
    if score.possible == column:
        return _points(score.points)
    # What is left of it may have no points at all.
    return _points(score.points * column / score.possible) if score.possible else EXCUSED


def _points(points: Decimal) -> str:
    return f"{points.quantize(_CENT, ROUND_HALF_UP):f}"
