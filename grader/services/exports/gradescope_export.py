"""The gradebook in the columns of Gradescope's own export of grades."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader.db.models import Submission
from grader.domain.deadlines import late_seconds
from grader.domain.grammar import canonical
from grader.domain.problem import Assignment
from grader.domain.scoring import AssignmentScore, PartState
from grader.services.exports.exporting import Export
from grader.services.exports.questions import Question, points_of, questions
from grader.services.files.csv_text import TextOrNumber
from grader.services.scores.decisions import own_rules
from grader.services.scores.gradebook import Gradebook, GradebookRow

COLUMNS = (
    "First Name",
    "Last Name",
    "SID",
    "Email",
    "Sections",
    "Total Score",
    "Max Points",
    "Status",
    "Submission ID",
    "Submission Time",
    "Lateness (H:M:S)",
    "View Count",
    "Submission Count",
)


@dataclass(frozen=True, slots=True)
class _Last:
    """A student's last submission, how late it was for them, and how many there are."""

    id: int
    at: datetime
    late: int
    count: int


def gradescope_export(session: Session, book: Gradebook) -> Export:
    """A row for each student, and a column for each part or explanation: Gradescope's questions."""
    asked = questions(book)
    titles = [
        f"{number}: {each.title} ({_pts(each.possible)} pts)"
        for number, each in enumerate(asked, 1)
    ]
    last = _last_submissions(session, book)
    zone = ZoneInfo(book.policy.timezone)
    return Export(
        (*COLUMNS, *titles),
        tuple(_row(row, last.get(row.person.id), asked, zone) for row in book.rows),
    )


def _row(
    row: GradebookRow, last: _Last | None, asked: tuple[Question, ...], zone: ZoneInfo
) -> tuple[TextOrNumber, ...]:
    person, score = row.person, row.score
    graded = last is not None or _given(score)
    return (
        *split_name(person.name),
        person.sis_user_id,
        person.email,
        person.section,
        score.points if graded else None,
        score.possible,
        "Graded" if graded else "Missing",
        *(
            (last.id, f"{last.at.astimezone(zone):%Y-%m-%d %H:%M:%S %z}", _clock(last.late))
            if last
            else (None, None, None)
        ),
        0,
        last.count if last else 0,
        *(points_of(score, each.slug) if graded else None for each in asked),
    )


def _given(score: AssignmentScore) -> bool:
    """Whether staff gave points: whoever has them misses no work, even if nothing was sent in."""
    return any(part.state is not PartState.EXCUSED for part in score.decided)


def split_name(name: str) -> tuple[str, str]:
    """First and last name of one that is written ``Ada King Lovelace`` or ``Lovelace, Ada King``."""
    last, comma, first = name.partition(",")
    if comma:
        return first.strip(), last.strip()
    *given, family = name.split(" ")
    return (" ".join(given), family) if given else (name, "")


def _last_submissions(session: Session, book: Gradebook) -> Mapping[int, _Last]:
    found = _newest(session, book.assignment)
    rules = own_rules(session)
    return {
        person: _Last(number, at, late_seconds(rules.policy(book.policy, person), at), count)
        for person, number, at, count in found
    }


def _newest(session: Session, assignment: Assignment) -> list[tuple[int, int, datetime, int]]:
    """By person: the newest submission, when it came, and how many there are."""
    counted = (
        select(func.max(Submission.id).label("id"), func.count().label("count"))
        .where(Submission.problem.in_([problem.slug for problem in assignment.problems]))
        .group_by(Submission.person_id)
        .subquery()
    )
    query = select(
        Submission.person_id, Submission.id, Submission.submitted_at, counted.c.count
    ).join(counted, counted.c.id == Submission.id)
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(query)]


def _clock(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest:02}"


def _pts(points: Decimal) -> str:
    """As Gradescope writes points: whole ones with a decimal, too."""
    text = canonical(points)
    return text if "." in text else f"{text}.0"
