"""A running course for tests of the doors: the shipped problems, published, open, with people and tokens."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import Engine, func, select
from werkzeug.test import TestResponse

from grader.config import PROJECT, Settings
from grader.content.catalog import Catalog
from grader.content.loading import load_catalog
from grader.db.engine import make_engine
from grader.db.models import Base, Submission
from grader.db.session import reading, transaction
from grader.domain.grammar import canonical
from grader.services.demo import demo_dates
from grader.services.drafting import Draft, draft_key
from grader.services.policies import publish_policy
from grader.services.progress import published_key
from grader.services.publishing import publish
from grader.services.signin_links import consume_link, make_signin_link
from grader.services.signing import Signer
from grader.services.token_issuing import issue_token
from grader.web.app import create_app
from tests.services.people import add_person
from tests.support.api_document import CheckedClient

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

    @property
    def signer(self) -> Signer:
        """Who signs the receipts of this school."""
        found: Signer = self.app.extensions["grader"].signer
        return found

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()
        self.app.extensions["grader"].engine.dispose()

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
    """Publish the shipped problems into a migrated database, enrol people, and start the application."""
    now = datetime.now(UTC)
    instance.mkdir(exist_ok=True)
    course = load_catalog(PROJECT / "problems", instance).course
    (instance / "dates.toml").write_text(demo_dates(course, now))
    settings = Settings(
        instance_dir=instance,
        problems_dir=PROJECT / "problems",
        database_url=url,
        secret_key=SecretStr("a secret for tests, long enough for anything"),
    )
    catalog = load_catalog(settings.problems_dir, instance)
    engine = make_engine(url)
    ids, tokens = {}, {}
    with transaction(engine) as session:
        for draft in shipped_drafts():
            publish(session, draft=draft, actor="op", now=now)
        for assignment in catalog.course.assignments:
            publish_policy(
                session,
                course=catalog.course,
                assignment=assignment,
                actor="op",
                now=now,
                activate=False,
            )
        for login, role in PEOPLE.items():
            ids[login] = add_person(session, login, role=role, section="Mon 1:30")
            issued = issue_token(
                session, login=login, name="test", lifetime=timedelta(days=1), actor="op", now=now
            )
            tokens[login] = issued.token
    app = create_app(settings)
    app.test_client_class = CheckedClient
    return School(app, engine, catalog, settings, ids, tokens)
