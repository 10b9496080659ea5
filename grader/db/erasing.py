"""The one hole in the protection of facts: one transaction can write over their tables, to forget.

No trigger has an exception, so there is nothing that a mistake elsewhere could use. The triggers are put
aside within the transaction: nobody else sees a table without them, and a rollback brings them back.
"""

from collections.abc import Generator, Iterable
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.orm import Session


@contextmanager
def writable_facts(session: Session, tables: Iterable[str]) -> Generator[None]:
    """Let this transaction write over these tables of facts until the block ends.

    Writers wait until it ends. If the block fails, roll back: only that brings the protection back.
    """
    if session.get_bind().dialect.name == "postgresql":
        yield from _without_triggers_on_postgresql(session, list(tables))
    else:
        yield from _without_triggers_on_sqlite(session, list(tables))


def _without_triggers_on_postgresql(session: Session, tables: list[str]) -> Generator[None]:
    session.execute(text(f"LOCK TABLE {', '.join(tables)} IN SHARE ROW EXCLUSIVE MODE"))
    for table in tables:
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {table}_insert_only"))
    yield
    for table in tables:
        session.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER {table}_insert_only"))


def _without_triggers_on_sqlite(session: Session, tables: list[str]) -> Generator[None]:
    # What is written over is filled with zeros, and not merely left for later pages.
    session.execute(text("PRAGMA secure_delete = ON"))
    found = session.execute(
        text("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
    )
    triggers = [(name, made_by) for name, table, made_by in found if table in tables]
    for name, _ in triggers:
        session.execute(text(f"DROP TRIGGER {name}"))
    yield
    for _, made_by in triggers:
        session.execute(text(made_by))
