"""What the API's documents have in common. None has a field for an expected value, so none can leak one."""

from pydantic import BaseModel, ConfigDict

PAGE_SIZE = 50
LARGEST_PAGE = 200
CURSOR = "The `next_cursor` of the page before; none for the first page."
LIMIT = f"How many there are on a page, at most {LARGEST_PAGE}; {PAGE_SIZE} unless it is given."


class Request(BaseModel):
    """What a client sends; a field that we don't know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Reply(BaseModel):
    """What a client gets."""

    model_config = ConfigDict(frozen=True)
