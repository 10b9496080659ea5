"""A page of the gradebook: who is kept, in which order, and where pages end."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from grader.domain.decisions import Decider
from grader.services.exports.questions import class_possible
from grader.services.overrides.overriding import excuse, override
from grader.services.scores import gradebook_pages
from grader.services.scores.gradebook import Gradebook, gradebook
from grader.services.scores.gradebook_pages import (
    BookPage,
    Show,
    Wanted,
    browse,
    on_page,
    sort_keys,
)
from tests.support.classroom import NOW, RIGHT, add_student, answer, open_course
from tests.support.courses import COURSE
from tests.support.values import DUE

A, B, C, D = "set/sum/a", "set/sum/b", "set/last/a", "set/last/b2"
DAY = timedelta(days=1)
BY = Decider("tia", None, "as agreed", NOW)


def read(session: Session) -> Gradebook:
    return gradebook(session, course=COURSE, assignment="set")


def logins(page: BookPage) -> list[str]:
    return [row.person.login for row in page.rows]


def a_class(session: Session) -> None:
    """Ada has all, Ben a wrong one, Cat nothing, Dan one late, Eve one given, Fay is excused."""
    open_course(session)
    ids = {
        login: add_student(session, login, section=section)
        for login, section in zip("ada ben cat dan eve fay".split(), "bAaBab", strict=True)
    }
    for part in (A, B, C, D):
        answer(session, ids["ada"], part, RIGHT[part])
    answer(session, ids["ben"], A, "9")
    answer(session, ids["ben"], A, RIGHT[A])
    answer(session, ids["ben"], B, "9")
    answer(session, ids["dan"], A, RIGHT[A], DUE + DAY / 2)
    override(session, course=COURSE, login="eve", about=B, points=Decimal(3), by=BY, seen=None)
    excuse(session, course=COURSE, login="fay", about="set", by=BY, seen=None)


@pytest.mark.parametrize(
    ("show", "kept"),
    [
        (Show.EVERYBODY, "ada ben cat dan eve fay"),
        (Show.WRONG, "ben"),
        (Show.UNTRIED, "cat eve"),
        (Show.LATE, "dan"),
        (Show.OVERRIDDEN, "eve fay"),
        (Show.COMPLETE, "ada"),
    ],
)
def test_students_are_kept_by_the_state_of_their_work(
    show: Show, kept: str, session: Session
) -> None:
    a_class(session)
    page = browse(read(session), Wanted(show=show))
    assert logins(page) == kept.split()
    assert page.matching == len(page.rows)


@pytest.mark.parametrize(
    ("late", "kept"),
    [(2.5, ["dan"]), (4.9, ["dan"]), (-0.5, [])],
    ids=["too late", "penalty", "in time"],
)
def test_work_beyond_the_late_days_is_late_too(
    late: float, kept: list[str], session: Session
) -> None:
    open_course(session, max_late_days=0 if late > 4 else 2, penalty_percent=10)
    dan = add_student(session, "dan")
    answer(session, dan, A, RIGHT[A], DUE + late * DAY)
    assert logins(browse(read(session), Wanted(show=Show.LATE))) == kept


def test_what_is_too_late_to_give_points_is_late(session: Session) -> None:
    open_course(session, max_late_days=0)
    dan = add_student(session, "dan")
    answer(session, dan, A, RIGHT[A], DUE + DAY / 2)
    assert logins(browse(read(session), Wanted(show=Show.LATE))) == ["dan"]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("name", "ada ben cat dan eve fay"),
        ("-name", "fay eve dan cat ben ada"),
        ("section", "ben cat eve ada dan fay"),
        ("-section", "ada dan fay ben cat eve"),
        ("points", "cat fay eve ben dan ada"),
        ("-points", "ada ben dan eve cat fay"),
        ("late", "ada ben cat eve fay dan"),
        ("-late", "dan ada ben cat eve fay"),
        ("1b2", "fay ben cat dan eve ada"),
        ("none", "ada ben cat dan eve fay"),
        ("", "ada ben cat dan eve fay"),
        ("-", "ada ben cat dan eve fay"),
    ],
)
def test_rows_are_sorted_by_a_column_and_equal_ones_by_name(
    sort: str, order: str, session: Session
) -> None:
    a_class(session)
    assert logins(browse(read(session), Wanted(sort=sort))) == order.split()


def test_a_part_is_sorted_by_points_then_state_then_attempts(session: Session) -> None:
    open_course(session)
    for login, texts in {
        "right": [RIGHT[B]],
        "second": ["9", RIGHT[B]],
        "untried": [],
        "wrong": ["9"],
        "wronger": ["8", "9"],
    }.items():
        person = add_student(session, login)
        for text in texts:
            answer(session, person, B, text)
    book = read(session)
    rows = sorted(book.rows, key=sort_keys(book)["1b"], reverse=True)
    assert [row.person.login for row in rows] == ["right", "second", "wrong", "wronger", "untried"]


@pytest.mark.parametrize(
    ("page", "kept", "told"),
    [
        (1, "ada ben", (1, 3)),
        (2, "cat dan", (2, 3)),
        (3, "eve", (3, 3)),
        (4, "eve", (3, 3)),
        (0, "ada ben", (1, 3)),
        (None, "ada ben cat dan eve", (1, 1)),
    ],
)
def test_pages_are_cut_and_a_page_behind_the_last_is_the_last(
    *,
    page: int | None,
    kept: str,
    told: tuple[int, int],
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gradebook_pages, "PER_PAGE", 2)
    open_course(session)
    for login in "ada ben cat dan eve".split():
        add_student(session, login)
    found = browse(read(session), Wanted(page=page))
    assert logins(found) == kept.split()
    assert (found.page, found.pages, found.matching) == (*told, 5)


@pytest.mark.parametrize("page", [1, 2, 4, None])
@pytest.mark.parametrize("sort", ["name", "-name", "section", "-section", "points", "1a", "-none"])
@pytest.mark.parametrize("show", [Show.EVERYBODY, Show.WRONG])
def test_a_page_shows_the_same_whether_everybody_was_read_or_those_on_it_alone(
    *, show: Show, sort: str, page: int | None, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gradebook_pages, "PER_PAGE", 2)
    a_class(session)
    wanted = Wanted(show=show, sort=sort, page=page)
    book = gradebook(session, course=COURSE, assignment="set", cut=on_page(wanted))
    ours, whole = browse(book, wanted), browse(read(session), wanted)
    assert [(row.person, row.score) for row in ours.rows] == [
        (row.person, row.score) for row in whole.rows
    ]
    assert (ours.matching, ours.page, ours.pages) == (whole.matching, whole.page, whole.pages)
    assert class_possible(book) == 10


@pytest.mark.parametrize(
    ("wanted", "read_alone"),
    [
        (Wanted(), "ada ben"),
        (Wanted(sort="-name", page=3), "ada ben"),
        (Wanted(sort="section"), "ben cat"),
        (Wanted(sort="-1a"), None),
        (Wanted(sort="points"), None),
        (Wanted(show=Show.COMPLETE), None),
        (Wanted(page=None), None),
    ],
)
def test_only_those_on_the_page_are_read_where_nobody_else_decides_who_they_are(
    wanted: Wanted, read_alone: str | None, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gradebook_pages, "PER_PAGE", 2)
    a_class(session)
    book = gradebook(session, course=COURSE, assignment="set", cut=on_page(wanted))
    among = book.everybody.among
    assert read_alone == (
        None
        if among is None
        else " ".join(row.person.login for row in book.rows if row.person.id in among)
    )


@pytest.mark.parametrize(
    ("wanted", "folded"),
    [
        (Wanted(), ""),
        (Wanted(sort="-section"), ""),
        (Wanted(sort="points"), "ada ben cat dan eve fay"),
        (Wanted(show=Show.WRONG), "ada ben cat dan eve fay"),
    ],
)
def test_a_score_is_folded_when_it_is_first_asked_for(
    wanted: Wanted, folded: str, session: Session
) -> None:
    a_class(session)
    book = read(session)
    browse(book, wanted)
    class_possible(book)
    assert [row.person.login for row in book.rows if "score" in vars(row)] == folded.split()
    assert all(row.score is row.score for row in book.rows)


def test_an_empty_class_has_one_empty_page(session: Session) -> None:
    open_course(session)
    assert browse(read(session), Wanted()) == BookPage((), 0, 1, 1)


def test_a_whole_page_is_a_hundred_and_the_next_begins_behind_it(session: Session) -> None:
    open_course(session)
    for number in range(101):
        add_student(session, f"s{number:03}")
    assert len(browse(read(session), Wanted()).rows) == 100
    assert logins(browse(read(session), Wanted(page=2))) == ["s100"]
