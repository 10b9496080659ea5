"""A file that appears whole or not at all, and never in the place of another."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from grader.domain.errors import InvalidRequest


@contextmanager
def new_file(target: Path) -> Generator[Path]:
    """A private file beside the target that takes its name at the end, if all went well.

    Raises:
        InvalidRequest: the target exists, or can't be made.
    """
    part = target.with_name(f".{target.name}.part")
    try:
        # The target's name is taken first, so that nothing can ever be overwritten.
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        raise InvalidRequest(f"{target} exists; a backup never overwrites a file.") from None
    except OSError as error:
        raise InvalidRequest(f"{target} can't be made: {error.strerror}.") from None
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        yield part
        _sync(part)
        part.replace(target)
        _sync(target.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        target.unlink()
        raise


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
