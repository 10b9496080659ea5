"""How far a longer work is, or at least that it goes on."""

import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from typing import TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

T = TypeVar("T")


@contextmanager
def progress(items: Sequence[T], label: str) -> Generator[Iterable[T]]:
    """Show how far a longer work is, on stderr and only when that is a terminal."""
    with click.progressbar(
        items, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:
        yield bar


@contextmanager
def counting(total: int, label: str) -> Generator[Callable[[int], None]]:
    """Show how much of so many is done, on stderr and only when that is a terminal; told by how many more."""
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=total, label=label, file=sys.stderr, hidden=hidden) as bar:
        yield bar.update


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
