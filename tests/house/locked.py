"""What a lock file names: each package with its version, hashes and the machines that it is for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_ENTRY = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;]+)(?:\s*;\s*(.*?))?\s*(?=--hash|$)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Locked:
    """A package as it is pinned; ``marker`` says on which machines, and is empty for all."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]


def locked(file: Path) -> Iterator[Locked]:
    """The packages of a lock file, in its order.

    Raises:
        ValueError: a line is no pinned package.
    """
    text = file.read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _ENTRY.match(line)
        if found is None:
            raise ValueError(f"no pinned package: {line[:80]}")
        yield Locked(found[1], found[2], found[3] or "", tuple(_HASH.findall(line)))
