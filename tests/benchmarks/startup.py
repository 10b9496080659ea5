"""How long the command line takes to say its help, against importing click alone."""

import subprocess
import sys
import time
from statistics import median

from tests.benchmarks.report import Section, spread

ROUNDS = 15
OURS = [sys.executable, "-m", "grader", "--help"]
BARE = [sys.executable, "-c", "import click"]


def measure() -> Section:
    """Whole processes, in turn."""
    times: dict[str, list[float]] = {"ours": [], "bare": []}
    for number in range(ROUNDS + 1):
        for name, command in (("ours", OURS), ("bare", BARE)):
            begun = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            if number:
                times[name].append((time.perf_counter() - begun) * 1000)
    return Section(
        title="Start of the command line",
        promise="Time of `grader --help` over that of importing click (at most 4)",
        ratio=median(a / b for a, b in zip(times["ours"], times["bare"], strict=True)),
        at_most=4.0,
        rows=[
            ("grader --help", spread(times["ours"], "ms")),
            ("import click", spread(times["bare"], "ms")),
        ],
    )
