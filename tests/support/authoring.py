"""Reference solutions of the tests' own, importable beside the shipped ones."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import reference
from grader.domain.problem import Problem
from tests.support.courses import make_part, make_problem

Author = Callable[[str, str], Problem]
"""Writes ``reference/demo/<name>.py`` with this source; gives its problem, which asks parts a and b."""


@contextmanager
def authoring(folder: Path) -> Iterator[Author]:
    """Let solutions be written into a folder and imported from there, until the end."""
    (folder / "demo").mkdir()
    # Python takes a compiled module for current that was written in the same second and is as long.
    keeps, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    own_path = reference.__path__
    reference.__path__ = [*own_path, str(folder)]

    def write(name: str, source: str) -> Problem:
        (folder / "demo" / f"{name}.py").write_text(source, encoding="utf-8")
        sys.modules.pop(f"reference.demo.{name}", None)
        slug = f"demo/{name}"
        return make_problem(slug, make_part(f"{slug}/a"), make_part(f"{slug}/b"))

    try:
        yield write
    finally:
        sys.dont_write_bytecode = keeps
        reference.__path__ = own_path
        for module in [name for name in sys.modules if name.startswith("reference.demo")]:
            del sys.modules[module]
