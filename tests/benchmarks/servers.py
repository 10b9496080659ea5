"""Real servers for a benchmark: the WSGI server of ``grader serve``, on a free port of loopback."""

import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

WORKERS, THREADS = 2, 4
STARTS_WITHIN = 30


@contextmanager
def serve(application: str, environment: dict[str, str]) -> Iterator[int]:
    """Run an application until the block ends; gives its port."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", application, "--worker-class", "gthread"]
    command += ["--workers", str(WORKERS), "--threads", str(THREADS), "--keep-alive", "60"]
    command += ["--bind", f"127.0.0.1:{port}", "--log-level", "error"]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, env=os.environ | environment, stdout=log, stderr=log)
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(STARTS_WITHIN)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wait_for(port: int) -> None:
    """Wait until a server answers anything at all."""
    deadline = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
