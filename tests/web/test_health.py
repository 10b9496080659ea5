"""Whether the service says truly that it lives and can take work."""

from contextlib import ExitStack

import pytest
from sqlalchemy import event, text

from grader.db import findings
from grader.db.session import looking_up, transaction
from tests.support.school import School


def test_a_migrated_database_is_ready(school: School) -> None:
    reply = school.client().get("/readyz")
    assert reply.status_code == 200
    assert school.client().get("/healthz").get_json() == {"status": "ok"}


def test_a_pending_migration_is_not_ready(school: School) -> None:
    with transaction(school.engine) as session:
        session.execute(text("DELETE FROM alembic_version"))
    reply = school.client().get("/readyz")
    assert reply.status_code == 503
    assert reply.get_json()["checks"]["schema"] == "migration pending"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_commits_that_a_power_cut_could_take_back_are_not_ready(school: School) -> None:
    engine = school.app.extensions["grader"].engine
    engine.dispose()
    event.listen(engine, "connect", lambda raw, _record: raw.execute("PRAGMA synchronous = OFF"))
    reply = school.client().get("/readyz")
    assert reply.status_code == 503
    assert reply.get_json()["checks"]["durability"] == "commits are not durable"


@pytest.mark.parametrize("which", range(4))
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_single_connection_of_the_pool_that_could_lose_commits_is_not_ready(
    school: School, which: int
) -> None:
    engine = school.app.extensions["grader"].engine
    with ExitStack() as stack:
        opened = [stack.enter_context(looking_up(engine)) for _ in range(4)]
        opened[which].exec_driver_sql("PRAGMA synchronous = NORMAL")
    reply = school.client().get("/readyz")
    assert reply.status_code == 503
    assert reply.get_json()["checks"]["durability"] == "commits are not durable"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_database_that_does_not_wait_for_the_disk_is_not_ready(school: School) -> None:
    engine = school.app.extensions["grader"].engine
    with looking_up(engine) as connection:
        connection.exec_driver_sql("SET synchronous_commit = off")
    reply = school.client().get("/readyz")
    assert reply.status_code == 503
    assert reply.get_json()["checks"]["durability"] == "commits are not durable"
    with looking_up(engine) as connection:
        connection.exec_driver_sql("SET synchronous_commit = local")
    assert school.client().get("/readyz").status_code == 200


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_server_that_forgets_commits_is_not_ready(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A running server's fsync can't be turned off, so another setting that is off stands for it.
    monkeypatch.setattr(findings, "_MUST_BE_ON", ("fsync", "jit_debugging_support"))
    reply = school.client().get("/readyz")
    assert reply.status_code == 503
    assert reply.get_json()["checks"]["durability"] == "commits are not durable"
