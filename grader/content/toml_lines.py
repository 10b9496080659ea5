"""Finds the line of a TOML text where a key stands, since the parser does not tell it."""

import re


def line_of(text: str, location: tuple[int | str, ...]) -> int:
    """The line of a TOML text where the key at this location stands, or its table's line, or 1."""
    table: tuple[int | str, ...] = ()
    seen: dict[str, int] = {}
    best = 1
    for number, line in enumerate(text.split("\n"), start=1):
        if header := re.match(r"\s*\[\[\s*([\w.-]+)\s*\]\]", line):
            name = header[1]
            seen[name] = seen.get(name, -1) + 1
            table = (name, seen[name])
        elif header := re.match(r"\s*\[\s*([\w.-]+)\s*\]", line):
            table = (header[1],)
        elif key := re.match(r"\s*[\"']?([\w-]+)[\"']?\s*=", line):
            path = (*table, key[1])
            if location[: len(path)] == path:
                return number
            continue
        else:
            continue
        if location[: len(table)] == table:
            best = number
    return best
