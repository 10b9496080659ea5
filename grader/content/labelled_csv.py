"""A CSV file of binary features, ``Label`` and columns of probabilities, read into canonical rows."""

from collections.abc import Callable

from grader.content.data_lines import Source, Table, shown
from grader.content.header_names import LABEL
from grader.content.labelled_layout import Layout, read_layout


def read_labelled_csv(source: Source, features: int, extra: tuple[str, ...]) -> Table:
    """Read the header and the rows.

    Raises:
        DataFileError: the header does not have ``features`` distinct names, Label and ``extra``, or a row
            has another number of cells or a cell of the wrong kind; the message names the line.
    """
    lines = source.lines()
    header = next(lines)[1]
    layout = read_layout(source, header, features, extra)
    checks, body, rows = layout.checks, bytearray(), 0
    spaces = header != ",".join(layout.names)
    for number, text in source.rows(lines):
        typed = text.split(",")
        cells = [cell.strip() for cell in typed]
        _check(source, number, cells, checks)
        spaces = spaces or cells != typed
        if layout.dropped is not None:
            del cells[layout.dropped]
        body += f"{','.join(cells)}\n".encode()
        rows += 1
    return Table(layout.features, bytes(body), rows, tuple(_notes(layout, spaces=spaces)))


def _check(
    source: Source,
    number: int,
    cells: list[str],
    checks: tuple[tuple[str, Callable[[str], str]], ...],
) -> None:
    if len(cells) != len(checks):
        problem = f"expected {len(checks)} cells as in the header, found {len(cells)}"
        raise source.refusal(number, f"{problem}; give every column one number")
    for (name, check), cell in zip(checks, cells, strict=True):
        if problem := check(cell):
            raise source.refusal(number, f"column {shown(name)}: {problem}")


def _notes(layout: Layout, *, spaces: bool) -> list[str]:
    notes = ["Removed spaces around values."] if spaces else []
    if layout.dropped is not None:
        notes.append(f"Dropped the column {layout.names[layout.dropped]}.")
    if (label := layout.names[layout.label]) != LABEL:
        notes.append(f"Renamed the column {label} to {LABEL}.")
    return notes
