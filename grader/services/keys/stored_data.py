"""The data files that keys and variants pin: stored once, and found by their content."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from grader.content.catalog import digest
from grader.db.models import DataBlob


def keep_data(session: Session, contents: Iterable[bytes]) -> None:
    """Store those of the files that are not there yet."""
    for content in contents:
        if session.get(DataBlob, digest(content)) is None:
            session.add(DataBlob(sha256=digest(content), content=content))
            session.flush()
