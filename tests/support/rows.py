"""One row in every table, whatever tables there are."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    LargeBinary,
    String,
    Table,
    insert,
    select,
)

from grader.db.models import Base
from grader.db.types import ExactDecimal, Instant

MOMENT = datetime(2026, 3, 11, 12, tzinfo=UTC)
TABLES: Mapping[str, Table] = Base.metadata.tables

Rows = dict[str, list[tuple[Any, ...]]]


def fill_every_table(connection: Connection) -> None:
    """Insert one row into each table, all with the id 1, parents first."""
    for table in Base.metadata.sorted_tables:
        connection.execute(insert(table).values(row_for(table)))


def row_for(table: Table) -> dict[str, Any]:
    """A row that the table takes, pointing at the first row of each other table."""
    return {column.name: _value(column, _allowed(table)) for column in table.columns}


def all_rows(connection: Connection) -> Rows:
    """Everything in the database, table by table."""
    return {
        name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
        for name, table in TABLES.items()
    }


def _value(column: Column[Any], allowed: Mapping[str, str]) -> object:
    if column.name in allowed:
        return allowed[column.name]
    if column.foreign_keys:
        return None if column.nullable else _parent_key(column)
    samples = {
        Boolean: True,
        Instant: MOMENT,
        ExactDecimal: Decimal("0.5"),
        LargeBinary: b"bytes",
        String: "x",
    }
    for kind, sample in samples.items():
        if isinstance(column.type, kind):
            return sample
    return {"key": "value"} if column.type.python_type is dict else 1


def _parent_key(column: Column[Any]) -> object:
    (key,) = column.foreign_keys
    return _value(key.column, {})


def _allowed(table: Table) -> dict[str, str]:
    """The first value that each CHECK of the form ``column IN ('value', ...)`` lets pass."""
    texts = [str(c.sqltext) for c in table.constraints if isinstance(c, CheckConstraint)]
    matches = [re.match(r"(\w+) IN \('(\w+)'", text) for text in texts]
    return {match[1]: match[2] for match in matches if match}
