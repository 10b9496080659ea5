"""The older text form of a data file, ``0 1 1: 0`` a row, read into canonical CSV rows.

Two lines may stand before the rows: the number of features and the number of rows. The form has no
column names, so they are given here.
"""

from collections.abc import Iterator
from itertools import chain

from grader.content.data_lines import Source, Table, shown


def is_older_text(first: str) -> bool:
    """Whether a file that begins with this line is of the older form: every CSV header has a comma."""
    return "," not in first and (":" in first or first.strip().isdecimal())


def read_older_text(source: Source, names: tuple[str, ...]) -> Table:
    """Read the rows; ``names`` become the features' names.

    Raises:
        DataFileError: a count disagrees with the file, or a row is not as many values of 0 or 1 as there
            are features, a colon and a label; the message names the line.
    """
    declared, lines = _declared_rows(source, len(names))
    body, rows = bytearray(), 0
    for number, text in source.rows(lines):
        body += _row(source, number, text, len(names))
        rows += 1
    # Compared as texts, for Python refuses to make a number of very many digits.
    if declared is not None and declared != str(rows):
        problem = f"the count of rows is {shown(declared)}, but the file holds {rows}; correct it"
        raise source.refusal(2, problem)
    note = f"Read the older text form; its columns are now named {names[0]}.. and Label."
    return Table(names, bytes(body), rows, (note,))


def _declared_rows(source: Source, features: int) -> tuple[str | None, Iterator[tuple[int, str]]]:
    """The count of rows, if the file has the counting lines, and the lines that follow."""
    lines = source.lines()
    number, first = next(lines)
    if ":" in first:
        return None, chain([(number, first)], lines)
    if first.strip() != str(features):
        problem = f"the count of features is {shown(first.strip())}, but must be {features}"
        raise source.refusal(number, f"{problem}; give the right file or correct it")
    number, second = next(lines, (2, ""))
    if not second.strip().isdecimal():
        raise source.refusal(number, "after the count of features, give the count of rows")
    return second.strip(), lines


def _row(source: Source, number: int, text: str, features: int) -> bytes:
    before, colon, after = text.partition(":")
    if not colon:
        raise source.refusal(number, "there is no colon; write one before the label")
    values, label = before.split(), after.strip()
    if not label:
        raise source.refusal(number, "the label is missing; write 0 or 1 after the colon")
    for value in (*values, label):
        if value not in ("0", "1"):
            raise source.refusal(number, f"{shown(value)} is neither 0 nor 1; write 0 or 1")
    if len(values) != features:
        problem = f"expected {features} values before the colon, found {len(values)}"
        raise source.refusal(number, f"{problem}; give every feature a value")
    return f"{','.join(values)},{label}\n".encode()
