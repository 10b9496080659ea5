"""A running course for tests of the doors: the shipped problems, published, open, with people and tokens."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import Engine, Table, func, insert, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from grader.config import PROJECT, Settings
from grader.content.catalog import Catalog
from grader.content.loading import load_catalog
from grader.db.copying import go_on_counting
from grader.db.engine import make_engine, sqlite_file
from grader.db.migrating import upgrade
from grader.db.models import Base, Submission
from grader.db.session import reading, transaction
from grader.domain.grammar import canonical
from grader.services.demo.demo import demo_dates
from grader.services.keys.drafting import Draft, draft_key
from grader.services.keys.published import published_key
from grader.services.keys.publishing import publish
from grader.services.people.signin_links import consume_link, make_signin_link
from grader.services.people.token_issuing import issue_token
from grader.services.policies.publishing import publish_policy
from grader.services.receipts.signing import Signer
from grader.web.app import create_app, open_state
from grader.web.state import EXTENSION
from tests.support.api_document import CheckedClient
from tests.support.databases import close_engine, open_engine
from tests.support.people import add_person
from tests.support.untold import keep_secret

PEOPLE = {"ada": "student", "bob": "student", "tia": "ta", "ina": "instructor"}


@dataclass
class School:
    """The application on one database, with what tests need to talk to it."""

    app: Flask
    engine: Engine
    catalog: Catalog
    settings: Settings
    ids: dict[str, int]
    tokens: dict[str, str]
    _own: Engine = field(repr=False)

    @property
    def signer(self) -> Signer:
        """Who signs the receipts of this school."""
        found: Signer = self.app.extensions["grader"].signer
        return found

    def close(self) -> None:
        """Close all connections."""
        close_engine(self.engine)
        close_engine(self._own)

    def client(self) -> FlaskClient:
        """A browser without cookies."""
        return self.app.test_client()

    def browser(self, who: str) -> FlaskClient:
        """A browser in which this person is signed in, by the same link as everybody's."""
        moment, length = datetime.now(UTC), timedelta(hours=1)
        with transaction(self.engine) as session:
            made = make_signin_link(
                session, login_or_email=who, now=moment, lifetime=length, limited=False
            )
            assert made is not None
            token = consume_link(session, token=made[1], now=moment, lifetime=length)
        client = self.client()
        client.set_cookie("session", token)
        return client

    def expected(self, part: str) -> str:
        """The reference value of a part, as its exact text."""
        with reading(self.engine) as session:
            found = published_key(session, part.rpartition("/")[0])
        assert found is not None
        return canonical(found[1].parts[part].expected)

    def submit(
        self,
        part: str,
        answer: object,
        *,
        who: str = "ada",
        key: str | None = None,
    ) -> TestResponse:
        """Submit through the API."""
        headers = self.bearer(who) | ({"Idempotency-Key": key} if key else {})
        body = {"part": part, "answer": answer}
        return self.client().post("/api/v1/submissions", json=body, headers=headers)

    def explain(
        self,
        problem: str,
        text: object,
        based_on: object = 0,
        *,
        who: str = "ada",
        key: str | None = None,
    ) -> TestResponse:
        """Save an explanation through the API."""
        headers = self.bearer(who) | ({"Idempotency-Key": key} if key else {})
        body = {"text": text, "based_on": based_on}
        return self.client().put(f"/api/v1/explanations/{problem}", json=body, headers=headers)

    def get(self, path: str, *, who: str = "ada") -> TestResponse:
        """Read from the API."""
        return self.client().get(f"/api/v1{path}", headers=self.bearer(who))

    def bearer(self, who: str) -> dict[str, str]:
        """The header that says who sends a request."""
        return {"Authorization": f"Bearer {self.tokens[who]}"}

    def stored(self) -> int:
        """How many submissions there are."""
        with reading(self.engine) as session:
            return session.execute(select(func.count()).select_from(Submission)).scalar_one()

    def rows(self) -> dict[str, int]:
        """How many rows each table has."""
        with reading(self.engine) as session:
            return {
                table.name: session.execute(select(func.count()).select_from(table)).scalar_one()
                for table in Base.metadata.sorted_tables
            }


