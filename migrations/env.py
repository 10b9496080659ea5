"""Alembic's entry: migrates the engine that ``grader.db.migrating`` hands over.

On SQLite foreign keys are off while tables are rebuilt (a rebuilt parent would otherwise take its
children with it), which only works outside a transaction; afterwards every reference is checked.
"""

from alembic import context
from sqlalchemy import Connection, Engine

from grader.config import load_settings
from grader.db.engine import make_engine
from grader.db.models import Base


def run(connection: Connection) -> None:
    """Run the pending migrations, each in a transaction of its own."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        transactional_ddl=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def run_on_sqlite(connection: Connection) -> None:
    """The same with foreign keys off, and checked at the end."""
    raw = connection.connection.driver_connection
    assert raw is not None  # noqa: S101 - an open connection has one; this tells the type checker.
    raw.execute("PRAGMA foreign_keys = OFF")
    try:
        run(connection)
        broken = raw.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"a migration left rows that point to nothing: {broken[:5]}")
    finally:
        raw.execute("PRAGMA foreign_keys = ON")


given: Engine | None = context.config.attributes.get("engine")
engine = given or make_engine(load_settings().url)
try:
    with engine.connect() as opened:
        if engine.dialect.name == "sqlite":
            run_on_sqlite(opened)
        else:
            run(opened)
finally:
    if given is None:
        engine.dispose()
