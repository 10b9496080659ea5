"""What every table holds, in one figure: where these agree, two databases hold the same rows."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Table, select

from grader.db.models import Base
from grader.domain.grammar import canonical

ROWS_AT_ONCE = 100
_MODULUS = 1 << 256
# Each with the name of its kind, so that no value of one can be taken for one of another.
_WRITERS: Mapping[type, Callable[[Any], Mapping[str, str]]] = {
    datetime: lambda moment: {"at": moment.isoformat(timespec="microseconds")},
    Decimal: lambda number: {"number": canonical(number)},
    bytes: lambda raw: {"bytes": raw.hex()},
}


@dataclass(frozen=True, slots=True)
class RowSum:
    """How many rows a table has, and the sum of their hashes: it does not depend on their order.

    The databases sort texts differently, so no order is common to both.
    """

    rows: int
    sum: str


def row_sums(connection: Connection) -> Mapping[str, RowSum]:
    """Read every row of every table."""
    return {table.name: _row_sum(connection, table) for table in Base.metadata.sorted_tables}


def _row_sum(connection: Connection, table: Table) -> RowSum:
    rows, total = 0, 0
    options = {"yield_per": ROWS_AT_ONCE}
    with connection.execute(select(table), execution_options=options) as result:
        for row in result:
            rows += 1
            total += int.from_bytes(sha256(_bytes(row)).digest(), "big")
    return RowSum(rows, f"{total % _MODULUS:064x}")


def _bytes(row: Any) -> bytes:  # noqa: ANN401 - a row of any table.
    return json.dumps([_plain(value) for value in row], sort_keys=True).encode()


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a column or a document holds.
    """A value as JSON that is the same whichever database it comes from."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)  # PostgreSQL writes a large one without an exponent, as a whole number.
    return next(
        (write(value) for kind, write in _WRITERS.items() if isinstance(value, kind)), value
    )
