"""What may stand in ``assignment.toml``, and in an instance's own dates."""

from typing import Annotated

from pydantic import Field, PlainValidator

from grader.content.fields import Exact, FileModel, Local, Slug, Text


class AttemptsTable(FileModel):
    """``[attempts]``: without a limit, attempts are unlimited."""

    limit: Annotated[int, Field(ge=1)] | None = None
    free_wrong: Annotated[int, Field(ge=1)] = 5
    cooldown_first_seconds: Annotated[int, Field(ge=0, le=86400)] = 30
    cooldown_longest_seconds: Annotated[int, Field(ge=0, le=86400)] = 600


class LatenessTable(FileModel):
    """``[lateness]``: the most late days that this assignment takes of a student's budget.

    Each deadline has ``grace_minutes``. Work later than the late days loses
    ``penalty_percent_per_day`` of its points for each day; all of them, where that is left out.
    """

    max_late_days: Annotated[int, Field(ge=0, le=100)]
    grace_minutes: Annotated[int, Field(ge=0, le=1440)] = 0
    penalty_percent_per_day: Annotated[int, Field(ge=1, le=100)] = 100


def _wrong_attempts(value: object) -> int | None:
    match value:
        case "never":
            return None
        case "at once":
            return 1
        case bool():
            pass
        case int() if value >= 1:
            return value
    raise ValueError(
        'write a number of wrong attempts from 1 on, "at once" (the same as 1) or "never"'
    )


class HintsTable(FileModel):
    """``[hints]``: from which wrong attempt on a student is told which mistake gives the number."""

    after_wrong: Annotated[int | None, PlainValidator(_wrong_attempts)]


class RequestsTable(FileModel):
    """``[requests]``: how many regrade requests a student has, until how many days after their work ends."""

    days: Annotated[int, Field(ge=1, le=365)]
    limit: Annotated[int, Field(ge=1, le=100)]


class ExplanationsTable(FileModel):
    """``[explanations]``: the points that the explanation of each problem can give."""

    points: Annotated[Exact | int, Field(ge=0, le=1000)]


class AssignmentFile(FileModel):
    """``assignment.toml``; its times are local to the course's zone."""

    title: Text
    opens: Local | None = None
    due: Local | None = None
    closes: Local | None = None
    graded: bool = True
    problems: Annotated[list[Slug], Field(min_length=1)]
    attempts: AttemptsTable = AttemptsTable()
    lateness: LatenessTable = LatenessTable(max_late_days=0)
    hints: HintsTable | None = None
    requests: RequestsTable | None = None
    explanations: ExplanationsTable | None = None


class DatesTable(FileModel):
    """An instance's own dates of an assignment, for a demo or another term."""

    opens: Local | None = None
    due: Local | None = None
    closes: Local | None = None
