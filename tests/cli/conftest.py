"""Desks for the tests of commands."""

from pathlib import Path

import pytest

from tests.cli.desk import Desk, make_desk


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Desk:
    """A desk with a migrated database: the test runs once on SQLite and once on PostgreSQL."""
    return make_desk(tmp_path, database_url)


@pytest.fixture
def bare_desk(tmp_path: Path) -> Desk:
    """A desk without a database: the one that would be made lies in the instance folder."""
    return make_desk(tmp_path, "")
