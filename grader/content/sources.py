"""What exactly a reference solution is: its source with all that it imports there, and the packages."""

import ast
import sys
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec, resolve_name
from pathlib import Path

from grader.domain.errors import SolutionError
from grader.domain.problem import Problem

PACKAGES = ("numpy", "pandas")


def solution_sha256(problem: Problem) -> str:
    """The sha256 over the solution's source and all of ``reference/`` that it imports.

    Raises:
        SolutionError: the solution is missing.
    """
    running = sha256()
    for name, path in sorted(_sources(f"reference.{problem.slug.replace('/', '.')}").items()):
        running.update(f"{name}\n".encode())
        running.update(path.read_bytes())
    return running.hexdigest()


def solution_files(slug: str) -> list[Path]:
    """The files of a problem's solution and of all of ``reference/`` that it imports.

    Raises:
        SolutionError: the solution is missing.
    """
    return sorted(_sources(f"reference.{slug.replace('/', '.')}").values())


def reference_dir() -> Path:
    """Where ``reference/`` lies: beside the code, wherever the problems are.

    Raises:
        SolutionError: it is not there, as in the image of the web process.
    """
    found = find_spec("reference")
    if found is None or not found.submodule_search_locations:
        raise SolutionError("reference/ is not here; work where the solutions are")
    return Path(found.submodule_search_locations[0])


def package_versions() -> dict[str, str]:
    """The versions that a value was computed with: Python, numpy and pandas."""
    python = ".".join(str(piece) for piece in sys.version_info[:3])
    return {"python": python, **{name: version(name) for name in PACKAGES}}


def _sources(name: str) -> dict[str, Path]:
    """The module and all that it imports from ``reference/``, each with its file."""
    found: dict[str, Path] = {}
    waiting = [name]
    while waiting:
        module = waiting.pop()
        path = _path(module)
        if module in found or path is None:
            continue
        found[module] = path
        package = module if path.name == "__init__.py" else module.rpartition(".")[0]
        waiting += _imports(_read(path), package)
    if name not in found:
        raise SolutionError(f"{name.replace('.', '/')}.py is missing")
    return found


def _path(module: str) -> Path | None:
    try:
        spec = find_spec(module)
    except Exception:  # noqa: BLE001 - a package above it is missing, or fails in its own way.
        return None
    return Path(spec.origin) if spec and spec.origin else None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (
        FileNotFoundError
    ):  # It was there a moment ago: an editor is putting another in its place.
        return b""


@lru_cache(maxsize=256)  # Watching asks several times a second, mostly of the same sources.
def _imports(source: bytes, package: str) -> tuple[str, ...]:
    """What a module imports from ``reference/``; nothing if it is no Python: running it says why."""
    try:
        names = list(_imported(ast.parse(source), package))
    # ValueError: a NUL in it. ImportError: a relative import that leads out of the package.
    except (SyntaxError, ValueError, ImportError):
        return ()
    return tuple(name for name in names if name.partition(".")[0] == "reference")


def _imported(tree: ast.AST, package: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = resolve_name("." * node.level + (node.module or ""), package)
            yield from (origin, *(f"{origin}.{alias.name}" for alias in node.names))
