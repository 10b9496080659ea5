"""Runs the migrations of ``migrations/`` from Python, so that the CLI and the tests do what Alembic does."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from grader.db.session import reading

MIGRATIONS = Path(__file__).resolve().parent.parent.parent / "migrations"


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the schema up to a revision; each migration is one transaction."""
    command.upgrade(_config(engine), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the schema down to a revision (``base`` for none)."""
    command.downgrade(_config(engine), revision)


def current_revision(engine: Engine) -> str | None:
    """The revision that the database is at, or None for an empty one."""
    # Reading: readiness is asked every few seconds, and must not queue among the writers.
    with reading(engine) as session:
        return MigrationContext.configure(session.connection()).get_current_revision()


def newest_revision() -> str:
    """The revision that this code needs."""
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    if head is None:
        raise FileNotFoundError(f"no migrations in {MIGRATIONS}")
    return head


def known_revisions() -> frozenset[str]:
    """Every revision that this code can migrate from."""
    script = ScriptDirectory(str(MIGRATIONS))
    return frozenset(each.revision for each in script.walk_revisions())


def _config(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine
    return config
