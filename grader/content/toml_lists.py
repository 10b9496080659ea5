"""Adds a name to a list in a TOML text, and leaves all else in it as its author wrote it."""

import json
import re
import tomllib
from pathlib import Path

from grader.domain.errors import ContentError


def with_name(file: Path, key: str, name: str) -> str:
    """A file's text with one more name at the end of the list that stands at this key.

    Raises:
        ContentError: the list is not written in a form that is known here.
    """
    text = file.read_text(encoding="utf-8")
    wanted = tomllib.loads(text)
    wanted[key] = [*wanted[key], name]
    start = re.search(rf"^[ \t]*{key}[ \t]*=[ \t]*\[", text, re.MULTILINE)
    changed = _insert(text, start.end(), json.dumps(name)) if start else text
    try:
        if tomllib.loads(changed) == wanted:
            return changed
    except tomllib.TOMLDecodeError:
        pass
    raise ContentError(
        f"{file}: {json.dumps(name)} can't be added to the list {key}, which is written in an unusual way; "
        "write it as a list of names in double quotes"
    )


def _insert(text: str, start: int, entry: str) -> str:
    """The text with an entry at the end of the list whose first character stands at ``start``."""
    last, close = _ends(text, start)
    comma = "" if text[last - 1] in "[," else ","
    line = text.rfind("\n", start, close) + 1
    if not line or text[line:close].strip():
        return f"{text[:last]}{comma}{' ' * (last > start)}{entry}{text[last:]}"
    first = re.match(r"\s*?\n?([ \t]*)", text[start:])
    indent = first[1] if first and first[1] else "  "
    return f"{text[:last]}{comma}{text[last:line]}{indent}{entry},\n{text[line:]}"


def _ends(text: str, start: int) -> tuple[int, int]:
    """Behind the last entry (or its comma, or the opening bracket), and before the closing bracket."""
    last = start
    for piece in re.compile(r"\s+|#[^\n]*|\"(?:\\.|[^\"\\])*\"|'[^']*'|.").finditer(text, start):
        if piece[0] == "]":
            return last, piece.start()
        if not piece[0].isspace() and piece[0][0] != "#":
            last = piece.end()
    return last, len(text)
