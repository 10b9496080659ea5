"""What the TOML files have in common: an unknown key is an error, and texts and names have their bounds."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Text = Annotated[str, Field(min_length=1, max_length=500)]
Exact = Annotated[Decimal, Field(allow_inf_nan=False)]


def _local(moment: datetime) -> datetime:
    if moment.tzinfo is not None:
        raise ValueError("write the local time of the course, without an offset")
    return moment


Local = Annotated[datetime, AfterValidator(_local)]


class FileModel(BaseModel):
    """A table of a file, validated strictly."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
