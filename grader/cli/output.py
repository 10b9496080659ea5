"""How results are written: a table for people, JSON or CSV for programs."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

import click

from grader.cli import LAYOUT, as_called
from grader.cli.cells import Cell, json_of, text_of, visible
from grader.cli.tables import show_table
from grader.services.files.csv_text import csv_text

C = TypeVar("C", bound=Callable[..., Any])

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
        click.echo(json.dumps(document, indent=2, default=json_of))
    elif layout == "csv":
        written = [
            [text_of(c) if isinstance(c, datetime | bool) else c for c in row] for row in rows
        ]
        click.echo(csv_text(columns, written), nl=False)
    else:
        for line in summary:
            click.echo(visible(as_called(line)))
        if rows:
            show_table(columns, rows)
        elif not summary:
            click.echo("Nothing to list.")


def note(sentence: str) -> None:
    """Tell a person something beside the result: on stderr, so that programs don't read it."""
    click.echo(visible(as_called(sentence)), err=True)


def finish(*, pending: bool) -> None:
    """End the command: exit code 3 while changes are pending. Call it after the transaction."""
    if pending:
        click.get_current_context().exit(CHANGES_PENDING)


def _remember(ctx: click.Context, _param: click.Parameter, value: str) -> str:
    ctx.meta[LAYOUT] = value
    return value
