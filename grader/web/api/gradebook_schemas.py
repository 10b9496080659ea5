"""The documents of the gradebook."""

from typing import Annotated

from pydantic import Field

from grader.web.api.schema_base import CURSOR, LARGEST_PAGE, LIMIT, PAGE_SIZE, Reply, Request


class GradebookQuery(Request):
    """Which rows; ``cursor`` as given by the page before."""

    section: Annotated[
        str | None, Field(max_length=200, description="Only students of this section.")
    ] = None
    search: Annotated[
        str | None, Field(max_length=200, description="Only whose name or login contains this.")
    ] = None
    cursor: Annotated[str | None, Field(pattern=r"^[1-9][0-9]{0,17}$", description=CURSOR)] = None
    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE, description=LIMIT)] = PAGE_SIZE


class GradebookPart(Reply):
    """A part's share of a student's score."""

    part: str
    state: str
    points: str
    attempts: int


class GradebookStudent(Reply):
    """A student's score, as it is folded now."""

    login: str
    name: str
    section: str
    points: str
    possible: str
    late_days: int
    parts: list[GradebookPart]


class GradebookReply(Reply):
    """A page of the gradebook in order of name; ``next_cursor`` is null on the last page."""

    assignment: str
    items: list[GradebookStudent]
    next_cursor: str | None
