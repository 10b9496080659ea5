"""Copies all rows of one database into another, of the same kind or the other one."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select

from grader.db.models import Base

ROWS_AT_ONCE = 1000
BYTES_AT_ONCE = 4_000_000
"""Some rows hold a whole file or a plan that names every student: no more than this is in memory at once."""


def copy_rows(
    source: Connection, target: Connection, *, told: Callable[[int], None] = lambda _done: None
) -> int:
    """Copy every row into tables that have none; parents come first. Gives how many rows there were.

    ``told`` is told how many are done. The triggers of the facts let rows be added, so they stay on.
    """
    done = 0
    for table in Base.metadata.sorted_tables:
        # In the order of their keys: a row may point at an earlier one of its own table.
        query = select(table).order_by(*table.primary_key)
        with source.execute(query, execution_options={"yield_per": 1}) as rows:
            for chunk in _chunks(row._asdict() for row in rows):
                target.execute(insert(table), chunk)
                done += len(chunk)
                told(done)
        go_on_counting(target, table)
    return done


def count_rows(connection: Connection) -> dict[str, int]:
    """How many rows each table has."""
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in Base.metadata.sorted_tables
    }


def _chunks(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    chunk: list[dict[str, Any]] = []
    weight = 0
    for row in rows:
        chunk.append(row)
        weight += _weight(row)
        if len(chunk) == ROWS_AT_ONCE or weight >= BYTES_AT_ONCE:
            yield chunk
            chunk, weight = [], 0
    if chunk:
        yield chunk


def _weight(row: Mapping[str, Any]) -> int:
    weight = 0
    for value in row.values():
        if isinstance(value, str | bytes):
            weight += len(value)
        elif isinstance(value, dict):
            weight += len(json.dumps(value))
    return weight


def go_on_counting(target: Connection, table: Table) -> None:
    """Let PostgreSQL number the next row after the last one; SQLite does so by itself."""
    column = table.autoincrement_column
    if target.dialect.name != "postgresql" or column is None:
        return
    newest = target.execute(select(func.max(column))).scalar_one()
    sequence = func.pg_get_serial_sequence(table.name, column.name)
    if newest is not None:
        target.execute(select(func.setval(sequence, newest)))
