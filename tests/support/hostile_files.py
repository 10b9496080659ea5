"""The files that no import takes, whatever its columns: one table of them for every importer."""

import gzip
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from grader.services.exports.canvas_file import CANVAS_LIMITS
from grader.services.files.csvfile import Limits
from grader.services.imports.columns import SUBMISSIONS_LIMITS
from grader.services.overrides.overrides_file import OVERRIDES_LIMITS
from grader.services.roster.columns import ROSTER_LIMITS

WHOLE = r"\b(The|This) (file|roster) (is|has|names) "
"""A refusal of a whole file names the file; no row is to blame."""

KIND = WHOLE + ".{5,60}; please save it as 'CSV UTF-8'"
"""What it says where the file is of another kind."""

HEADER, ROW = r"\brow 1: ", r"\brow 2: "
OWL = "🦉"
GOOD_AND_BAD = "a good row and a bad one"
BAD_CELLS = {
    "an empty cell": "",
    "a formula": "=1+1",
    "a command of a spreadsheet": "=cmd|' /C calc'!A0",
    "markup": "<script>alert(1)</script>",
    "a path": "../../etc/passwd",
    "a statement of a database": "x'; DROP TABLE people; --",
    "a template": "{{7*7}}",
    "a text that turns around": "a\u202eb",
    "a text with a zero-width space": "a\u200bb",
    "a line separator": "a\u2028b",
    "an escape of a terminal": "a\x1b[2Jb",
    "a byte order mark within": "a\ufeffb",
    "the end of a file for DOS": "\x1a",
    "a half of an owl": "\ufffd",
}
"""What can't be who somebody is, in any file."""


