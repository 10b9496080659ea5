"""A process of the server: it does not wait for good for who never finishes a request, or does not read."""

from concurrent.futures import Future
from contextlib import suppress
from socket import SHUT_RD, SHUT_RDWR
from time import monotonic

from gunicorn.workers.gthread import TConn, ThreadWorker

SENT_WITHIN = 30
"""Seconds in which a request has to be here as a whole, its body too."""
ANSWERED_WITHIN = 300
"""Seconds after which a connection is closed, whatever its other end still waits for."""


class Worker(ThreadWorker):  # type: ignore[misc]  # Gunicorn has no types.
    """Gunicorn's own with threads, and a limit on how long a connection may keep one.

    Without it, a request that is never finished keeps its thread for good, as when a laptop is closed while
    it sends; after eight of those nobody is answered.
    """

    def init_process(self) -> None:
        """Begin without connections, and serve."""
        self._since: dict[TConn, float] = {}
        super().init_process()

    def enqueue_req(self, conn: TConn) -> None:
        """Have a request answered, and note since when it waits for that."""
        self._since[conn] = monotonic()
        super().enqueue_req(conn)

    def finish_request(self, conn: TConn, fs: "Future[object]") -> None:
        """Look after a connection whose request was answered."""
        self._since.pop(conn, None)
        super().finish_request(conn, fs)

    def murder_pending(self) -> None:
        """End what takes too long; Gunicorn's own loop asks for this every second."""
        super().murder_pending()
        moment = monotonic()
        for conn, since in self._since.items():
            with suppress(OSError):  # The other end has gone by itself.
                if moment - since > ANSWERED_WITHIN:
                    conn.sock.shutdown(SHUT_RDWR)
                elif moment - since > SENT_WITHIN:
                    # What is here by now is still read, and answered.
                    conn.sock.shutdown(SHUT_RD)
