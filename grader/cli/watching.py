"""Testing again at each change of the files, beside a preview of the page, until Ctrl-C.

Each run is a process of its own: it finds the modules as they are now, and one that hangs or crashes takes
nothing with it. So is the preview, which comes from the web and never reaches a solution.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager

import click

from grader.cli.context import open_named
from grader.cli.finding import find_problem
from grader.cli.serve import listen, url_of
from grader.config import load_settings
from grader.content.watching import Stamp, author_files, stamp
from grader.domain.errors import ContentError

HOST = "127.0.0.1"
POLL_SECONDS = 0.3
_GRADER = [sys.executable, "-m", "grader"]
_PREVIEW = [sys.executable, "-m", "grader.web.preview"]


def watch(slugs: Sequence[str], port: int) -> None:
    """Test these problems, or all, now and at each change of their files.

    Raises:
        NotFound: there is no such problem.
        InvalidRequest: the port is taken.
    """
    settings = load_settings()
    try:
        catalog = open_named(slugs)
    except ContentError:
        pass  # The first run says what is wrong with the files, and the next may find them mended.
    else:
        for slug in slugs:
            find_problem(catalog, slug)

    def look() -> Stamp:
        return stamp(author_files(settings.problems_dir, settings.instance_dir, slugs))

    with _preview(port, slugs) as address:
        shown = [f"{address}/{slug}" for slug in slugs] or [address]
        try:
            _repeat(look, slugs, shown)
        except KeyboardInterrupt:
            click.echo("\nStopped watching.", err=True)


def _repeat(look: Callable[[], Stamp], slugs: Sequence[str], shown: Sequence[str]) -> None:
    """Run, wait for a change, and so on for ever."""
    while True:
        seen = look()
        if sys.stdout.isatty():
            click.clear()
        click.echo(f"The page: {' '.join(shown)}")
        with _run(slugs) as run:
            told = False
            while look() == seen:
                if not told and run.poll() is not None:
                    click.echo("Waiting for a change; Ctrl-C ends this.")
                    told = True
                time.sleep(POLL_SECONDS)
        _settle(look)


def _settle(look: Callable[[], Stamp]) -> None:
    """Wait until the files stay as they are: an editor may write several."""
    seen = None
    while seen != (now := look()):
        seen = now
        time.sleep(POLL_SECONDS)


@contextmanager
def _run(slugs: Sequence[str]) -> Generator[subprocess.Popen[bytes]]:
    """A run of the tests; what is left of it at the end, by a change or by Ctrl-C, is stopped."""
    # Python takes a compiled module for current that was written in the same second.
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.Popen(  # noqa: S603 - our own program; the slugs are arguments, and no shell reads them.
        [*_GRADER, "problems", "test", "--", *slugs],
        env=environment,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield run
    finally:
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGTERM)
        run.wait()


@contextmanager
def _preview(port: int, slugs: Sequence[str]) -> Generator[str]:
    """Serve the preview on this machine; gives its address."""
    with listen(HOST, port, command="grader problems test --watch") as listening:
        # It ends with its standard input, so that it outlives us in no case; Ctrl-C is for us alone.
        server = subprocess.Popen(  # noqa: S603 - our own program.
            [*_PREVIEW, str(listening.fileno()), *slugs],
            stdin=subprocess.PIPE,
            pass_fds=[listening.fileno()],
            start_new_session=True,
        )
        try:
            yield url_of(listening)
        finally:
            server.communicate()
