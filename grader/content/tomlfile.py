"""Reads a TOML file strictly: what is wrong with it is an error with file, line and key."""

import tomllib
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from grader.content.toml_lines import line_of
from grader.domain.errors import ContentError

F = TypeVar("F", bound=BaseModel)


def read_toml(file: Path, model: type[F]) -> F:
    """Read and validate a file; numbers with a point are read as exact decimals.

    Raises:
        ContentError: naming the file, the line and the key.
    """
    text = read_text(file)
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except ValueError as error:  # TOMLDecodeError, or a whole number of thousands of digits.
        raise ContentError(f"{file}: {error}") from None
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        line = line_of(text, first["loc"])
        key = ".".join(str(piece) for piece in first["loc"])
        raise ContentError(f"{file}, line {line}: {key}: {_plain(first['msg'])}") from None


def read_text(file: Path) -> str:
    """Read a UTF-8 text.

    Raises:
        ContentError: the file is missing or not UTF-8.
    """
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ContentError(f"{file}: this file is missing") from None
    except UnicodeDecodeError as error:
        raise ContentError(f"{file}: not UTF-8 (byte {error.start})") from None


def no_repeats(path: Path, key: str, names: Iterable[str]) -> None:
    """Refuse a list that says something twice.

    Raises:
        ContentError: naming the file, the key and what stands there twice.
    """
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ContentError(f"{path}: {key}: '{name}' stands there twice")
        seen.add(name)


def _plain(message: str) -> str:
    known = {
        "Extra inputs are not permitted": "this key is not known here; check its spelling",
        "Field required": "this key is missing",
    }
    return known.get(message, message.removeprefix("Value error, "))
