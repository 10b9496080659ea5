"""How fast one person may ask: so that a program gone wild holds up nobody but itself."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from time import monotonic

BURST, PER_SECOND = 120, 20
"""In each process. A page and its form are two requests; a program that hands in a whole set sends fifty."""
REMEMBERED = 10_000
"""Askers in memory, a few hundred bytes each; beyond, whoever asked longest ago is forgotten."""


class Pace:
    """Lets each asker ask ``burst`` times at once, and ``per_second`` times a second from then on."""

    def __init__(
        self,
        *,
        burst: int = BURST,
        per_second: float = PER_SECOND,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._between = 1 / per_second
        self._ahead = (burst - 1) * self._between
        self._clock = clock
        # Until when each asker's requests would have been spread out.
        self._spread: OrderedDict[bytes, float] = OrderedDict()
        self._alone = Lock()

    def wait(self, asker: bytes) -> float:
        """Count a request, and give 0; or give the seconds until the next one is taken, and count none."""
        now = self._clock()
        with self._alone:
            until = max(self._spread.pop(asker, now), now)
            too_early = max(until - now - self._ahead, 0)
            # Put at the end: whoever is refused is remembered too.
            self._spread[asker] = until if too_early else until + self._between
            if len(self._spread) > REMEMBERED:
                self._spread.popitem(last=False)
        return too_early

    def __len__(self) -> int:
        """How many askers are remembered."""
        return len(self._spread)
