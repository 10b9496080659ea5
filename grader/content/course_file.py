"""What may stand in ``course.toml``."""

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from grader.content.fields import FileModel, Slug, Text

RESERVED = frozenset(
    (
        "api drafts exports grades health healthz imports ledger marking metrics overview readyz receipts "
        "record regrades requests roster signin signout staff static students tokens what-if"
    ).split()
)
"""What the service's own addresses begin with, the staff's too; an assignment's pages lie under its slug."""


def _free(slug: str) -> str:
    if slug in RESERVED:
        raise ValueError(
            f"no assignment can be called '{slug}', as pages of the service lie there; rename its folder"
        )
    return slug


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of zones.
        raise ValueError(
            f"'{name}' is no time zone; write one such as America/Los_Angeles"
        ) from None
    return name


class CourseFile(FileModel):
    """``course.toml``."""

    title: Text
    name: Text
    term: Text
    timezone: Annotated[str, AfterValidator(_known_zone)]
    late_days: Annotated[int, Field(ge=0, le=100)]
    assignments: Annotated[list[Annotated[Slug, AfterValidator(_free)]], Field(min_length=1)]
