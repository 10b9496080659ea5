"""The documents of submissions."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from grader.web.api.schema_base import CURSOR, LARGEST_PAGE, LIMIT, PAGE_SIZE, Reply, Request

LARGEST_ID = 2**63 - 1


Hinted = Annotated[
    str | None,
    Field(
        description="Which known mistake gives this wrong number, in Markdown with TeX. Null where none is "
        "known, where several give it, or before the assignment's policy lets it be told. It is what may "
        "be told now, so it may come with a repeat though it did not come at first."
    ),
]


class NewSubmission(Request):
    """An answer to a part, such as ``{"part": "pset7/ancestry/a", "answer": "1.30"}``."""

    part: Annotated[str, Field(description="The part's slug.", max_length=200)]
    answer: Annotated[
        str,
        Field(
            description="The number as text. A JSON number is taken as the digits that were sent.",
            json_schema_extra={"type": ["string", "number"]},
        ),
    ]


class SubmissionHeaders(Request):
    """What may stand beside an answer."""

    idempotency_key: Annotated[
        str | None,
        Field(
            alias="Idempotency-Key",
            description="1 to 200 printable ASCII characters without spaces. The same key with the same "
            "answer gets the same reply; only its hint is what may be told now.",
        ),
    ] = None


class SubmissionReply(Reply):
    """A stored answer. ``counted`` is false when this number had been submitted before."""

    id: int
    part: str
    attempt: int
    reading: Annotated[str, Field(description="The exact decimal that we read.")]
    verdict: Literal["correct", "incorrect"]
    submitted_at: datetime
    late_seconds: int
    counted: bool
    hint: Hinted


class StoredSubmission(Reply):
    """One of the caller's own submissions with the verdict that stands now."""

    id: int
    part: str
    attempt: int
    text: str
    reading: str
    verdict: Literal["correct", "incorrect"]
    submitted_at: datetime
    late_seconds: int
    hint: Hinted


class SubmissionPage(Reply):
    """A page of submissions, newest first; ``next_cursor`` is null on the last page."""

    items: list[StoredSubmission]
    next_cursor: str | None


class PageQuery(Request):
    """Which page: ``cursor`` as given by the page before."""

    cursor: Annotated[str | None, Field(pattern=r"^[1-9][0-9]{0,18}$", description=CURSOR)] = None
    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE, description=LIMIT)] = PAGE_SIZE
    part: Annotated[
        str | None,
        Field(
            max_length=200,
            pattern=r"^[!-~]*$",
            description="Only submissions to this part, such as `pset7/ancestry/a`.",
        ),
    ] = None
