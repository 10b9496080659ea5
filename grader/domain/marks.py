"""How explanations are marked: a rubric's items, what they add up to, and what changing one changes."""

import hmac
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import sha256

from grader.domain.errors import InvalidRequest
from grader.domain.explanations import tidy
from grader.domain.grammar import canonical
from grader.domain.number import read_number

LONGEST_WORDS = 300
"""The most characters of an item's words."""
LONGEST_COMMENT = 4_000
MOST_ITEMS = 40
"""The most items of one rubric, retired ones included."""
LARGEST, MOST_DECIMALS = 1000, 2
_PLACE_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a problem's rubric as it stands: the newest of its revisions."""

    number: int
    revision: int
    words: str
    points: Decimal
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """What changing an item changes: how many marks name it, and how many students move by how much."""

    marks: int
    moved: tuple[tuple[Decimal, int], ...]

    @property
    def students(self) -> int:
        """How many students' points change."""
        return sum(count for _, count in self.moved)

    @property
    def stamp(self) -> str:
        """A short text that is another one for another effect."""
        told = [self.marks, *(f"{canonical(by)}:{count}" for by, count in self.moved)]
        return sha256(repr(told).encode()).hexdigest()[:_PLACE_LENGTH]


def explanation_points(
    rubric: Iterable[Item], applied: Collection[int], possible: Decimal
) -> Decimal:
    """The points of the items that apply, retired ones left out: not below zero, nor above ``possible``."""
    given = (item.points for item in rubric if item.number in applied and not item.retired)
    return min(max(sum(given, Decimal(0)), Decimal(0)), possible)


def effect_of(
    rubric: Collection[Item],
    changed: Item,
    marks: Collection[Collection[int]],
    possible: Decimal,
) -> Effect:
    """What it would change to put an item in place of its namesake; a mark is its items' numbers."""
    after = [changed if item.number == changed.number else item for item in rubric]
    moved: Counter[Decimal] = Counter()
    for applied in marks:
        by = explanation_points(after, applied, possible) - explanation_points(
            rubric, applied, possible
        )
        if by:
            moved[by] += 1
    named = sum(changed.number in applied for applied in marks)
    return Effect(named, tuple(sorted(moved.items())))


def checked_item(number: int, words: str, points: str) -> Item:
    """The first revision of an item, from what was typed.

    Raises:
        InvalidRequest: the words are none or too many, or the points are no such number.
    """
    said = " ".join(tidy(words).split())
    if not said or len(said) > LONGEST_WORDS:
        raise InvalidRequest(
            f"Say in at most {LONGEST_WORDS} characters what the item is about ({len(said)} now)."
        )
    read = read_number(points)
    value = read.value
    if value is None or abs(value) > LARGEST or read.decimals > MOST_DECIMALS:
        raise InvalidRequest(
            f"Give the item’s points as a number such as 2, 0.5 or -1: at most {LARGEST} either way, "
            f"with at most {MOST_DECIMALS} decimals."
        )
    return Item(number, 1, said, value)


def next_revision(item: Item, changed: Item, *, retired: bool) -> Item:
    """The revision that says after ``item`` what ``changed`` says."""
    return replace(changed, number=item.number, revision=item.revision + 1, retired=retired)


def checked_comment(text: str) -> str:
    """The comment as it is stored.

    Raises:
        InvalidRequest: it is too long.
    """
    said = tidy(text).strip()
    if len(said) > LONGEST_COMMENT:
        raise InvalidRequest(
            f"A comment has at most {LONGEST_COMMENT:,} characters, and this one has {len(said):,}."
        )
    return said


def place(secret: str, problem: str, person_id: int) -> str:
    """Where a student's explanation stands in the shuffled order of a problem's, and its address there.

    It tells nobody whose it is who lacks the secret, and stays as others join.
    """
    named = f"explanation {problem} {person_id}"
    return hmac.new(secret.encode(), named.encode(), sha256).hexdigest()[:_PLACE_LENGTH]


def following(places: Iterable[str], after: str) -> list[str]:
    """The places in their order, beginning behind ``after`` and around to it."""
    ordered = sorted(places)
    return [each for each in ordered if each > after] + [each for each in ordered if each <= after]


def attainable(rubric: Iterable[Item]) -> Decimal:
    """The most that the items in use give together: graders see whether that reaches what is possible."""
    return sum((item.points for item in rubric if item.points > 0 and not item.retired), Decimal(0))
