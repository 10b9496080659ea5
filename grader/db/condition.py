"""What kind of database this is, how large, and who waits in it."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

_SQL = {
    "sqlite": (
        "SELECT sqlite_version()",
        "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
    ),
    "postgresql": ("SHOW server_version", "SELECT pg_database_size(current_database())"),
}
_WAITING = (
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND wait_event_type = 'Lock'"
)
_NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True, slots=True)
class Condition:
    """The database's kind and version, and how many bytes it takes."""

    kind: str
    version: str
    size: int


def condition(connection: Connection) -> Condition:
    """Ask the database about itself."""
    kind = connection.dialect.name
    version, size = (connection.execute(text(sql)).scalar_one() for sql in _SQL[kind])
    return Condition(_NAMES[kind], str(version).partition(" ")[0], int(size))


def waiting_for_locks(connection: Connection) -> int:
    """How many sessions wait for a lock now; none on SQLite, whose writers queue beside it."""
    if connection.dialect.name == "sqlite":
        return 0
    return int(connection.execute(text(_WAITING)).scalar_one())
