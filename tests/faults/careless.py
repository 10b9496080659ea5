"""Servers with a defect each that the tests of faults have to find."""

import time
from dataclasses import replace
from decimal import Decimal
from queue import SimpleQueue
from threading import Thread
from typing import Any

from flask import Flask
from sqlalchemy import Connection, event, func, select

from grader.db.models import KeyCheck
from grader.db.session import transaction
from grader.domain.errors import AttemptsUsedUp
from grader.domain.grading import Verdict
from grader.services.answers.arriving import Arrival, Refused, Submitted
from grader.services.answers.submitting import submit, submit_within
from grader.web.api import submissions
from grader.web.app import create_app
from grader.web.state import state

COMMITS_AFTER = 0.1
LIMIT, COUNTED_BEFORE = 5, 0.005
_NO_SYNC = {"sqlite": "PRAGMA synchronous = OFF", "postgresql": "SET synchronous_commit = off"}


def acknowledges_before_it_commits() -> Flask:
    """Says 201, and commits a moment later."""
    vars(submissions)["submit"] = _submit_carelessly
    return create_app()


def never_syncs() -> Flask:
    """Leaves it to the operating system when what was committed gets to the disk."""
    app = create_app()

    engine = app.extensions["grader"].engine
    setting = _NO_SYNC[engine.dialect.name]
    event.listen(engine, "connect", lambda connection, _record: connection.execute(setting))
    return app


def counts_and_then_inserts() -> Flask:
    """Looks how many answers there are, and adds one if there is room; others do so in between."""
    vars(submissions)["submit"] = _submit_after_counting
    return create_app()


def forgets_the_keys_of_requests() -> Flask:
    """Can't tell a request that is sent again from another one."""
    vars(submissions)["submit"] = _submit_without_key
    return create_app()


def _submit_without_key(
    connection: Connection, *, arrival: Arrival, **desk: Any
) -> Submitted | Refused:
    return submit(connection, arrival=replace(arrival, idempotency_key=None), **desk)


def _submit_after_counting(
    connection: Connection, *, arrival: Arrival, looked: object = None, **_desk: Any
) -> Submitted | Refused:
    del looked
    mine = KeyCheck.problem.startswith(f"{arrival.person_id}/")  # Any table will do.
    many = connection.execute(select(func.count()).select_from(KeyCheck).where(mine)).scalar_one()
    if many >= LIMIT:
        return Refused(AttemptsUsedUp("No more."))
    time.sleep(COUNTED_BEFORE)
    name = f"{arrival.person_id}/{arrival.text}"
    with transaction(state().engine) as session:
        session.add(KeyCheck(problem=name, state="current", reasons={}, checked_at=arrival.now))
    return Submitted(
        id=many,
        part=arrival.part,
        attempt=many + 1,
        reading=Decimal(arrival.text),
        verdict=Verdict.INCORRECT,
        submitted_at=arrival.now,
        late_seconds=0,
        counted=True,
        created=True,
    )


def _submit_carelessly(
    _connection: Connection, *, arrival: Arrival, looked: object = None, **desk: Any
) -> Submitted | Refused:
    del looked
    engine, told = state().engine, SimpleQueue[Any]()

    def store() -> None:
        try:
            with transaction(engine) as session:
                told.put(submit_within(session, arrival=arrival, **desk))
                time.sleep(COMMITS_AFTER)
        except Exception as error:  # noqa: BLE001 - whoever asked is told, whatever it is.
            told.put(error)

    Thread(target=store).start()
    outcome: Submitted | Refused | Exception = told.get()
    if isinstance(outcome, Exception):
        raise outcome
    return outcome
