"""What an act on a file costs in a process of its own: its outcome, seconds, and megabytes over the base.

The process is forked for each file, and first does the act on a small one, so that what is measured is the
file's alone. A program that was only started would begin with the peak of the tests' own process, and so
seem to need nothing at all.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from grader.config import PROJECT

KILOBYTES = 1024 if sys.platform == "darwin" else 1
"""The peak is told in kilobytes, but in bytes on macOS."""


class Cost(NamedTuple):
    """What came of it, and what it took."""

    outcome: str
    seconds: float
    megabytes: float


def costs_of(act: str, files: Iterable[Path], *arguments: str) -> list[Cost]:
    """Do ``act``, such as ``tests.module:function``, with the bytes of each file and these arguments."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.costs", act, *arguments],
        input="".join(f"{each}\n" for each in files),
        capture_output=True,
        check=True,
        cwd=PROJECT,
        text=True,
        timeout=300,
    )
    return [Cost(*json.loads(line)) for line in done.stdout.splitlines()]


def _measure(act: Callable[..., str], path: Path, *arguments: str) -> Cost:
    act(b"x", *arguments)
    before, started = _peak(), time.monotonic()
    outcome = act(path.read_bytes(), *arguments)
    return Cost(outcome, time.monotonic() - started, (_peak() - before) / KILOBYTES / 1000)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _main(named: str, *arguments: str) -> None:
    module, _, name = named.partition(":")
    act = getattr(import_module(module), name)
    for line in sys.stdin.read().splitlines():
        if child := os.fork():
            if os.waitpid(child, 0)[1]:
                sys.exit(f"{line} could not be measured")
        else:
            sys.stdout.write(json.dumps(_measure(act, Path(line), *arguments)) + "\n")
            sys.stdout.flush()
            os._exit(0)


if __name__ == "__main__":
    _main(*sys.argv[1:])
