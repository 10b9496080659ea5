"""Whatever staff and operators change stands in the ledger: the whole suite is watched for it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from grader.db.models import ApiToken, Base, Extension, Person
from grader.db.session import transaction
from tests.cli.desk import Desk, make_desk
from tests.support.api_document import CheckedClient
from tests.support.ledgers import act
from tests.support.school import School, open_school
from tests.support.unrecorded import DECISIONS, OTHERS, held_to_the_ledger, written

AT = datetime(2026, 3, 11, 12, tzinfo=UTC)


@pytest.fixture
def school(database_url: str, tmp_path: Path) -> Iterator[School]:
    opened = open_school(database_url, tmp_path / "instance")
    yield opened
    opened.close()


def extend(session: Session, person_id: int) -> None:
    row = {"person_id": person_id, "assignment": "pset7", "until": None, "reason": "r"}
    session.execute(insert(Extension).values(**row, actor="tia", created_at=AT))


def test_every_table_is_a_decision_or_has_a_reason_why_not() -> None:
    assert set(Base.metadata.tables) == DECISIONS | OTHERS.keys()
    assert not DECISIONS & OTHERS.keys()


def test_a_page_that_decides_without_an_entry_is_caught_and_one_with_it_is_not(
    school: School,
) -> None:
    """The negative control: a route with the defect."""
    app = Flask("careless")
    app.test_client_class = CheckedClient

    @app.post("/<kind>")
    def decide(kind: str) -> str:
        with transaction(school.engine) as session:
            extend(session, school.ids["ada"])
            if kind == "recorded":
                act(session)
        return "done"

    client = app.test_client()
    assert client.post("/recorded").text == "done"
    with pytest.raises(AssertionError, match=r"without an entry in the ledger: \['extensions'\]"):
        client.post("/silent")


def test_an_entry_in_another_transaction_does_not_count(school: School) -> None:
    with pytest.raises(AssertionError, match="extensions"), held_to_the_ledger():
        with transaction(school.engine) as session:
            extend(session, school.ids["ada"])
        with transaction(school.engine) as session:
            act(session)


def test_what_is_rolled_back_is_no_act(school: School) -> None:
    def fail() -> None:
        with transaction(school.engine) as session:
            extend(session, school.ids["ada"])
            raise RuntimeError

    with held_to_the_ledger():
        with pytest.raises(RuntimeError):
            fail()
        with transaction(school.engine) as session:
            act(session)


def test_a_command_is_watched_too(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk: Desk = make_desk(tmp_path, database_url)
    desk.enrol("ada")
    desk.run("tokens", "issue", "ada", "--name", "a", "--expires", "1d")
    monkeypatch.setattr("grader.services.people.token_issuing.record", lambda *_, **__: None)
    with pytest.raises(AssertionError, match="api_tokens"):
        desk.run("tokens", "issue", "ada", "--name", "b", "--expires", "1d")


@pytest.mark.parametrize(
    ("statement", "tables"),
    [
        (str(update(Person).values(role="ta")), {"people"}),
        (str(update(Person).values(receipts=1, last_receipt="x")), set()),
        (str(update(ApiToken).values(last_used_at=AT)), set()),
        (str(update(ApiToken).values(revoked_at=AT)), {"api_tokens"}),
        ("WITH held AS (SELECT 1 FOR UPDATE) INSERT INTO submissions (x) SELECT 1", set()),
        ('INSERT INTO "ledger" (number) VALUES (1)', {"ledger"}),
        ("DELETE FROM overrides", {"overrides"}),
        ("SELECT 1 FROM overrides", set()),
    ],
)
def test_a_statement_is_read_for_what_it_decides(statement: str, tables: set[str]) -> None:
    assert written(statement) == tables
