"""Reads what pg_dump wrote, row by row and without a server: its archives and its scripts of SQL."""

import re
import shutil
import subprocess
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from sqlalchemy.dialects.sqlite import dialect

from grader.db.session import DatabaseFailed
from grader.db.types import Instant
from grader.domain.errors import BadConfiguration

ARCHIVE, SCRIPT = b"PGDMP", b"--\n-- PostgreSQL database dump"
_LAST_LINE = "-- PostgreSQL database dump complete\n"
_TABLE = re.compile(r"CREATE TABLE public\.(\w+) \(\n")
_COLUMN = re.compile(r'    "?(\w+)"? (.+?),?\n')
_COPY = re.compile(r"COPY public\.(\w+) \((.+)\) FROM stdin;\n")
_ESCAPED = re.compile(r"\\(.)")
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_SQLITE = dialect()

Row = list[Any]


def _moment(text: str) -> str:
    """A moment as our SQLite stores it."""
    stored: str = Instant().process_bind_param(datetime.fromisoformat(text), _SQLITE)
    return stored


_READERS: Mapping[str, Callable[[str], Any]] = {
    "boolean": "ft".index,
    "bytea": lambda text: bytes.fromhex(text.removeprefix("\\x")),
    "bigint": int,
    "timestamp with time zone": _moment,
}


@dataclass(frozen=True, slots=True)
class DumpedTable:
    """A table of a dump: its rows come with values as SQLite stores them, and are read once, in order."""

    name: str
    columns: Sequence[str]
    rows: Iterator[Row]


def dumped_tables(file: Path) -> Generator[DumpedTable]:
    """The tables of a dump, each to be read before the next.

    Raises:
        BadConfiguration: the dump needs pg_restore, which is not installed.
        DatabaseFailed: the dump is cut off or damaged.
    """
    types: dict[str, dict[str, str]] = {}
    complete = False
    with closing(_lines(file)) as lines:
        for line in lines:
            if made := _TABLE.fullmatch(line):
                types[made[1]] = dict(_columns(lines))
            elif copied := _COPY.fullmatch(line):
                columns = [name.strip('" ') for name in copied[2].split(",")]
                kinds = [types[copied[1]][name] for name in columns]
                yield DumpedTable(copied[1], columns, _rows(lines, kinds))
            complete = complete or line == _LAST_LINE
    if not complete:
        raise DatabaseFailed("The dump is cut off: its end is missing.")


def _columns(lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        if line.startswith(")"):
            return
        if column := _COLUMN.fullmatch(line):
            yield column[1], column[2]


def _rows(lines: Iterator[str], kinds: Sequence[str]) -> Iterator[Row]:
    readers = [_reader(kind) for kind in kinds]
    for line in lines:
        if line == "\\.\n":
            return
        fields = line.removesuffix("\n").split("\t")
        yield [
            None if field == "\\N" else read(_unescaped(field))
            for read, field in zip(readers, fields, strict=True)
        ]
    raise DatabaseFailed("The dump is cut off: a table has no end.")


def _reader(kind: str) -> Callable[[str], Any]:
    return next((read for name, read in _READERS.items() if kind.startswith(name)), str)


def _unescaped(field: str) -> str:
    if "\\" not in field:
        return field
    return _ESCAPED.sub(lambda found: _ESCAPES.get(found[1], found[1]), field)


def _lines(file: Path) -> Generator[str]:
    with file.open("rb") as opened:
        is_archive = opened.read(len(ARCHIVE)) == ARCHIVE
    if is_archive:
        yield from _told_by_pg_restore(file)
        return
    with file.open(encoding="utf-8", newline="\n") as script:
        yield from script


def _told_by_pg_restore(file: Path) -> Generator[str]:
    program = shutil.which("pg_restore")
    if program is None:
        raise BadConfiguration(
            "pg_restore is not installed; it comes with the PostgreSQL client (on Debian: "
            "apt-get install postgresql-client), in the version that made the dump or a newer one. Or let "
            "the container of the database write the dump as a script, which needs no program: "
            "docs/operators tells the command."
        )
    command = [program, "--no-owner", "--file=-", str(file)]
    with (
        TemporaryFile("w+") as errors,
        subprocess.Popen(  # noqa: S603 - a program found by name, no shell.
            command, stdout=subprocess.PIPE, stderr=errors, encoding="utf-8"
        ) as telling,
    ):
        try:
            assert telling.stdout is not None  # noqa: S101 - it is a pipe; this tells the type checker.
            yield from telling.stdout
            code = telling.wait()
        finally:
            telling.kill()  # Whoever has read enough does not wait for the rest.
        if code:
            errors.seek(0)
            raise DatabaseFailed(f"The dump is damaged: {errors.readline().strip()}")
