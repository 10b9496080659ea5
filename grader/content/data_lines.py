"""The bytes of a staff data file become numbered lines of plain text, or are refused by file and line.

Lines are read one at a time and each is bounded before it is decoded, so that a hostile file costs
little more memory than its own size.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from grader.domain.errors import DataFileError

LARGEST_FILE = 5_000_000
LONGEST_LINE = 10_000  # In bytes, which in all but a header's letters are characters.
MOST_ROWS = 100_000

_SAVE = "save it as CSV UTF-8"
_BOM = b"\xef\xbb\xbf"
_SIGNATURES = {
    b"\xff\xfe": "saved as UTF-16",
    b"\xfe\xff": "saved as UTF-16",
    b"\x1f\x8b": "a gzip archive",
    b"PK\x03\x04": "a zip archive or a spreadsheet such as .xlsx",
    b"\xd0\xcf\x11\xe0": "a spreadsheet such as .xls",
    b"\x89PNG": "a PNG picture",
    b"%PDF": "a PDF document",
}
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file as canonical CSV without the header, and the names of its features."""

    names: tuple[str, ...]
    body: bytes
    rows: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A file's text, without its byte-order mark and what is blank at its end."""

    name: str
    text: bytes
    notes: tuple[str, ...]

    def refusal(self, line: int, problem: str) -> DataFileError:
        """The error that names the file and the line."""
        return DataFileError(f"{self.name}, line {line}: {problem}.")

    def first(self) -> str:
        """The first line.

        Raises:
            DataFileError: as for ``lines``.
        """
        return next(self.lines())[1]

    def lines(self) -> Iterator[tuple[int, str]]:
        """Every line with its number, without its end; there is at least one, and none is blank.

        Raises:
            DataFileError: a line is blank, too long, not UTF-8, quoted or has a control character.
        """
        for number, line in enumerate(BytesIO(self.text), start=1):
            typed = line.removesuffix(b"\n").removesuffix(b"\r")
            if len(typed) > LONGEST_LINE:
                most = f"{LONGEST_LINE:,} characters"
                raise self.refusal(number, f"the line is longer than {most}; give each row a line")
            try:
                text = typed.decode()
            except UnicodeDecodeError:
                raise self.refusal(number, f"this is not UTF-8; {_SAVE}") from None
            if problem := _problem(text):
                raise self.refusal(number, problem)
            yield number, text

    def rows(self, lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
        """Pass on those of the lines that hold rows.

        Raises:
            DataFileError: there is no row, or there are more than ``MOST_ROWS``.
        """
        count = 0
        for count, (number, text) in enumerate(lines, start=1):
            if count > MOST_ROWS:
                problem = f"there are more than {MOST_ROWS:,} rows; leave some out"
                raise self.refusal(number, problem)
            yield number, text
        if not count:
            after = self.text.count(b"\n") + 2
            raise self.refusal(after, "there are no rows of data; add them below")


def open_source(name: str, raw: bytes) -> Source:
    """Take a file's bytes as text with the line ends LF, CRLF or, throughout, CR.

    Raises:
        DataFileError: the file is empty, too large, or of a kind that is no UTF-8 text.
    """
    empty = Source(name, b"", ())
    if len(raw) > LARGEST_FILE:
        most = LARGEST_FILE // 1_000_000
        raise empty.refusal(1, f"the file is larger than {most} MB; give only the rows needed")
    if kind := _foreign_kind(raw):
        raise empty.refusal(1, f"the file is {kind}: {_SAVE}")
    notes = ["Removed a byte-order mark."] if raw.startswith(_BOM) else []
    raw = raw.removeprefix(_BOM)
    if not (length := len(raw.rstrip())):
        raise empty.refusal(1, "the file is empty; it needs a header line and rows")
    if b"\r\n" in raw:
        notes.append("Converted CRLF line ends.")
    elif b"\r" in raw and b"\n" not in raw:
        # Excel's "CSV (Macintosh)" ends lines so. Beside LF, a CR is no line end but an accident.
        raw = raw.replace(b"\r", b"\n")
        notes.append("Converted CR line ends.")
    text, end, blank = raw[length:].partition(b"\n")
    if not end:
        notes.append("Added the missing line end after the last row.")
    if blank:
        notes.append("Removed blank lines at the end.")
    return Source(name, raw[:length] + text, tuple(notes))


def shown(text: str) -> str:
    """Quote what stands in a file, shortened and with its invisible characters spelled out."""
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def _foreign_kind(raw: bytes) -> str:
    for signature, kind in _SIGNATURES.items():
        if raw.startswith(signature):
            return kind
    # Without its mark, UTF-16 shows by every other byte of plain text being NUL, but not every byte.
    if (raw[0:4:2] == b"\0\0") != (raw[1:4:2] == b"\0\0"):
        return "saved as UTF-16"
    return ""


def _problem(text: str) -> str:
    if not text.strip():
        return "the line is blank; delete it"
    if "\0" in text:
        return f"there is a NUL byte, so this is no plain text; {_SAVE}"
    if "\r" in text:
        return f"there is a carriage return within the line; {_SAVE}"
    if '"' in text:
        return "there is a quoted cell; use plain numbers"
    return ""
