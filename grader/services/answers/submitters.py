"""Who submits by an API token: one statement tells that, and how things stand for their answer.

In the last hour submissions are the load, and each round trip to the database is a good part of one.
"""

from datetime import datetime

from sqlalchemy import Connection

from grader.db import queries
from grader.db.prepared import Prepared
from grader.services.answers.looking import Rows, names
from grader.services.people.token_principals import BY_PREFIX, TokenPrincipal, principal_in, rows_of

_BOTH = Prepared(queries.with_attempts(BY_PREFIX))


def token_submitter(
    connection: Connection, *, token: str, part: str, now: datetime
) -> tuple[TokenPrincipal | None, Rows]:
    """Who acts by this token, as ``token_principal`` finds them, and what they would see by ``look``."""
    rows = rows_of(connection, _BOTH, names(part), token=token, now=now)
    return (principal_in(rows[0], now) if rows else None), rows
