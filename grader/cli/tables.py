"""Tables for people: drawn on a terminal as wide as that is, plain in a pipe."""

import sys
from collections.abc import Sequence
from decimal import Decimal

import click
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.cli.cells import Cell, text_of, visible

_GAP = 2


def show_table(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    """Write rows below their titles."""
    if sys.stdout.isatty():
        _show_rich(columns, rows)
    else:
        _show_plain(columns, rows)


def _show_rich(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    console = Console()
    shown = [[visible(text_of(cell)) for cell in row] for row in rows]
    widths = _widths(columns, shown, console.width)
    if widths is None:
        _show_records(console, columns, shown)
        return
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, _GAP, 0, 0))
    for place, title in enumerate(columns):
        numeric = _numeric(rows, place)
        table.add_column(title, justify="right" if numeric else "left", width=widths[place])
    for row in shown:
        # Text, not markup: a student's name may hold square brackets.
        table.add_row(*map(Text, row))
    console.print(table)


def _show_records(console: Console, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Each row as a block of lines: a table that does not fit would have its words cut apart."""
    for place, row in enumerate(rows):
        block = Table.grid(padding=(0, _GAP, 0, 0))
        block.add_column(no_wrap=True)
        block.add_column(overflow="fold")
        for title, cell in zip(columns, row, strict=True):
            block.add_row(Text(title, style="bold"), Text(cell))
        if place:
            console.print()
        console.print(block)


def _widths(columns: Sequence[str], rows: Sequence[Sequence[str]], room: int) -> list[int] | None:
    """How wide each column is, the widest being wrapped between words; None if words had to be cut."""
    lines = [columns, *rows]
    natural = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    least = [
        max((cell_len(word) for cell in column for word in cell.split()), default=0)
        for column in zip(*lines, strict=True)
    ]
    room -= _GAP * (len(columns) - 1)
    if sum(least) > room:
        return None
    while (excess := sum(natural) - room) > 0:
        widest = max(range(len(natural)), key=lambda place: natural[place] - least[place])
        natural[widest] -= min(excess, max(1, (natural[widest] - least[widest]) // 2))
    return natural


def _show_plain(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    lines = [list(columns), *([visible(text_of(cell)) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    right = [_numeric(rows, place) for place in range(len(columns))]
    for line in lines:
        cells = (
            cell.rjust(width) if is_right else cell.ljust(width)
            for cell, width, is_right in zip(line, widths, right, strict=True)
        )
        click.echo("  ".join(cells).rstrip())


def _numeric(rows: Sequence[Sequence[Cell]], place: int) -> bool:
    return all(
        row[place] is None or (isinstance(row[place], int | Decimal) and row[place] is not True)
        for row in rows
    )
