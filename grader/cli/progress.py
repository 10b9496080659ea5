"""How far a longer work is, or at least that it goes on."""

import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from typing import TypeVar

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

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
    """Show how many of so many are done, how many a second, and how long it still takes.

    On stderr, and only when that is a terminal; it is told how many are done.
    """
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty())
    with bar:
        task = bar.add_task(label, total=total)
        # More may turn out to be done than there seemed to be.
        yield lambda done: bar.update(task, completed=done, total=max(total, done))


class _Rate(ProgressColumn):
    """How many are done in a second."""

    def render(self, task: Task) -> Text:
        """In words, and nothing before it is known."""
        return Text("" if task.speed is None else f"{task.speed:,.0f} a second")


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
