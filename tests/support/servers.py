"""Real servers, as ``grader serve`` runs them: started, stopped, and killed as a whole."""

import http.client
import os
import signal
import socket
import subprocess
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from grader.cli.serve import APPLICATION, gunicorn_command
from tests.support.postgres import WATCHED

STARTS_WITHIN = 60
STOPS_WITHIN = 60


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@dataclass
class Server:
    """A server on a port of loopback that it keeps over restarts; what it logs goes into a file."""

    environment: dict[str, str]
    log: Path
    application: str = APPLICATION
    wrapper: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_failed: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [*self.wrapper, *gunicorn_command(f"127.0.0.1:{self.port}", self.application)]
        with self.log.open("ab") as log:
            # A session of its own, so that all its processes can be killed at once; the watcher ends it
            # even when the tests themselves are killed.
            self.process = subprocess.Popen(
                ["/bin/sh", "-c", WATCHED, "sh", *command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=os.environ | self.environment,
                start_new_session=True,
            )
        try:
            wait_for(self.port)
        except OSError as error:
            self.kill()
            told = self.log.read_text()[-2000:]
            raise RuntimeError(f"the server did not start:\n{told}") from error

    def kill(self) -> None:
        """End all its processes in the same instant, as a power cut does; harmless when none runs."""
        if self.process is None:
            return
        process, self.process = self.process, None
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()

    def tell_to_stop(self) -> None:
        """As a supervisor does."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)

    def stop(self) -> int:
        """Tell it to stop, and wait until it has; gives its exit code."""
        self.tell_to_stop()
        assert self.process is not None
        code = self.process.wait(STOPS_WITHIN)
        self.kill()  # The watcher is left.
        return code

    def workers(self) -> list[int]:
        """The processes that answer; Linux only."""
        assert self.process is not None
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [
            int(each)
            for each in listed.split()
            if b"gunicorn" in Path(f"/proc/{each}/cmdline").read_bytes()
        ]


def wait_for(port: int) -> None:
    """Wait until a server answers anything at all.

    Raises:
        OSError: it does not within ``STARTS_WITHIN`` seconds.
    """
    deadline = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
                connection.request("GET", "/healthz")
                connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
