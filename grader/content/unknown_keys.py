"""Tells what may stand in place of a key that is not known."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, RootModel


def what_is_known(model: type[BaseModel], location: tuple[int | str, ...]) -> str:
    """The key that is likely meant at this location of a file, or else all that may stand there."""
    for piece in location[:-1]:
        if issubclass(model, RootModel):
            model = _table(model.model_fields["root"].annotation)
        elif isinstance(piece, str):
            model = _table(model.model_fields[piece].annotation)
    known = list(model.model_fields)
    if likely := get_close_matches(str(location[-1]), known, n=1, cutoff=0.7):
        return f"is '{likely[0]}' meant?"
    return f"known are {', '.join(known)}"


def _table(annotation: Any) -> type[BaseModel]:  # noqa: ANN401 - what may be annotated is anything.
    """The model in ``list[Model]``, ``dict[str, Model]``, ``Model | None`` and the like."""
    return next(_models(annotation))


def _models(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401 - as above.
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)
