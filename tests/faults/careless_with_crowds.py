"""Servers that a crowd harms, for the negative controls of the test of overload."""

import time

from flask import Flask, g

from grader.web.app import create_app
from grader.web.pace import Pace

AT_ONCE = 2
KEPT, MOST_KEPT = 100_000, 4_000
SLOWER_BY, SLOWEST = 0.001, 0.5


def fails_when_crowded() -> Flask:
    """Fails while a process has more requests at once than this."""
    app, busy = create_app(), list[int]()

    def begin() -> None:
        g.busy = True
        busy.append(1)
        if len(busy) > AT_ONCE:
            raise RuntimeError("too many")

    def end(_failed: BaseException | None) -> None:
        # Of those that were refused before, none has begun.
        if g.pop("busy", False):
            busy.pop()

    app.before_request(begin)
    app.teardown_request(end)
    return app


def keeps_each_request_in_memory() -> Flask:
    """Gives back nothing of what it took for a request, up to what the machine has to bear."""
    app, kept = create_app(), list[bytes]()

    def begin() -> None:
        if len(kept) < MOST_KEPT:
            kept.append(b"x" * KEPT)

    app.before_request(begin)
    return app


def gets_slower_with_each_request() -> Flask:
    """Has more to look through each time, and so finds no calm."""
    app, seen = create_app(), list[int]()

    def begin() -> None:
        seen.append(1)
        time.sleep(min(len(seen) * SLOWER_BY, SLOWEST))

    app.before_request(begin)
    return app


class OneForAll(Pace):
    """Counts everybody's requests as one asker's."""

    def wait(self, asker: bytes) -> float:
        del asker
        return super().wait(b"")


def counts_everybody_as_one() -> Flask:
    """Refuses all when one asks too much."""
    return create_app(pace=OneForAll())


def lets_everybody_ask_at_will() -> Flask:
    """Refuses nobody."""
    return create_app(pace=None)
