"""What differs between two versions of a text, line by line."""

from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile

_MOST_COMPARED = 250_000
"""Pairs of lines; beyond it all lines between the first and the last change are said to differ."""


@dataclass(frozen=True, slots=True)
class Change:
    """Lines that stand in both texts, or are ``removed`` from the first, or ``added`` by the second."""

    kind: str
    lines: tuple[str, ...]


def differences(old: str, new: str) -> tuple[Change, ...]:
    """The way from one text to the other. It takes a bounded time, whatever the texts are."""
    before, after = old.split("\n"), new.split("\n")
    head = _alike(before, after)
    tail = _alike(before[head:][::-1], after[head:][::-1])
    middle = before[head : len(before) - tail], after[head : len(after) - tail]
    changes = [
        Change("same", tuple(before[:head])),
        *_compared(*middle),
        Change("same", tuple(before[len(before) - tail :])),
    ]
    return tuple(change for change in changes if change.lines)


def _alike(before: list[str], after: list[str]) -> int:
    """How many lines are the same from the first on."""
    pairs = zip(before, after, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _compared(before: list[str], after: list[str]) -> list[Change]:
    if len(before) * len(after) > _MOST_COMPARED:
        return [Change("removed", tuple(before)), Change("added", tuple(after))]
    changes = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for kind, start, end, first, last in matcher.get_opcodes():
        if kind == "equal":
            changes.append(Change("same", tuple(before[start:end])))
        else:
            changes.append(Change("removed", tuple(before[start:end])))
            changes.append(Change("added", tuple(after[first:last])))
    return changes
