"""The gradebook as a page shows it: its columns, the links that sort it, and light rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import request, url_for

from grader.domain.part_names import part_names, titles
from grader.domain.scoring import AssignmentScore, PartScore
from grader.services.exports.questions import class_possible
from grader.services.scores.gradebook import Gradebook, GradebookRow, Student
from grader.services.scores.gradebook_pages import BookPage, Show, Wanted
from grader.web.addresses import row_number

SHOWN = {
    Show.EVERYBODY: "everybody",
    Show.WRONG: "something not correct",
    Show.UNTRIED: "nothing tried",
    Show.COMPLETE: "everything correct",
    Show.LATE: "late",
    Show.OVERRIDDEN: "decided by staff",
}
_LARGEST_FIRST = frozenset({"points", "late"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column's short and full title, where a press on it leads, and how it is sorted now, if it is."""

    title: str
    full: str
    address: str
    sorted: str


@dataclass(frozen=True, slots=True)
class Row:
    """A student with a cell for each part of the files."""

    person: Student
    score: AssignmentScore
    cells: tuple[PartScore, ...]


@dataclass(frozen=True, slots=True)
class BookView:
    """One page of the gradebook."""

    columns: Mapping[str, Column]
    rows: tuple[Row, ...]
    query: Mapping[str, str]
    shown: BookPage
    possible: Decimal

    def page(self, number: int | str) -> str:
        """The address of another page of the same."""
        return _address(self.query, page=str(number))


def wanted() -> Wanted:
    """What the address asks for; what makes no sense is as if it were not there."""
    show, page = request.args.get("state", ""), request.args.get("page", "1")
    return Wanted(
        show=Show(show) if show in set(Show) else Show.EVERYBODY,
        sort=request.args.get("sort", "name")[:20],
        page=None if page == "all" else row_number(page) or 1,
    )


def view(book: Gradebook, shown: BookPage, asked: Wanted) -> BookView:
    """A page of the gradebook with its links."""
    query = {
        name: text
        for name in ("section", "search", "state", "sort")
        if (text := request.args.get(name, ""))
    }
    return BookView(
        columns=_columns(book, query, asked),
        rows=tuple(_row(row, book) for row in shown.rows),
        query=query,
        shown=shown,
        possible=class_possible(book),
    )


def _columns(book: Gradebook, query: Mapping[str, str], asked: Wanted) -> dict[str, Column]:
    full = titles(book.assignment)
    named = {"name": "Student", "section": "Section", "points": "Points", "late": "Late days"}
    called = {key: (title, title) for key, title in named.items()}
    if not book.policy.graded:
        called["points"] = ("Correct", "Correct")
    for slug, name in part_names(book.assignment).items():
        called[name] = (slug.rpartition("/")[2], f"{name} {full[slug]}")
    return {
        key: Column(title, long, _sorting(key, query, asked), _sorted(key, asked))
        for key, (title, long) in called.items()
    }


def _sorting(key: str, query: Mapping[str, str], asked: Wanted) -> str:
    """Pressed once it sorts in the direction that is mostly wanted, pressed again in the other."""
    first, other = (f"-{key}", key) if key in _LARGEST_FIRST else (key, f"-{key}")
    return _address(query, sort=other if asked.sort == first else first)


def _sorted(key: str, asked: Wanted) -> str:
    if asked.column != key:
        return ""
    return "descending" if asked.descending else "ascending"


def _address(query: Mapping[str, str], **changes: str) -> str:
    slug = (request.view_args or {})["slug"]
    values: dict[str, Any] = {**query, **changes}
    return url_for("staff.gradebook_page", slug=slug, **values)


def _row(row: GradebookRow, book: Gradebook) -> Row:
    scored = {part.part: part for part in row.score.parts}
    cells = tuple(
        scored.get(part.slug) or row.score.part(part.slug)
        for problem in book.assignment.problems
        for part in problem.parts
    )
    return Row(row.person, row.score, cells)
