"""The API's documents. None has a field for an expected value, so none can leak one."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

PAGE_SIZE = 50
LARGEST_PAGE = 200
LARGEST_ID = 2**63 - 1


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Reply(BaseModel):
    model_config = ConfigDict(frozen=True)


class NewSubmission(_Request):
    """An answer to a part, such as ``{"part": "pset7/ancestry/a", "answer": "1.30"}``."""

    part: Annotated[str, Field(description="The part's slug.", max_length=200)]
    answer: Annotated[
        str,
        Field(
            description="The number as text. A JSON number is taken as the digits that were sent.",
            json_schema_extra={"type": ["string", "number"]},
        ),
    ]


class SubmissionReply(_Reply):
    """A stored answer. ``counted`` is false when this number had been submitted before."""

    id: int
    part: str
    attempt: int
    reading: Annotated[str, Field(description="The exact decimal that we read.")]
    verdict: Literal["correct", "incorrect"]
    submitted_at: datetime
    late_seconds: int
    counted: bool


class StoredSubmission(_Reply):
    """One of the caller's own submissions with the verdict that stands now."""

    id: int
    part: str
    attempt: int
    text: str
    reading: str
    verdict: Literal["correct", "incorrect"]
    submitted_at: datetime
    late_seconds: int


class SubmissionPage(_Reply):
    """A page of submissions, newest first; ``next_cursor`` is null on the last page."""

    items: list[StoredSubmission]
    next_cursor: str | None


class PageQuery(_Request):
    """Which page: ``cursor`` as given by the page before."""

    cursor: Annotated[str | None, Field(pattern=r"^[1-9][0-9]{0,18}$")] = None
    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = PAGE_SIZE
    part: Annotated[str | None, Field(max_length=200, pattern=r"^[!-~]*$")] = None


class PartReply(_Reply):
    """A part: what is asked, and where the caller stands."""

    part: str
    title: str
    prompt: str
    points: str
    tolerance: str
    decimals: int
    state: str
    attempts: int


class ProblemReply(_Reply):
    """A problem: its statement in Markdown with TeX, its data files and its parts."""

    problem: str
    number: str
    title: str
    statement: str
    data: dict[str, str]
    key_version: int
    parts: list[PartReply]


class AssignmentReply(_Reply):
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


class CourseReply(_Reply):
    """The course and its assignments."""

    title: str
    name: str
    term: str
    timezone: str
    assignments: list[str]


class GradebookQuery(_Request):
    """Which rows; ``cursor`` as given by the page before."""

    section: Annotated[str | None, Field(max_length=200)] = None
    search: Annotated[str | None, Field(max_length=200)] = None
    cursor: Annotated[str | None, Field(pattern=r"^[1-9][0-9]{0,8}$")] = None
    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = PAGE_SIZE


class GradebookPart(_Reply):
    """A part's share of a student's score."""

    part: str
    state: str
    points: str
    attempts: int


class GradebookStudent(_Reply):
    """A student's score, as it is folded now."""

    login: str
    name: str
    section: str
    points: str
    possible: str
    late_days: int
    parts: list[GradebookPart]


class GradebookReply(_Reply):
    """A page of the gradebook in order of name; ``next_cursor`` is null on the last page."""

    assignment: str
    items: list[GradebookStudent]
    next_cursor: str | None


class Problem(_Reply):
    """A refusal, as RFC 9457 problem details; ``code`` is stable."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    reason: Annotated[str | None, Field(description="With code unreadable_answer: why.")] = None
    retry_at: Annotated[datetime | None, Field(description="With code cooling_down: when.")] = None
