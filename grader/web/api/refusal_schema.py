"""The document of a refusal."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from grader.web.api.schema_base import Reply


class Problem(Reply):
    """A refusal, as RFC 9457 problem details; ``code`` is stable."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    reason: Annotated[str | None, Field(description="With code unreadable_answer: why.")] = None
    retry_at: Annotated[datetime | None, Field(description="With code cooling_down: when.")] = None
