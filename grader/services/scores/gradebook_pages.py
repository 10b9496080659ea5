"""A page of the gradebook: who is shown, in which order, and which hundred of them."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from grader.domain.deadlines import EVERYTHING
from grader.domain.part_names import part_names
from grader.domain.scoring import PartState
from grader.services.scores.gradebook import Cut, Gradebook, GradebookRow, Student

PER_PAGE = 100

_RANK = {
    state: place
    for place, state in enumerate(
        (
            PartState.EXCUSED,
            PartState.UNTRIED,
            PartState.INCORRECT,
            PartState.TOO_LATE,
            PartState.CORRECT,
        )
    )
}


class Show(StrEnum):
    """Which students to show, by the state of their work."""

    EVERYBODY = ""
    WRONG = "wrong"
    UNTRIED = "untried"
    LATE = "late"
    OVERRIDDEN = "overridden"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for. ``sort`` names a column, after a minus the largest first; ``page`` None is all."""

    show: Show = Show.EVERYBODY
    sort: str = "name"
    page: int | None = 1

    @property
    def column(self) -> str:
        """The column to sort by."""
        return self.sort.removeprefix("-")

    @property
    def descending(self) -> bool:
        """Whether the largest comes first."""
        return self.sort.startswith("-")


@dataclass(frozen=True, slots=True)
class BookPage:
    """The rows of a page, of how many that match, and which page it is of how many."""

    rows: tuple[GradebookRow, ...]
    matching: int
    page: int
    pages: int


def on_page(wanted: Wanted) -> Cut | None:
    """Who stands on the page, where that is known before anybody is scored; else None."""
    if wanted.show or wanted.column not in {"name", "section"}:
        return None

    def cut(students: Sequence[Student]) -> Collection[Student]:
        key = _by_person(students)[wanted.column]
        ordered = sorted(students, key=key, reverse=wanted.descending)
        _page, _pages, place = _place(len(ordered), wanted)
        return ordered[place]

    return cut


def browse(book: Gradebook, wanted: Wanted) -> BookPage:
    """Keep who is wanted, sort them, and cut the page out.

    An unknown column sorts by name, which also decides among equals; a page behind the last is the last.
    """
    rows = [row for row in book.rows if _kept(row, wanted.show)]
    key = sort_keys(book).get(wanted.column)
    if key is not None:
        # Sorting keeps the order by name of those who are equal, in both directions.
        rows.sort(key=key, reverse=wanted.descending)
    page, pages, place = _place(len(rows), wanted)
    return BookPage(tuple(rows[place]), len(rows), page, pages)


def _place(many: int, wanted: Wanted) -> tuple[int, int, slice]:
    """Which page it is, of how many, and which rows of so many are on it."""
    if wanted.page is None:
        return 1, 1, slice(None)
    pages = max(-(-many // PER_PAGE), 1)
    page = min(max(wanted.page, 1), pages)
    return page, pages, slice((page - 1) * PER_PAGE, page * PER_PAGE)


def sort_keys(book: Gradebook) -> dict[str, Callable[[GradebookRow], tuple[object, ...]]]:
    """What each column is sorted by; a part's is its short name, such as ``2a``."""
    places = {name: slug for slug, name in part_names(book.assignment).items()}
    person = _by_person([row.person for row in book.rows])
    return {
        "name": lambda row: person["name"](row.person),
        "section": lambda row: person["section"](row.person),
        "points": lambda row: (row.score.points, row.score.correct),
        "late": lambda row: (row.score.late_days,),
        **{name: _by_part(slug) for name, slug in places.items()},
    }


def _by_person(students: Sequence[Student]) -> dict[str, Callable[[Student], tuple[object, ...]]]:
    """What the columns are sorted by that need nobody's score."""
    # The names come in the order of the database, which knows the alphabet: only turned around.
    rank = {student.id: place for place, student in enumerate(students)}
    return {
        "name": lambda student: (rank[student.id],),
        "section": lambda student: (student.section.casefold(),),
    }


def _by_part(slug: str) -> Callable[[GradebookRow], tuple[object, ...]]:
    def key(row: GradebookRow) -> tuple[object, ...]:
        score = row.score.part(slug)
        # Of equal points what was tried comes before what was not, and fewer attempts are better.
        return (score.points, _RANK[score.state], -score.tries)

    return key


def _kept(row: GradebookRow, show: Show) -> bool:
    if show is Show.EVERYBODY:
        return True
    states = {part.state for part in row.score.parts} - {PartState.EXCUSED}
    if show is Show.WRONG:
        return PartState.INCORRECT in states
    if show is Show.UNTRIED:
        return states == {PartState.UNTRIED}
    if show is Show.LATE:
        return row.score.late_days > 0 or any(
            part.state is PartState.TOO_LATE or part.percent < EVERYTHING
            for part in row.score.parts
        )
    if show is Show.OVERRIDDEN:
        return bool(row.score.decided)
    return states == {PartState.CORRECT}
