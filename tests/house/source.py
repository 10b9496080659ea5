"""The project's own source, parsed once for the tests of this folder."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("grader", "reference")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def modules() -> dict[str, str]:
    """The text of each module, by its path from the project's folder."""
    files = (file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py")))
    return {str(file.relative_to(ROOT)): file.read_text(encoding="utf-8") for file in files}


def functions(text: str) -> Iterator[Function]:
    """Each function of a module, those in classes and functions included."""
    return (node for node in ast.walk(ast.parse(text)) if isinstance(node, Function))


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Each import below a node: its line and the module's full name; a relative one begins with a point."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, "." * node.level + (node.module or "")
