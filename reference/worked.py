"""What a worked solution is: the steps to the values in words, each perhaps with figures.

A solution's module may define ``worked(inputs)``, which gives a list of steps. They are plain values that the
grader checks, stores with the answer key, and sets and draws where they are read.
"""

import ast
import inspect
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, SupportsFloat

Document = dict[str, Any]


def step(title: str, text: str, *figures: Document, **values: object) -> Document:
    """A step: a heading, then Markdown with TeX, in which ``{{ name }}`` stands for a value.

    A value that is a float is written with five decimals.
    """
    return {"title": title, "text": _filled(text.strip(), values), "figures": list(figures)}


def line(
    title: str,
    *,
    caption: str,
    x: str,
    y: str,
    points: Iterable[tuple[SupportsFloat, SupportsFloat]],
    decimals: int = 5,
) -> Document:
    """A line through points, from left to right; ``x`` and ``y`` name the axes with their units.

    The whole series may be given: as many points are kept as a plot can show.
    """
    return {
        "kind": "line",
        "title": title,
        "caption": caption,
        "x": x,
        "y": y,
        "points": [[float(a), float(b)] for a, b in points],
        "decimals": decimals,
    }


def bars(
    title: str,
    *,
    caption: str,
    names: str,
    y: str,
    values: Iterable[tuple[str, SupportsFloat]],
    marked: str | None = None,
    decimals: int = 5,
) -> Document:
    """A bar for each name, in their order; ``marked`` is the name of the bar that stands out.

    ``names`` says what the names are of, ``y`` what the values are, with their unit.
    """
    return {
        "kind": "bars",
        "title": title,
        "caption": caption,
        "names": names,
        "y": y,
        "bars": [[name, float(value)] for name, value in values],
        "marked": marked,
        "decimals": decimals,
    }


def reliability(
    title: str,
    *,
    caption: str,
    buckets: Sequence[tuple[float, int, float | None, float | None]],
    decimals: int = 5,
) -> Document:
    """A reliability diagram.

    A bucket is its value, how many predictions fall in it, their mean, and the fraction of label 1 among
    them; one that is empty has None for the last two.
    """
    names = ("value", "count", "prediction", "fraction")
    return {
        "kind": "reliability",
        "title": title,
        "caption": caption,
        "buckets": [dict(zip(names, bucket, strict=True)) for bucket in buckets],
        "decimals": decimals,
    }


def source(*functions: Callable[..., Any]) -> str:
    """The functions' own source as a block of code, without the docstrings: what is shown is what was run."""
    code = "\n\n".join(map(_code, functions))
    return f"```python\n{code}\n```"


def _code(function: Callable[..., Any]) -> str:
    text = inspect.getsource(function).strip()
    (defined,) = ast.parse(text).body
    assert isinstance(defined, ast.FunctionDef)  # noqa: S101 - what else would have this source?
    lines = text.splitlines()
    if ast.get_docstring(defined) is not None:
        docstring = defined.body[0]
        del lines[docstring.lineno - 1 : docstring.end_lineno]
    return "\n".join(lines)


def _filled(text: str, values: dict[str, object]) -> str:
    return re.sub(r"\{\{ (\w+) \}\}", lambda found: _written(values[found[1]]), text)


def _written(value: object) -> str:
    return f"{value:.5f}" if isinstance(value, float) else str(value)
