"""The shipped problems as a solution gets them, read here without the grader's own catalog."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from reference.inputs import Inputs, Parameter, read_table

ROOT = Path(__file__).resolve().parents[2]
PROBLEMS = ROOT / "problems"
PSET7 = PROBLEMS / "pset7"


def shipped_files() -> dict[str, bytes]:
    """The bytes of each shipped data file, by name."""
    return {path.name: path.read_bytes() for path in sorted(PSET7.glob("*/data/*"))}


def shipped_lines(name: str) -> list[list[str]]:
    """The cells of a shipped data file as text, below its header."""
    rows = [line.split(",") for line in shipped_files()[f"{name}.csv"].decode().splitlines()]
    return rows[1:]


def shipped_solutions() -> list[str]:
    """The slug of each shipped problem, such as ``pset7/ancestry``."""
    return [str(path.parent.relative_to(PROBLEMS)) for path in PROBLEMS.glob("*/*/problem.toml")]


def problem_folder(problem: str) -> Path:
    """The folder of a problem, by its name alone or its slug."""
    (folder,) = PROBLEMS.glob(problem if "/" in problem else f"*/{problem}")
    return folder


def problem_file(problem: str) -> dict[str, Any]:
    """What the file of a problem says."""
    text = (problem_folder(problem) / "problem.toml").read_text(encoding="utf-8")
    return tomllib.loads(text, parse_float=Decimal)


def shipped_inputs(problem: str, **changed: Parameter) -> Inputs:
    """The inputs of a problem, with some parameters changed if need be."""
    parameters = problem_file(problem)["parameters"]
    data = {
        path.stem: read_table(path.read_bytes())
        for path in sorted(problem_folder(problem).glob("data/*.csv"))
    }
    return Inputs(data, {**parameters, **changed})