@dataclass(frozen=True)
class Shape:
    """What an importer takes: its columns, the first of which says who, a row for a number, and its limits.

    ``who`` is how a refusal calls the first column.
    """

    columns: tuple[str, ...]
    row: Callable[[int], str]
    limits: Limits
    who: str

    @property
    def head(self) -> str:
        return ",".join(self.columns) + "\n"

    def good(self, number: int = 1) -> str:
        return self.row(number) + "\n"

    def below_header(self, rest: bytes) -> bytes:
        return self.head.encode() + rest

    def filled(self, piece: bytes) -> bytes:
        """The header, and a piece so often that the file is as large as it may be."""
        return self.below_header(piece * ((self.limits.file - len(self.head)) // len(piece)))

    def filled_with_rows(self) -> bytes:
        """As many good rows as are taken, the last of them no row."""
        rows = "".join(self.good(number) for number in range(1, self.limits.rows))
        fitting = rows[: self.limits.file - len(self.head) - 2].rpartition("\n")[0]
        return self.below_header(fitting.encode() + b"\nx\n")

    def counted(self, piece: bytes, rows: int) -> bytes:
        """The header, and a row so often, if that is not too large."""
        fitting = (self.limits.file - len(self.head)) // len(piece)
        return self.below_header(piece * min(rows, fitting))


SHAPES = {
    "roster": Shape(
        ("login", "name", "email", "section", "role"),
        lambda number: f"u{number},Name {number},u{number}@example.edu,Mon,student",
        ROSTER_LIMITS,
        who="login",
    ),
    "overrides": Shape(
        ("login", "part", "points", "reason"),
        lambda number: f"ada,set/sum/a,{number % 5},as agreed",
        OVERRIDES_LIMITS,
        who="login|student",
    ),
    "canvas": Shape(
        ("ID", "Student", "SIS User ID", "SIS Login ID", "Section", "The set (4711)"),
        lambda number: f'{number},"Berg, Ben",00{number},u{number},Mon,1.00',
        CANVAS_LIMITS,
        who="ID",
    ),
    "submissions": Shape(
        ("student", "part", "answer", "submitted_at"),
        lambda number: f"ada,set/sum/a,{number},2026-03-09T20:15:00-07:00",
        SUBMISSIONS_LIMITS,
        who="student",
    ),
}


@dataclass(frozen=True)
class Hostile:
    """A file, and what its refusal says, as a regular expression."""

    raw: bytes
    said: str


def hostile_files(shape: Shape) -> dict[str, Hostile]:
    """Every file that an importer of this shape has to refuse."""
    return {
        **_of_another_kind(shape),
        **_with_a_bad_header(shape),
        **_with_a_bad_row(shape),
        **_with_a_bad_cell(shape),
        **_large(shape),
    }


@cache
def foreign_files() -> dict[str, bytes]:
    """Files that are no text, or no table: hostile to whatever reads one."""
    return {
        "a zip bomb": _zipped("roster.csv", b"0" * 20_000_000),
        "a workbook": _zipped("xl/worksheets/sheet1.xml", b"<worksheet/>"),
        "an old workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 5_000,
        "a gzip bomb": gzip.compress(b"0" * 20_000_000),
        "a picture": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 999,
        "a PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
        "every byte": bytes(range(256)) * 300,
        "NULs": b"\0" * 300_000,
        "bytes that are no text": b"\xff\xc0\xaf\xf5" * 300,
        "half a pair of UTF-16": b"\xed\xa0\x80" * 300,
        "a document of another kind": b'[{"login": "ada", "points": 5}]',
        "a page to sign in": b"<!doctype html>\n<html><body>Sign in</body></html>\n",
        "a program": b"#!/bin/sh\nrm -rf /\n",
        "white space": b" \t \n",
        "a byte order mark alone": b"\xef\xbb\xbf",
        "nothing": b"",
    }


@cache
def hostile_documents() -> dict[str, bytes]:
    """What is handed in where a JSON document is read."""
    return {
        **foreign_files(),
        "an empty object": b"{}",
        "null": b"null",
        "a text alone": b'"receipts"',
        "an open object": b'{"kind": ',
        "something after the document": b'{"kind": "x", "receipts": []} {}',
        "deep lists": b"[" * 500_000,
        "deep objects": b'{"a":' * 150_000,
        "a name twice": b'{"kind": 1, "kind": 1}',
        "no number": b'{"kind": NaN}',
        "an infinite number": b'{"kind": -Infinity}',
        "a fraction": b'{"kind": 0.5}',
        "a huge exponent": b'{"kind": 1e999999999}',
        "a number of a million digits": b"9" * 1_000_000,
        "half a character by its number": rb'{"kind": "\ud800"}',
        "a NUL in a text": b'{"kind": "a\0b"}',
        "UTF-16": '{"kind": "x"}'.encode("utf-16"),
        "many small lists": b"[" + b"[]," * 300_000 + b"[]]",
        "many names": b"{" + b",".join(b'"%d":0' % each for each in range(90_000)) + b"}",
        "many entries": b'{"kind": "pset-grader receipts", "receipts": ['
        + b"{}," * 330_000
        + b"{}]}",
        "a long text": b'"' + b"x" * 1_000_000 + b'"',
    }


def _of_another_kind(shape: Shape) -> dict[str, Hostile]:
    kinds = {"a zip bomb", "a workbook", "an old workbook", "a gzip bomb", "a picture", "a PDF"}
    text = shape.head + shape.good()
    return {
        **{
            name: Hostile(raw, KIND if name in kinds else f"{HEADER}|not empty")
            for name, raw in foreign_files().items()
        },
        "UTF-16": Hostile(text.encode("utf-16"), KIND),
        "UTF-16 without its mark": Hostile(text.encode("utf-16-le"), KIND),
        "UTF-16 of the other order": Hostile(b"\xfe\xff" + text.encode("utf-16-be"), KIND),
        "UTF-32": Hostile(text.encode("utf-32"), KIND),
    }


def _with_a_bad_header(shape: Shape) -> dict[str, Hostile]:
    head, good = shape.head, shape.good()
    who, *others = shape.columns
    files = {
        "no header": good,
        "a title above the header": f"Spring 2026\n{head}{good}",
        "a column missing": ",".join(others) + f"\n{good}",
        "a column twice": f"{who},{head}{good}",
        "a NUL in the header": head.replace("\n", "\0\n") + good,
        "an open quote in the header": f'"{head}{good}',
        "a line break in the header": f'"{who}\n",{head}{good}',
        "an endless header": head.rstrip() + "," * shape.limits.line + f"\n{good}",
        "a header of owls": f"{OWL},{OWL},{OWL}\n{good}",
    }
    return {name: Hostile(text.encode(), HEADER) for name, text in files.items()}


def _with_a_bad_row(shape: Shape) -> dict[str, Hostile]:
    good, spare = shape.good().encode(), shape.good(2).encode()
    who, comma, rest = good.partition(b",")
    rows = {
        "a short row": who + b"\n",
        "a long row": good.replace(b"\n", b",x,y,z\n"),
        "semicolons": good.replace(b",", b";"),
        "Latin-1": b"zo\xeb," + rest,
        "half a character": b"a\xed\xa0\x80," + rest,
        "a character in too many bytes": b"a\xc0\xaf," + rest,
        "a character that breaks off": good.replace(b"\n", b"\xf0\x9f"),
        "a NUL": b"a\0b," + rest,
        "a carriage return": b"a\rb," + rest,
        "a line break in a cell": b'"a\nb",' + rest,
        "an open quote": b'"' + good + spare * 900,
        "text after a quote": b'"a"b,' + rest,
        "deep quotes": b'"' * 301 + comma + rest,
        "the header again": shape.head.encode(),
    }
    return {
        "no row": Hostile(shape.head.encode(), WHOLE),
        "blank rows": Hostile(shape.below_header(b"\n\n\n"), WHOLE),
        GOOD_AND_BAD: Hostile(shape.below_header(good + b"x\n"), r"\brow 3: "),
        **{name: Hostile(shape.below_header(raw), ROW) for name, raw in rows.items()},
    }


def _with_a_bad_cell(shape: Shape) -> dict[str, Hostile]:
    rest = shape.good().partition(",")[2]
    return {
        f"who is {name}": Hostile(
            shape.below_header(f'"{cell}",{rest}'.encode()), f"{ROW}.*({shape.who})"
        )
        for name, cell in BAD_CELLS.items()
    }


def _large(shape: Shape) -> dict[str, Hostile]:
    limits = shape.limits
    longest = limits.line - 1
    full = shape.filled_with_rows()
    last = full.count(b"\n")
    return {
        "larger than is taken": Hostile(shape.filled(b"x") + b"xx", WHOLE),
        "a line of ten megabytes": Hostile(shape.below_header(b"x" * 10_000_000), WHOLE),
        "one endless line": Hostile(shape.filled(b"x"), ROW),
        "commas": Hostile(shape.filled(b","), ROW),
        "quotes": Hostile(shape.filled(b'"'), ROW),
        "NULs below the header": Hostile(shape.filled(b"\0"), ROW),
        "owls": Hostile(shape.filled(f"{OWL},".encode()), ROW),
        "the longest rows of quotes": Hostile(
            shape.counted(b'"' * (longest - longest % 2 - 1) + b"\n", limits.rows), ROW
        ),
        "the longest rows of commas": Hostile(
            shape.counted(b"x" + b"," * (longest - 1) + b"\n", limits.rows), ROW
        ),
        "the longest rows of nothing": Hostile(
            shape.counted(b"," * longest + b"\n", limits.rows), WHOLE
        ),
        "a million short rows": Hostile(shape.filled(b"x\n"), WHOLE),
        "a million line ends": Hostile(shape.filled(b"\n"), WHOLE),
        "old line ends": Hostile(shape.filled(b"\n").replace(b"\n", b"\r"), WHOLE),
        "as many bad rows as are taken": Hostile(shape.counted(b"x\n", limits.rows), ROW),
        "as many rows as are taken, the last one bad": Hostile(full, rf"\brow {last}: "),
    }


def _zipped(name: str, content: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return written.getvalue()
