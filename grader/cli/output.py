"""How results are written: a table for people, JSON or CSV for programs."""

import json
import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from grader.cli import LAYOUT
from grader.domain.grammar import canonical
from grader.services.exporting import csv_text

Cell = str | int | Decimal | datetime | bool | None

C = TypeVar("C", bound=Callable[..., Any])
T = TypeVar("T")

CHANGES_PENDING = 3


def format_option(command: C) -> C:
    """Add ``--format`` to a command, which gets it as ``layout``."""
    option = click.option(
        "--format",
        "layout",
        type=click.Choice(["table", "json", "csv"]),
        default="table",
        show_default=True,
        is_eager=True,
        callback=_remember,
        help="How to write the result.",
    )
    return option(command)


def show(
    layout: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    *,
    document: Any = None,  # noqa: ANN401 - any JSON document.
    summary: Sequence[str] = (),
) -> None:
    """Write a result: as JSON the document (else the rows as objects), as CSV the rows.

    For people the summary's lines stand above the table.
    """
    if layout == "json":
        if document is None:
            document = [dict(zip(columns, row, strict=True)) for row in rows]
        click.echo(json.dumps(document, indent=2, default=_json))
    elif layout == "csv":
        written = [[_text(c) if isinstance(c, datetime | bool) else c for c in row] for row in rows]
        click.echo(csv_text(columns, written), nl=False)
    else:
        for line in summary:
            click.echo(_visible(line))
        if rows:
            _show_table(columns, rows)
        elif not summary:
            click.echo("Nothing to list.")


def note(sentence: str) -> None:
    """Tell a person something beside the result: on stderr, so that programs don't read it."""
    click.echo(_visible(sentence), err=True)


def finish(*, pending: bool) -> None:
    """End the command: exit code 3 while changes are pending. Call it after the transaction."""
    if pending:
        click.get_current_context().exit(CHANGES_PENDING)


@contextmanager
def progress(items: Sequence[T], label: str) -> Generator[Iterable[T]]:
    """Show how far a longer work is, on stderr and only when that is a terminal."""
    with click.progressbar(
        items, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:
        yield bar


@contextmanager
def working(label: str) -> Generator[None]:
    """Show that a longer work goes on, and since when: on stderr and only when that is a terminal.

    For work that is a single call of a service, of which nobody can tell how much is done.
    """
    columns = TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn()
    # Whatever is printed meanwhile goes where it belongs, and the bar leaves no trace.
    bar = Progress(
        *columns,
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        redirect_stdout=False,
        redirect_stderr=False,
        transient=True,
    )
    with bar:
        bar.add_task(label, total=None)
        yield


def _remember(ctx: click.Context, _param: click.Parameter, value: str) -> str:
    ctx.meta[LAYOUT] = value
    return value


def _show_table(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
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
        table.add_row(*(Text(_visible(_text(cell))) for cell in row))
    Console().print(table)


def _show_plain(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    lines = [list(columns), *([_visible(_text(cell)) for cell in row] for row in rows)]
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


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return f"{cell.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return canonical(cell) if isinstance(cell, Decimal) else str(cell)


def _visible(text: str) -> str:
    # A stored text must not move the terminal's cursor or change its colours.
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def _json(value: Any) -> Any:  # noqa: ANN401 - what json can't write by itself.
    if isinstance(value, Decimal):
        return canonical(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")
