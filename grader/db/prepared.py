"""Statements that each submission runs: compiled once, so that running one costs little more than the driver.

SQLAlchemy looks a statement up, wraps its parameters and builds its result's type anew each time, which takes
longer than what the database does for one row.
"""

from collections import namedtuple
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from operator import attrgetter, methodcaller
from typing import Any

from sqlalchemy import BindParameter, Connection, Dialect, Select, UpdateBase
from sqlalchemy.exc import DBAPIError, StatementError

Convert = Callable[[Any], Any]

_ROWS, _COUNT = methodcaller("fetchall"), attrgetter("rowcount")


class Prepared:
    """A statement whose parameters are given by name; a column's default has to be given too."""

    def __init__(self, statement: Select[*tuple[Any, ...]] | UpdateBase) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, connection: Connection, given: Mapping[str, Any]) -> list[Any]:
        """What it selects or returns: tuples with names, each value as its column's type has it.

        Raises:
            DBAPIError: the database did not do it.
        """
        compiled = self._compiled_for(connection.dialect)
        return compiled.read(_send(connection, compiled.text, compiled.bound(given), _ROWS))

    def count(self, connection: Connection, given: Mapping[str, Any]) -> int:
        """How many rows it has written.

        Raises:
            DBAPIError: the database did not do it.
        """
        compiled = self._compiled_for(connection.dialect)
        written: int = _send(connection, compiled.text, compiled.bound(given), _COUNT)
        return written

    def _compiled_for(self, dialect: Dialect) -> "_Compiled":
        if dialect.name not in self._compiled:
            self._compiled[dialect.name] = _compile(self._statement, dialect)
        return self._compiled[dialect.name]


def tell(connection: Connection, text: str) -> None:
    """Have the driver run a statement that has neither parameters nor a result.

    Raises:
        DBAPIError: the database did not do it.
    """
    _send(connection, text, (), _COUNT)


def _send(connection: Connection, text: str, bound: Any, result: Convert) -> Any:  # noqa: ANN401
    driver: Any = connection.connection.driver_connection
    try:
        cursor = driver.cursor()
        try:
            for listen in connection.engine.dispatch.before_cursor_execute:
                listen(connection, cursor, text, bound, None, False)
            cursor.execute(text, bound)
            return result(cursor)
        finally:
            cursor.close()
    except connection.dialect.loaded_dbapi.Error as failed:
        raise _as_ever(connection, text, failed) from failed


@contextmanager
def told_as_ever(connection: Connection, text: str) -> Generator[Any]:
    """Use the driver's own connection; what fails is told as by SQLAlchemy, by which callers know what to do.

    Raises:
        DBAPIError: the database did not do it.
    """
    try:
        yield connection.connection.driver_connection
    except connection.dialect.loaded_dbapi.Error as failed:
        raise _as_ever(connection, text, failed) from failed


def _as_ever(connection: Connection, text: str, failed: Any) -> StatementError:  # noqa: ANN401 - the driver's.
    dialect, driver = connection.dialect, connection.connection.driver_connection
    lost = dialect.is_disconnect(failed, driver, None)
    if lost:
        # The others were lost at the same moment, very likely: new ones are made.
        connection.invalidate(failed)
        connection.engine.dispose()
    # Without the parameters: they hold what students typed.
    told: StatementError = DBAPIError.instance(
        text, None, failed, dialect.loaded_dbapi.Error, connection_invalidated=lost
    )
    return told


@dataclass(frozen=True, slots=True)
class _Compiled:
    """The text for one kind of database, and what its driver has to be given and gives.

    ``names`` are the parameters in order; ``values`` those that the statement has of its own.
    """

    text: str
    positional: bool
    names: Sequence[str]
    values: Mapping[str, Any]
    writers: Mapping[str, Convert]
    readers: Sequence[tuple[int, Convert]]
    row: Callable[..., Any]

    def bound(self, given: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as each driver wants them.
        values = {**self.values, **given}
        for name, write in self.writers.items():
            values[name] = write(values[name])
        return tuple([values[name] for name in self.names]) if self.positional else values

    def read(self, found: Sequence[Sequence[Any]]) -> list[Any]:
        rows = []
        for each in found:
            values = list(each)
            for place, read in self.readers:
                values[place] = read(values[place])
            rows.append(self.row(*values))
        return rows


def _compile(statement: Any, dialect: Dialect) -> _Compiled:  # noqa: ANN401 - as ``Prepared`` takes it.
    compiled = statement.compile(dialect=dialect)
    columns = list(statement.exported_columns)
    writers = {
        name: _writer(bind, dialect)
        for name, bind in compiled.binds.items()
        if name in compiled.params
    }
    readers = enumerate(
        each.type.dialect_impl(dialect).result_processor(dialect, None) for each in columns
    )
    return _Compiled(
        text=compiled.string,
        positional=compiled.positional,
        names=compiled.positiontup or (),
        values=compiled.params,
        writers={name: write for name, write in writers.items() if write is not None},
        readers=[(place, read) for place, read in readers if read is not None],
        row=namedtuple("Row", [each.key for each in columns]),  # noqa: PYI024 - named by the statement.
    )


def _writer(bind: BindParameter[Any], dialect: Dialect) -> Convert | None:
    process: Convert | None = bind.type.dialect_impl(dialect).bind_processor(dialect)
    return process
