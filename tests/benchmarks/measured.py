"""A function in a process of its own: how long it took, and how much memory the process needed at most."""

import re
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from grader.garbage import settle

UNITS_A_MEGABYTE = 1 << 20 if sys.platform == "darwin" else 1 << 10


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of the call alone, megabytes of the whole process."""

    seconds: float
    megabytes: float


def measured(call: Callable[..., None], *arguments: Any) -> Measured:
    """Call a function of a module in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_timed, call, *arguments).result()


def _timed(call: Callable[..., None], *arguments: Any) -> Measured:
    settle()  # As each of our processes does.
    begun = time.perf_counter()
    call(*arguments)
    seconds = time.perf_counter() - begun
    return Measured(seconds, _peak())


def _peak() -> float:
    """Megabytes of this process at most."""
    status = Path("/proc/self/status")
    if status.exists():
        # Linux counts what the process that started this one had, before this one began, as this one's too.
        peak = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii"))
        if peak is not None:
            return int(peak[1]) / (1 << 10)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / UNITS_A_MEGABYTE
