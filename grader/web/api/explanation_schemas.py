"""The documents of explanations."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from grader.domain.explanations import LONGEST
from grader.web.api.schema_base import Reply, Request


class NewExplanation(Request):
    """A text to save, such as ``{"text": "The weights say ...", "based_on": 0}``."""

    text: Annotated[
        str, Field(description=f"Markdown with TeX, of at most {LONGEST:,} characters.")
    ]
    based_on: Annotated[
        int,
        Field(
            ge=0,
            le=10**9,
            description="The version that you had read last, 0 for none. If a newer one was saved meanwhile, "
            "both are kept: see `unseen`.",
        ),
    ]


class ExplanationHeaders(Request):
    """What may stand beside a text."""

    idempotency_key: Annotated[
        str | None,
        Field(
            alias="Idempotency-Key",
            description="1 to 200 printable ASCII characters without spaces. The same key with the same "
            "body gets the same reply, and stores nothing again.",
        ),
    ] = None


class ExplanationQuery(Request):
    """Which version; the newest unless it says."""

    version: Annotated[
        str | None,
        Field(
            pattern=r"^[1-9][0-9]{0,8}$",
            description="Which version; the newest unless it is given.",
        ),
    ] = None


class ExplanationReply(Reply):
    """A version of the caller's own explanation; ``version`` is 0 while nothing is written."""

    problem: str
    version: int
    text: str
    saved_at: datetime | None
    late_seconds: int
    unseen: Annotated[
        list[int],
        Field(
            description="The versions that were saved between the one it is based on and this one."
        ),
    ]
