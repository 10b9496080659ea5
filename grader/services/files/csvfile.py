"""Takes a CSV file that anybody may have made apart: its lines, and the cells of one of them; no database.

Each line is one row, so that a problem is found on the row where it is and memory stays bounded.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from grader.content.opening import foreign_kind
from grader.domain.errors import ImportRefused
from grader.services.files.row_problems import RowError

_UTF_8 = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is taken: its bytes, its rows below the header, and the bytes of a line."""

    file: int
    rows: int
    line: int


def lines(
    raw: bytes, limits: Limits, *, subject: str, advice: str = ""
) -> Iterator[tuple[int, bytes]]:
    """Each line with its number as a spreadsheet counts, the header being 1; never without a header.

    Refusals call the file ``subject``, and end with ``advice`` where it is too large.

    Raises:
        ImportRefused: it is too large, of another kind, or in another encoding.
    """
    if len(raw) > limits.file:
        raise ImportRefused(f"{subject} is larger than {limits.file // 1_000_000} MB{advice}.")
    if kind := foreign_kind(raw):
        raise ImportRefused(f"{subject} is {kind}; please save it as 'CSV UTF-8'.")
    raw = raw.removeprefix(_UTF_8)
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    # Counted before anything is built of it; the header is no row.
    if raw.removesuffix(b"\n").count(b"\n") > limits.rows:
        raise ImportRefused(f"{subject} has more than {limits.rows:,} rows{advice}.")
    return enumerate(io.BytesIO(raw or b"\n"), 1)


def cells(line: bytes, limits: Limits, *, delimiter: str = ",") -> list[str]:
    """The cells of a line, as they stand; none of an empty line.

    Raises:
        RowError: it is too long, not UTF-8, or not one whole row.
    """
    if len(line) > limits.line:
        raise RowError(f"the line is longer than {limits.line:,} bytes")
    try:
        text = line.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise RowError("this is not UTF-8; please save the file as 'CSV UTF-8'") from None
    if "\0" in text or "\r" in text:
        raise RowError("there is a NUL character or a line break within the row")
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True), [])
    except csv.Error:
        raise RowError("a quoted cell is not closed on this row, or text follows it") from None
