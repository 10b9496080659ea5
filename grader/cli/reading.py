"""Reads the files that an operator hands in."""

from pathlib import Path

from grader.domain.errors import InvalidRequest


def read_file(path: Path, largest: int) -> bytes:
    """The bytes of a file, at most one more than ``largest``: enough to see that it is too large.

    Raises:
        InvalidRequest: it can't be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(largest + 1)
    except OSError as error:
        raise InvalidRequest(f"{path} can't be read: {error.strerror}.") from None