@cache
def shipped_drafts() -> tuple[Draft, ...]:
    """The keys of the shipped problems, solved once a process: each test publishes them anew."""
    with TemporaryDirectory() as instance:
        catalog = load_catalog(PROJECT / "problems", Path(instance))
        return tuple(draft_key(catalog, problem) for problem in catalog.course.problems)


def open_school(url: str, instance: Path) -> School:
    """Fill a migrated database with the shipped problems and people, and start the application on it."""
    instance.mkdir(exist_ok=True)
    filled = _filled()
    (instance / "dates.toml").write_text(filled.dates)
    settings = _settings(url, instance)
    engine = open_engine(url)
    filled.store(engine)
    app = _application()
    state = open_state(settings)
    own = open_engine(url, serving=True)
    app.extensions[EXTENSION] = replace(state, engine=own)
    return School(app, engine, state.catalog, settings, {**filled.ids}, {**filled.tokens}, own)


def _settings(url: str, instance: Path) -> Settings:
    return Settings(
        instance_dir=instance,
        problems_dir=PROJECT / "problems",
        database_url=url,
        secret_key=SecretStr("a secret for tests, long enough for anything"),
    )


@cache
def _application() -> Flask:
    """Built once a process: each school gives it its own database and instance."""
    with TemporaryDirectory() as instance:
        app = create_app(_settings("sqlite://", Path(instance)))
    app.test_client_class = CheckedClient
    keep_secret(
        value
        for draft in shipped_drafts()
        for part in draft.key.parts.values()
        for value in (part.expected, *(mistake.value for mistake in part.misconceptions))
    )
    return app


@dataclass(frozen=True)
class Filled:
    """All rows of a school that was just opened: by tables, in the order in which they can be stored."""

    dates: str
    ids: dict[str, int]
    tokens: dict[str, str]
    rows: list[tuple[Table, list[dict[str, Any]]]]
    file: bytes = field(repr=False)
    """The whole database as SQLite's file, which is copied in a tenth of the time."""

    def store(self, engine: Engine) -> None:
        """Put the rows into an empty database, and let its numbers go on after theirs."""
        file = sqlite_file(engine)
        if file is not None:
            engine.dispose()
            assert not file.with_name(f"{file.name}-wal").exists(), "somebody is connected"
            file.write_bytes(self.file)
            return
        with transaction(engine) as session:
            for stored, rows in self.rows:
                session.execute(insert(stored), rows)
                go_on_counting(session.connection(), stored)


@cache
def _filled() -> Filled:
    """Publish the shipped problems and enrol people as an operator would, once a process."""
    now = datetime.now(UTC)
    ids, tokens = {}, {}
    with TemporaryDirectory() as folder:
        instance = Path(folder)
        dates = demo_dates(load_catalog(PROJECT / "problems", instance).course, now)
        (instance / "dates.toml").write_text(dates)
        course = load_catalog(PROJECT / "problems", instance).course
        engine = make_engine(f"sqlite:///{folder}/grader.db")
        upgrade(engine)
        with transaction(engine) as session:
            for draft in shipped_drafts():
                publish(session, draft=draft, actor="op", now=now)
            for assignment in course.assignments:
                publish_policy(session, course=course, assignment=assignment, actor="op", now=now)
            for login, role in PEOPLE.items():
                ids[login] = add_person(session, login, role=role, section="Mon 1:30")
                tokens[login] = issue_token(
                    session,
                    login=login,
                    name="test",
                    lifetime=timedelta(days=1),
                    actor="op",
                    now=now,
                ).token
            tables = [(each, _rows(session, each)) for each in Base.metadata.sorted_tables]
        engine.dispose()
        assert not (instance / "grader.db-wal").exists(), (
            "all comes into the file with the last connection"
        )
        file = (instance / "grader.db").read_bytes()
    return Filled(dates, ids, tokens, [(each, rows) for each, rows in tables if rows], file)


def _rows(session: Session, stored: Table) -> list[dict[str, Any]]:
    return [dict(row) for row in session.execute(select(stored)).mappings()]
