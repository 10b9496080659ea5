"""Reads a TOML file strictly: what is wrong with it is an error with file, line and key."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from grader.content.toml_lines import line_of
from grader.content.unknown_keys import what_is_known
from grader.domain.errors import ContentError

F = TypeVar("F", bound=BaseModel)

# Pydantic's words, where they would tell an author of Python instead of TOML.
_PLAIN = {
    "missing": "this key is missing",
    "is_instance_of": "write a number, without quotes",
    "int_type": "write a whole number, without quotes",
    "string_type": 'write a text in "quotes"',
    "bool_type": "write true or false, without quotes",
    "list_type": "write a list in [brackets]",
    "too_short": "this list is empty; name at least one",
}


def read_toml(file: Path, model: type[F]) -> F:
    """Read and validate a file; numbers with a point are read as exact decimals.

    Raises:
        ContentError: naming the file, the line and the key.
    """
    text = read_text(file)
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise ContentError(f"{file}, line {_line(text, error)}: this is no TOML: {error}") from None
    try:
        return model.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_url=False)
        # A misspelt key is also missing under its right name: the misspelling is what there is to see.
        unknown = [each for each in found if each["type"] == "extra_forbidden"]
        first = (unknown or found)[0]
        location = first["loc"]
        message = _PLAIN.get(first["type"], first["msg"].removeprefix("Value error, "))
        if unknown:
            message = f"this key is not known here; {what_is_known(model, location)}"
        raise refused(file, location, message) from None


def refused(file: Path, location: tuple[int | str, ...], message: str) -> ContentError:
    """The error that names a key of a file, and the line where it stands."""
    key = ".".join(str(piece) for piece in location)
    return ContentError(f"{file}, line {line_of(read_text(file), location)}: {key}: {message}")


def read_text(file: Path) -> str:
    """Read a UTF-8 text.

    Raises:
        ContentError: the file is missing, no file, can't be read, or is not UTF-8.
    """
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ContentError(f"{file}: this file is missing") from None
    except IsADirectoryError:
        raise ContentError(f"{file}: this is a folder, and has to be a file") from None
    except OSError as error:
        raise ContentError(f"{file}: this file can't be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ContentError(
            f"{file}, line {line}: not UTF-8 (byte {error.start}); save the file as UTF-8"
        ) from None


def no_repeats(path: Path, key: str, names: Iterable[str], field: str | None = None) -> None:
    """Refuse a list, or a list of tables by one of their fields, that says something twice.

    Raises:
        ContentError: naming the file, the line, the key and what stands there twice.
    """
    seen: set[str] = set()
    for place, name in enumerate(names):
        if name in seen:
            location = (key, place) if field is None else (key, place, field)
            raise refused(path, location, f"'{name}' stands there twice")
        seen.add(name)


def folders_beside(path: Path, key: str, names: Sequence[str]) -> None:
    """Refuse a list of folders beside a file that says one twice, or names one that is not there.

    Raises:
        ContentError: naming the file, the line, the key and the folder.
    """
    no_repeats(path, key, names)
    for place, name in enumerate(names):
        folder = path.parent / name
        if not folder.is_dir():
            raise refused(path, (key, place), f"there is no folder {folder}")


def _line(text: str, error: Exception) -> int:
    """Where the parser stopped."""
    if told := re.search(r"at line (\d+)", str(error)):
        return int(told[1])
    lines = text.splitlines() or [""]
    if isinstance(error, tomllib.TOMLDecodeError):
        return len(lines)  # "At end of document".
    # A number with thousands of digits, or thousands of brackets: no other line is as long.
    return lines.index(max(lines, key=len)) + 1
