"""The documents of the course, its assignments and its problems."""

from datetime import datetime

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


class ProblemReply(Reply):
    """A problem: its statement in Markdown with TeX, its data files and its parts."""

    problem: str
    number: str
    title: str
    statement: str
    data: dict[str, str]
    key_version: int
    parts: list[PartReply]


class AssignmentReply(Reply):
    """An assignment: its dates (UTC) and what the caller has of its points; problems once it is open."""

    assignment: str
    title: str
    opens: datetime | None
    due: datetime | None
    closes: datetime | None
    points: str
    possible: str
    late_days: int
    problems: list[str]


class CourseReply(Reply):
    """The course and its assignments."""

    title: str
    name: str
    term: str
    timezone: str
    assignments: list[str]
