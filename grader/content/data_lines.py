"""The text of a staff data file: numbered lines of plain text, or a refusal by file and line.

Lines are read one at a time and each is bounded before it is decoded, so that a hostile file costs
little more memory than its own size.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from grader.domain.errors import DataFileError

LONGEST_LINE = 10_000  # In bytes, which in all but a header's letters are characters.
MOST_ROWS = 100_000

SAVE = "save it as CSV UTF-8"
"""What to do with a file or a line that is no plain text."""

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
                raise self.refusal(number, f"this is not UTF-8; {SAVE}") from None
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


def shown(text: str) -> str:
    """Quote what stands in a file, shortened and with its invisible characters spelled out."""
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def _problem(text: str) -> str:
    if not text.strip():
        return "the line is blank; delete it"
    if "\0" in text:
        return f"there is a NUL byte, so this is no plain text; {SAVE}"
    if "\r" in text:
        return f"there is a carriage return within the line; {SAVE}"
    if '"' in text:
        return "there is a quoted cell; use plain numbers"
    return ""
