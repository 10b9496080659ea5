"""Reads the files that an operator hands in."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from grader.domain.errors import InvalidRequest


def read_file(path: Path, largest: int) -> bytes:
    """The bytes of a file, at most one more than ``largest``: enough to see that it is too large.

    ``-`` is standard input, so that a file reaches a container that has no way to its folder.

    Raises:
        InvalidRequest: it can't be read.
    """
    if str(path) == "-":
        return sys.stdin.buffer.read(largest + 1)
    try:
        with path.open("rb") as file:
            return file.read(largest + 1)
    except OSError as error:
        raise InvalidRequest(f"{path} can't be read: {error.strerror}.") from None


@contextmanager
def named(path: Path) -> Generator[None]:
    """Put the name of a file before what is wrong with its content.

    Raises:
        InvalidRequest: something is.
    """
    try:
        yield
    except InvalidRequest as error:
        name = "Standard input" if str(path) == "-" else path
        raise InvalidRequest(f"{name}: {error}") from None
