"""Real servers for a benchmark: any application, served as ``grader serve`` does it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.servers import Server


@contextmanager
def served(application: str, environment: dict[str, str]) -> Iterator[Server]:
    """Run an application until the block ends."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Server(environment, Path(folder) / "server.log", application) as server,
    ):
        yield server


@contextmanager
def serve(application: str, environment: dict[str, str]) -> Iterator[int]:
    """Run an application until the block ends; gives its port."""
    with served(application, environment) as server:
        yield server.port
