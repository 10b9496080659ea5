"""Tables for people: drawn on a terminal, plain in a pipe."""

import sys
from collections.abc import Sequence
from decimal import Decimal

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.cli.cells import Cell, text_of, visible


def show_table(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    """Write rows below their titles."""
    if sys.stdout.isatty():
        _show_rich(columns, rows)
    else:
        _show_plain(columns, rows)


def _show_rich(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for place, title in enumerate(columns):
        numeric = _numeric(rows, place)
        table.add_column(title, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        # Text, not markup: a student's name may hold square brackets.
        table.add_row(*(Text(visible(text_of(cell))) for cell in row))
    Console().print(table)


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
