"""What the TOML files have in common: an unknown key is an error, and texts and names have their bounds."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

SLUG = r"^[a-z][a-z0-9_]{0,39}$"
SLUG_RULE = "a small letter, then small letters, digits and underscores, at most 40 in all"
Slug = Annotated[str, Field(pattern=SLUG)]
EARLIEST_YEAR, LATEST_YEAR = 1970, 2999
LONGEST_TEXT = 500
Text = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
Exact = Annotated[Decimal, Field(allow_inf_nan=False)]


def _local(moment: datetime) -> datetime:
    if moment.tzinfo is not None:
        raise ValueError("write the local time of the course, without an offset")
    if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
        raise ValueError(f"write a year from {EARLIEST_YEAR} to {LATEST_YEAR}")
    return moment


Local = Annotated[datetime, AfterValidator(_local)]


class FileModel(BaseModel):
    """A table of a file, validated strictly."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
