import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from sqlalchemy import Engine

from grader.db import migrating
from grader.db.engine import make_engine
from grader.db.migrating import MIGRATIONS, newest_revision


class NewMigration(Protocol):
    """Writes a migration of which this is done on the way up and on the way down."""

    def __call__(self, up: str, down: str = "pass") -> None: ...


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Engine]:
    """An engine on a database without any table."""
    engine = make_engine(empty_database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def new_migration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> NewMigration:
    """Puts a migration on top of the real ones, in a copy of their folder."""
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(migrating, "MIGRATIONS", folder)
    before = newest_revision()

    def write(up: str, down: str = "pass") -> None:
        (folder / "versions" / "9999_next.py").write_text(
            "import sqlalchemy as sa\nfrom alembic import op\n"
            f"revision = '9999'\ndown_revision = {before!r}\n\n"
            f"def upgrade():\n    {up}\n\ndef downgrade():\n    {down}\n"
        )

    return write
