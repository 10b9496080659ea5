from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Column, Connection, Engine, MetaData, Table, insert, select, text
from sqlalchemy.exc import StatementError

from grader.db.types import Document, ExactDecimal, Id, Instant

THINGS = Table(
    "things",
    MetaData(),
    Column("id", Id, primary_key=True),
    Column("moment", Instant()),
    Column("number", ExactDecimal()),
    Column("document", Document),
    prefixes=["TEMPORARY"],
)
NOON = datetime(2026, 3, 11, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as opened:
        THINGS.create(opened)
        yield opened


def stored(connection: Connection, column: str, value: object) -> object:
    connection.execute(insert(THINGS).values({column: value}))
    return connection.scalar(select(THINGS.c[column]).order_by(THINGS.c.id.desc()).limit(1))


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Asia/Kolkata"])
def test_a_moment_comes_back_as_the_same_moment_in_utc_to_the_microsecond(
    zone: str, connection: Connection
) -> None:
    found = stored(connection, "moment", NOON.astimezone(ZoneInfo(zone)))
    assert found == NOON
    assert isinstance(found, datetime)
    assert found.tzinfo is UTC


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_moment_is_in_utc_whatever_zone_the_connection_speaks(connection: Connection) -> None:
    connection.execute(text("SET TIME ZONE 'Asia/Tokyo'"))
    found = stored(connection, "moment", NOON)
    assert (found, getattr(found, "tzinfo", None)) == (NOON, UTC)


def test_both_occurrences_of_a_repeated_hour_stay_apart(connection: Connection) -> None:
    local = datetime(2026, 11, 1, 1, 30, tzinfo=ZoneInfo("America/Los_Angeles"))
    first, second = (stored(connection, "moment", local.replace(fold=fold)) for fold in (0, 1))
    assert isinstance(first, datetime)
    assert isinstance(second, datetime)
    assert second - first == timedelta(hours=1)


def test_moments_sort_and_compare_as_time_runs(connection: Connection) -> None:
    steps = [timedelta(0), timedelta(microseconds=1), timedelta(seconds=1), timedelta(days=300)]
    for step in (steps[2], steps[0], steps[3], steps[1]):
        connection.execute(insert(THINGS).values(moment=NOON + step))
    ordered = connection.scalars(select(THINGS.c.moment).order_by(THINGS.c.moment)).all()
    assert ordered == [NOON + step for step in steps]
    later = select(THINGS.c.moment).where(THINGS.c.moment > NOON + steps[1])
    assert len(connection.scalars(later).all()) == 2


def test_a_moment_without_a_zone_is_refused(connection: Connection) -> None:
    with pytest.raises(StatementError, match="a moment needs its time zone"):
        stored(connection, "moment", NOON.replace(tzinfo=None))


@pytest.mark.parametrize("column", ["moment", "number"])
def test_nothing_stays_nothing(column: str, connection: Connection) -> None:
    assert stored(connection, column, None) is None


@pytest.mark.parametrize(
    "number",
    ["0", "0.5", "-0.46832", "1e-30", "-1e30", "0.1234567890123456789012345678901234567890123",
     "9" * 31 + "." + "9" * 59],
)  # fmt: skip
def test_a_number_comes_back_exactly(number: str, connection: Connection) -> None:
    found = stored(connection, "number", Decimal(number))
    assert isinstance(found, Decimal)
    assert found == Decimal(number)


@pytest.mark.parametrize("spelling", [".50000", "5e-1", "0.5", "0.50"])
def test_equal_numbers_are_found_however_they_were_spelt(
    spelling: str, connection: Connection
) -> None:
    connection.execute(insert(THINGS).values(number=Decimal(spelling)))
    same = select(THINGS.c.id).where(THINGS.c.number == Decimal("0.500"))
    assert len(connection.scalars(same).all()) == 1


@pytest.mark.parametrize("number", ["nan", "inf", "-inf"])
def test_what_is_no_finite_number_is_refused(number: str, connection: Connection) -> None:
    with pytest.raises(StatementError, match="finite"):
        stored(connection, "number", Decimal(number))


def test_an_id_has_64_bits_and_counts_by_itself(connection: Connection) -> None:
    assert stored(connection, "id", 2**62) == 2**62
    stored(connection, "number", None)
    assert len(connection.scalars(select(THINGS.c.id)).all()) == 2


def test_a_document_comes_back_as_it_was(connection: Connection) -> None:
    document = {"text": "θ_1 “½”", "list": [1, None, True, {"b": "0.10"}], "": {}}
    assert stored(connection, "document", document) == document
