"""Reads the Dockerfile: the stages, what each copies from the tree, and the commands that they run."""

import json
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from tests.house.source import ROOT


@dataclass
class Stage:
    """One stage of the Dockerfile with its instructions, those of the stages below it included."""

    name: str
    instructions: list[tuple[str, str]] = field(default_factory=list)

    @property
    def copied(self) -> set[str]:
        """The top-level names that the stage takes from the tree."""
        sources: set[str] = set()
        for instruction, value in self.instructions:
            words = value.split()
            if instruction in {"COPY", "ADD"} and not words[0].startswith("--from="):
                sources |= {word.strip("./") for word in words[:-1] if not word.startswith("--")}
        return sources

    def last(self, instruction: str) -> str:
        """The value of an instruction of which the last one counts."""
        return next(value for name, value in reversed(self.instructions) if name == instruction)

    def command(self, instruction: str = "CMD") -> list[str]:
        """The words of ``CMD``, or of the command of ``HEALTHCHECK``."""
        value = self.last(instruction)
        words: list[str] = json.loads(value[value.index("[") :])
        return words

    def lay_out(self, folder: Path) -> None:
        """Copy what the image would hold of our tree, bytecode aside."""
        for name in self.copied:
            shutil.copytree(
                ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
            )


def stages(text: str | None = None) -> dict[str, Stage]:
    """The stages of the Dockerfile in their order."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8") if text is None else text
    lines = re.sub(r"(?m)^\s*#.*\n", "", text).replace("\\\n", " ").splitlines()
    found: dict[str, Stage] = {}
    current = Stage("")
    for line in filter(str.strip, lines):
        instruction, _, value = line.strip().partition(" ")
        if instruction.upper() == "FROM":
            base, _, name = value.split()
            below = found[base].instructions if base in found else []
            current = found[name] = Stage(name, list(below))
        current.instructions.append((instruction.upper(), value.strip()))
    return found
