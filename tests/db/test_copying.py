"""T9: what is copied into another database of either kind is the same, table by table."""

import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, event, insert, select, update

from grader.db import copying
from grader.db.copying import copy_rows, count_rows
from grader.db.engine import make_engine
from grader.db.models import AnswerKeyRow, DataBlob, Person, RegradeRun, table
from grader.db.row_sums import row_sums
from grader.db.session import transaction
from tests.support.databases import KINDS, Databases, Kind
from tests.support.odd_rows import ODD, ROWS, fill
from tests.support.people import add_person
from tests.support.rows import row_for


@pytest.fixture(params=KINDS)
def other(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    """A second database without rows, of each kind."""
    kind: Kind = request.param
    url = databases.migrated(kind)
    made = make_engine(url)
    yield made
    made.dispose()
    databases.give_back(url)


def copy(source: Engine, target: Engine) -> int:
    with source.connect() as original, target.begin() as connection:
        return copy_rows(original, connection)


def test_every_row_of_every_table_arrives_as_it_was(engine: Engine, other: Engine) -> None:
    fill(engine)
    assert copy(engine, other) == ROWS
    with engine.connect() as original, other.connect() as copied:
        assert row_sums(copied) == row_sums(original)
        assert set(copied.scalars(select(Person.name))) == {"x", *ODD}


def test_the_sums_tell_if_one_letter_did_not_arrive(engine: Engine, other: Engine) -> None:
    fill(engine)
    copy(engine, other)
    with other.begin() as connection:
        connection.execute(update(Person).where(Person.id == 5).values(section="Mon"))
    with engine.connect() as original, other.connect() as copied:
        wanted = row_sums(original)
        found = row_sums(copied)
    assert {name for name in wanted if found[name] != wanted[name]} == {"people"}


def test_the_next_row_is_numbered_after_the_last_one(engine: Engine, other: Engine) -> None:
    fill(engine)
    copy(engine, other)
    with transaction(other) as session:
        assert add_person(session, "next") == len(ODD) + 2


def test_a_row_comes_after_the_one_of_its_own_table_that_it_points_at(
    engine: Engine, other: Engine
) -> None:
    fill(engine)
    runs = table(RegradeRun)
    with engine.begin() as connection:
        undoing = row_for(runs) | {"id": 2, "undoes_id": 1}
        connection.execute(insert(runs).values(undoing))
    copy(engine, other)
    with other.connect() as copied:
        assert copied.scalars(select(runs.c.undoes_id).order_by(runs.c.id)).all() == [None, 1]


def test_rows_go_over_in_pieces_and_how_many_is_told(
    engine: Engine, other: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "ROWS_AT_ONCE", 3)
    with transaction(engine) as session:
        for number in range(7):
            add_person(session, f"s{number}")
    told: list[int] = []
    with engine.connect() as original, other.begin() as connection:
        copy_rows(original, connection, told=told.append)
        assert count_rows(connection)["people"] == 7
    assert told == [3, 6, 7]


@pytest.mark.parametrize("other", ["sqlite"], indirect=True)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_large_rows_are_never_in_memory_all_at_once(engine: Engine, other: Engine) -> None:
    size, count = 1_500_000, 30
    with engine.begin() as connection:
        for number in range(count):
            row = {"sha256": f"{number:064x}", "content": bytes(size)}
            connection.execute(insert(table(DataBlob)).values(row))
    pieces: list[int] = []
    event.listen(
        other,
        "before_cursor_execute",
        lambda _c, _u, _s, parameters, _x, many: pieces.append(len(parameters) if many else 1),
    )
    tracemalloc.start()
    try:
        assert copy(engine, other) == count
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert max(pieces) == 3
    assert peak < 10 * size


def test_a_long_document_counts_by_its_length(engine: Engine, other: Engine) -> None:
    content = {"long": "x" * (copying.BYTES_AT_ONCE // 2)}
    with engine.begin() as connection:
        for version in range(4):
            row = {
                "problem": "set/sum",
                "version": version,
                "content": content,
                "provenance": {},
                "created_at": datetime(2026, 3, 1, tzinfo=UTC),
            }
            connection.execute(insert(table(AnswerKeyRow)).values(row))
    told: list[int] = []
    with engine.connect() as original, other.begin() as connection:
        copy_rows(original, connection, told=told.append)
    assert told == [2, 4]
