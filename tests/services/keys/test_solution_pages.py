from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.content.catalog import Catalog
from grader.db.models import AnswerKeyRow, SolutionPage
from grader.db.session import transaction
from grader.domain.errors import NotFound
from grader.domain.problem import Problem
from grader.domain.worked import LineFigure, Step, Worked
from grader.services.keys.drafting import Draft, draft_key
from grader.services.keys.publishing import publish
from grader.services.keys.solution_pages import solution, tell
from tests.support.authoring import Author, authoring
from tests.support.classroom import NOW, add_key, make_key
from tests.support.courses import COURSE

POINTS = ((0.0, -0.1 - 0.2), (1.0, 1e-300), (2.0, 1 / 3))
FIGURE = LineFigure("line", "A line", "It rises.", "step", "height", POINTS, 5)
WORKED = Worked((Step("Begin", "Add $x$.", (FIGURE,)), Step("End", "Done.", ())))
PROBLEM = "set/sum"

TOLD = """
from reference.worked import step

def solve(inputs):
    return {{"a": {}, "b": 2.0}}

def worked(inputs):
    return [step("First", {!r})]
"""


@pytest.fixture
def author(tmp_path: Path) -> Iterator[Author]:
    with authoring(tmp_path) as write:
        yield write


def active_key(session: Session) -> int:
    return add_key(session, make_key(PROBLEM, {"set/sum/a": "0.5"}), active=True)


def pages(session: Session) -> int:
    return len(session.scalars(select(SolutionPage.id)).all())


def test_a_worked_solution_comes_back_as_it_was_told_to_the_last_digit(session: Session) -> None:
    key_id = active_key(session)
    tell(session, key_id=key_id, worked=WORKED, now=NOW)
    session.expire_all()
    found = solution(session, problem=PROBLEM)
    assert (found.stored.id, found.worked) == (key_id, WORKED)


def test_a_key_that_nobody_tells_has_its_values_alone(session: Session) -> None:
    tell(session, key_id=active_key(session), worked=None, now=NOW)
    found = solution(session, problem=PROBLEM)
    assert found.worked is None
    assert found.stored.key.parts.keys() == {"set/sum/a"}


def test_without_an_active_key_there_is_no_solution(session: Session) -> None:
    add_key(session, make_key(PROBLEM, {"set/sum/a": "0.5"}))
    with pytest.raises(NotFound, match="no key of set/sum"):
        solution(session, problem=PROBLEM)


def test_the_same_words_are_stored_once_and_mended_ones_are_shown_from_then_on(
    session: Session,
) -> None:
    key_id = active_key(session)
    mended = replace(WORKED, steps=WORKED.steps[:1])
    for worked, stored in ((WORKED, 1), (WORKED, 1), (mended, 2), (None, 2), (mended, 2)):
        tell(session, key_id=key_id, worked=worked, now=NOW)
        assert pages(session) == stored
    assert solution(session, problem=PROBLEM).worked == mended


def test_the_page_follows_the_key_that_grades(session: Session) -> None:
    first = active_key(session)
    tell(session, key_id=first, worked=WORKED, now=NOW)
    second = add_key(session, make_key(PROBLEM, {"set/sum/a": "0.7"}))
    other = replace(WORKED, steps=WORKED.steps[1:])
    tell(session, key_id=second, worked=other, now=NOW)
    assert solution(session, problem=PROBLEM).worked == WORKED


def drafted(problem: Problem, folder: Path) -> Draft:
    return draft_key(Catalog(COURSE, folder, folder), problem)


def test_other_words_alone_make_no_new_key_but_are_shown(
    author: Author, tmp_path: Path, session: Session
) -> None:
    for value, text, version, created in (
        ("0.5", "Halve it.", 1, True),
        ("0.5", "Take one half.", 1, False),
        ("0.6", "Take one half.", 2, True),
    ):
        problem = author("words", TOLD.format(value, text))
        done = publish(session, draft=drafted(problem, tmp_path), actor="op", now=NOW)
        assert (done.version, done.created) == (version, created)
        worked = solution(session, problem=problem.slug).worked
        assert worked is not None
        assert worked.steps[0].text == text
    versions = session.scalars(select(AnswerKeyRow.version)).all()
    assert (sorted(versions), pages(session)) == ([1, 2], 3)


def test_a_publication_that_is_rolled_back_leaves_no_page(
    author: Author, tmp_path: Path, session: Session
) -> None:
    draft = drafted(author("gone", TOLD.format("0.5", "Halve it.")), tmp_path)
    engine = session.get_bind().engine

    def interrupted() -> None:
        with transaction(engine) as own:
            publish(own, draft=draft, actor="op", now=NOW)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert pages(session) == 0
