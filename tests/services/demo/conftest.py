"""Fixtures for the demo: the shipped problems, published, and a class made once for each kind of database."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from grader.config import PROJECT
from grader.content.catalog import Catalog
from grader.content.loading import load_catalog
from grader.db.session import reading, transaction
from grader.services.demo import demo
from grader.services.keys.publishing import publish
from grader.services.policies.publishing import publish_policy
from tests.support.databases import KINDS, Databases, close_engine, open_engine
from tests.support.school import shipped_drafts
from tests.support.signers import SIGNER

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


@dataclass(frozen=True)
class MadeDemo:
    """A demo as ``grader serve`` makes it, for tests that only read it."""

    engine: Engine
    catalog: Catalog
    visitor: str


@pytest.fixture
def catalog(engine: Engine, tmp_path: Path) -> Catalog:
    """The shipped problems, with dates of today, published."""
    return published(engine, tmp_path)


@pytest.fixture(scope="package", params=KINDS)
def made_demo(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MadeDemo]:
    """A whole class, on each kind of database."""
    url = databases.migrated(request.param)
    engine = open_engine(url)
    loaded = published(engine, tmp_path_factory.mktemp("instance"))
    with transaction(engine) as session:
        visitor = demo.make_demo(session, course=loaded.course, signer=SIGNER, now=NOW)
    yield MadeDemo(engine, loaded, visitor)
    close_engine(engine)
    databases.give_back(url)


@pytest.fixture
def made_session(made_demo: MadeDemo) -> Iterator[Session]:
    """A session that reads it."""
    with reading(made_demo.engine) as session:
        yield session


def published(engine: Engine, instance: Path) -> Catalog:
    """Publish the shipped problems into an empty database."""
    course = load_catalog(PROJECT / "problems", instance).course
    (instance / "dates.toml").write_text(demo.demo_dates(course, NOW))
    loaded = load_catalog(PROJECT / "problems", instance)
    with transaction(engine) as session:
        for draft in shipped_drafts():
            publish(session, draft=draft, actor="op", now=NOW)
        for each in loaded.course.assignments:
            publish_policy(session, course=loaded.course, assignment=each, actor="op", now=NOW)
    return loaded
