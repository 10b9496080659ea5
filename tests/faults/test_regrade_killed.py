"""T7: a run that is killed at any statement or commit had its whole effect or none, and is simply run again.

Six kinds of run, on both databases; ``./run soak`` kills at every point, the test suite at every seventh
on SQLite and at every eleventh on PostgreSQL.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, update

from grader.db.models import ActiveKey
from grader.db.session import transaction
from grader.services.regrades import ranges, running
from grader.services.regrades.missing_grades import grade_from
from tests.faults.kills import Saved, kill_points
from tests.faults.regrade_kinds import (
    KINDS,
    LATER,
    SUM,
    Kind,
    faults,
    planned,
    rows_in_the_end,
    what_counts,
)
from tests.support.classroom import NOW

STRIDES = {"sqlite": 7, "postgresql": 11}
LEAST = {"sqlite": 15, "postgresql": 10}
"""Points of the shortest kind; all kinds on both databases have 319."""


@pytest.fixture(autouse=True)
def _several_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranges, "ANSWERS_AT_ONCE", 10)
    monkeypatch.setattr(ranges, "FEW_AT_ONCE", 7)


@pytest.fixture
def stride(engine: Engine, request: pytest.FixtureRequest) -> int:
    return 1 if request.config.getoption("--soak") else STRIDES[engine.dialect.name]


@pytest.fixture
def saved() -> Iterator[list[Saved]]:
    """Takes what a test saved, and forgets it at the end."""
    kept: list[Saved] = []
    yield kept
    for each in kept:
        each.forget()


@pytest.mark.parametrize("name", KINDS)
def test_a_run_that_is_killed_has_had_its_whole_effect_or_none_and_is_run_again(
    engine: Engine, stride: int, saved: list[Saved], name: str
) -> None:
    killed, undone = kill_and_run_again(engine, KINDS[name], saved, stride=stride)
    assert killed >= LEAST[engine.dialect.name]
    assert 0 < undone <= killed


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_so_it_is_where_a_second_hand_works_too(
    engine: Engine, stride: int, saved: list[Saved], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "WORTH_HELP", 1)
    monkeypatch.setattr(ranges, "BUSY", timedelta(days=-1))
    killed, undone = kill_and_run_again(engine, KINDS["apply"], saved, stride=2 * stride)
    assert killed >= LEAST["postgresql"]
    assert 0 < undone <= killed


def kill_and_run_again(
    engine: Engine, kind: Kind, saved: list[Saved], *, stride: int
) -> tuple[int, int]:
    """At how many points it was killed, and in how many of these had no effect."""
    number = kind.prepare(engine)
    before = what_counts(engine)
    saved.append(Saved(engine))
    kind.run(engine, number, NOW)
    after, rows = what_counts(engine), rows_in_the_end(engine)
    assert before != after
    killed = undone = 0
    saved[0].put_back()
    for _point in kill_points(engine, lambda own: kind.run(own, number, NOW), stride=stride):
        killed += 1
        seen = what_counts(engine)
        assert seen in (before, after)
        assert faults(engine) == []
        if seen == before:
            undone += 1
            kind.run(engine, number, LATER)
        assert (what_counts(engine), rows_in_the_end(engine)) == (after, rows)
        assert faults(engine) == []
        saved[0].put_back()
    return killed, undone


def test_a_switch_before_the_grades_would_be_found(engine: Engine, saved: list[Saved]) -> None:
    """The negative control: a run with this defect must not pass."""

    def switch_first(own: Engine) -> None:
        with transaction(own) as session:
            session.execute(update(ActiveKey).where(ActiveKey.problem == SUM).values(key_id=4))
        with transaction(own) as session:
            grade_from(session, problem=SUM, key_id=4, first=1)

    planned(engine)
    before = what_counts(engine)
    saved.append(Saved(engine))
    switch_first(engine)
    after = what_counts(engine)
    saved[0].put_back()
    found = 0
    for _point in kill_points(engine, switch_first):
        found += what_counts(engine) not in (before, after) and faults(engine) != []
        saved[0].put_back()
    assert found > 0
