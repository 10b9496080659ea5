"""``python -m grader.web.preview N [PROBLEM...]``: serves the preview at the listening socket of this number.

It ends when its standard input does, and so with the command that started it, however that ends.
"""

import socket
import sys
from threading import Thread

from werkzeug.serving import WSGIRequestHandler, make_server

from grader.config import load_settings
from grader.web.preview.app import Live


class Quiet(WSGIRequestHandler):
    """Says nothing of requests: the terminal is for the tests' results."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def main(number: int, *only: str) -> None:
    """Serve until the standard input ends."""
    settings = load_settings()
    with socket.socket(fileno=number) as listening:
        host, port = listening.getsockname()[:2]
        app = Live(settings.problems_dir, settings.instance_dir, only=only)
        server = make_server(
            host, port, app, threaded=True, request_handler=Quiet, fd=listening.fileno()
        )
        Thread(target=server.serve_forever, daemon=True).start()
        sys.stdin.buffer.read()


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
