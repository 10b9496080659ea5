"""The documents of the course, its assignments and its problems."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from grader.web.api.schema_base import Reply


class PartReply(Reply):
    """A part: what is asked, and where the caller stands."""

    part: str
    title: str
    prompt: str
    points: str
    tolerance: str
    decimals: int
    state: str
    attempts: int


class OfferReply(Reply):
    """What a right answer would cost if it arrived now."""

    timing: Annotated[
        Literal["on time", "in grace", "late", "beyond", "too late", "closed"],
        Field(
            description="`late` counts in full for late days, `beyond` loses points, `too late` gives none."
        ),
    ]
    late_days: Annotated[
        int, Field(description="How many more it would spend, if it raises your score; else none.")
    ]
    percent: Annotated[int, Field(description="How much of a part's points it would give.")]
    in_words: str


class LatenessReply(Reply):
    """The caller's own dates (UTC) and late days: an extension is in ``due`` already."""

    due: datetime | None
    closes: datetime | None
    extension: Annotated[
        datetime | None, Field(description="Until when you have an extension; null without one.")
    ]
    late_days_left: Annotated[int, Field(description="Of the term's, after what this one spends.")]
    submitting_now: OfferReply


class ProblemReply(Reply):
    """A problem: its statement in Markdown with TeX, its data files and its parts."""

    problem: str
    number: str
    title: str
    statement: str
    data: dict[str, str]
    key_version: int
    parts: list[PartReply]
    lateness: LatenessReply


class AssignmentReply(Reply):
    """An assignment: the caller's dates (UTC) and what they have of its points; problems once it is open."""

    assignment: str
    title: str
    opens: datetime | None
    due: datetime | None
    closes: datetime | None
    points: str
    possible: str
    late_days: Annotated[int, Field(description="How many this assignment spends.")]
    lateness: LatenessReply
    problems: list[str]


class CourseReply(Reply):
    """The course and its assignments."""

    title: str
    name: str
    term: str
    timezone: str
    assignments: list[str]
