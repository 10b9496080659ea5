"""How long the command line and the server take to start, and how much memory each needs."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from grader.db.engine import make_engine
from grader.db.migrating import upgrade
from tests.benchmarks.report import Section, spread
from tests.benchmarks.servers import served

ROUNDS = 15
STARTS = 5
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


def measure_server() -> Section:
    """From the start of the server to its first answer, beside a bare application on the same server."""
    times: dict[str, list[float]] = {"ours": [], "bare": []}
    memory: dict[str, list[float]] = {"ours": [], "bare": []}
    applications = {
        "ours": "grader.web.serving:application()",
        "bare": "tests.benchmarks.bare_app:app",
    }
    with tempfile.TemporaryDirectory() as folder:
        environment = _fresh_instance(Path(folder))
        for _round in range(STARTS):
            for name, application in applications.items():
                begun = time.perf_counter()
                with served(application, environment) as server:
                    times[name].append((time.perf_counter() - begun) * 1000)
                    assert server.process is not None
                    memory[name].append(_megabytes(server.process.pid))
    return Section(
        title="Start of the server",
        promise="Milliseconds from its start to its first answer, median (at most 5000)",
        ratio=median(times["ours"]),
        at_most=5000,
        rows=[
            ("start of the server", spread(times["ours"], "ms")),
            ("start of a bare application", spread(times["bare"], "ms")),
            ("memory of all its processes, shared parts shared out", spread(memory["ours"], "MB")),
            ("memory of the bare application's", spread(memory["bare"], "MB")),
        ],
    )


def _fresh_instance(folder: Path) -> dict[str, str]:
    url = f"sqlite:///{folder}/grader.db"
    engine = make_engine(url)
    upgrade(engine)
    engine.dispose()
    return {
        "GRADER_ENV": "development",
        "GRADER_DATABASE_URL": url,
        "GRADER_INSTANCE_DIR": str(folder),
    }


def _megabytes(group: int) -> float:
    """What a group's processes hold, each page divided by how many share it; 0 where that is not told."""
    total = 0
    for smaps in Path("/proc").glob("[0-9]*/smaps_rollup"):
        try:
            status = (smaps.parent / "stat").read_text().rpartition(")")[2].split()
            theirs, text = int(status[2]), smaps.read_text()
        except OSError:
            continue
        if theirs == group:
            total += next(
                int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")
            )
    return total / 1024
