"""A long list on pages: filtered, sorted, and so many rows at a time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")

AT_ONCE = 100
"""Rows on a page."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of the rows that a filter keeps, and how many each filter does."""

    rows: Sequence[T]
    found: int
    counts: Mapping[str, int]
    kept: str
    sort: str
    number: int

    @property
    def pages(self) -> int:
        """How many pages there are, one at least."""
        return max(-(-self.found // AT_ONCE), 1)


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """The filters and the orders of a kind of list; where an unknown one is asked for, it is the first."""

    filters: Mapping[str, Callable[[T], bool]]
    sorts: Mapping[str, Callable[[T], Any]]

    def page(self, rows: Sequence[T], *, kept: str, sort: str, number: int) -> Page[T]:
        """A page of the rows that a filter keeps; of a number that is too high the last."""
        kept = kept if kept in self.filters else next(iter(self.filters))
        sort = sort if sort in self.sorts else next(iter(self.sorts))
        chosen = sorted(filter(self.filters[kept], rows), key=self.sorts[sort])
        number = min(max(number, 1), max(-(-len(chosen) // AT_ONCE), 1))
        counts = {name: sum(map(keep, rows)) for name, keep in self.filters.items()}
        shown = chosen[(number - 1) * AT_ONCE : number * AT_ONCE]
        return Page(shown, len(chosen), counts, kept, sort, number)
