"""Tells two writers at the same moment from a fault of our own: both are an ``IntegrityError``."""

import sqlite3

from sqlalchemy.exc import IntegrityError

from grader.domain.errors import GraderError

# "unique_violation"; the driver itself is not loaded for it where the database is another.
_UNIQUE_IN_POSTGRESQL = "23505"
_UNIQUE_IN_SQLITE = {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY}


class ChangedMeanwhile(GraderError):
    """Somebody else stored the same thing first; what was asked may be asked again."""

    code = "changed_meanwhile"


def is_collision(error: IntegrityError) -> bool:
    """Whether a row is there already that was not when we looked; other violations are faults."""
    if isinstance(error.orig, sqlite3.Error):
        return error.orig.sqlite_errorcode in _UNIQUE_IN_SQLITE
    return getattr(error.orig, "sqlstate", None) == _UNIQUE_IN_POSTGRESQL
