"""What may stand in ``problem.toml``."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from grader.content.fields import Exact, FileModel, Slug, Text

PartId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{0,9}$")]


class DataTable(FileModel):
    """A ``[[data]]`` of ``problem.toml``: a file of binary features, Label and extra probabilities."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,60}\.csv$")]
    title: Text
    kind: Annotated[str, Field(pattern=r"^labelled$")]
    features: Annotated[int, Field(ge=1, le=1000)]
    extra: list[Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]] = Field(
        default_factory=list
    )


class PartTable(FileModel):
    """A ``[[parts]]`` of ``problem.toml``."""

    id: PartId
    title: Text
    prompt: Annotated[str, Field(min_length=1, max_length=2000)]
    points: Annotated[Exact | int, Field(ge=0, le=1000)]
    tolerance: Annotated[Exact, Field(gt=0, le=1)] = Decimal("0.00001")
    decimals: Annotated[int, Field(ge=0, le=15)] = 5
    accepts_noise: Text | None = None
    accepts_mistakes: Text | None = None


class ProblemFile(FileModel):
    """``problem.toml``."""

    number: Annotated[str, Field(min_length=1, max_length=10)]
    title: Text
    generator: Slug | None = None
    parameters: dict[Slug, int | Exact | list[int | Exact]] = Field(default_factory=dict)
    data: list[DataTable] = Field(default_factory=list)
    parts: Annotated[list[PartTable], Field(min_length=1)]
