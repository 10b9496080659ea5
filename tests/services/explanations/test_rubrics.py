from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from grader.db.collisions import ChangedMeanwhile
from grader.db.models import LedgerLink, RubricItem
from grader.db.session import transaction
from grader.domain.errors import GraderError, InvalidRequest, NotFound
from grader.domain.marks import MOST_ITEMS, Effect, Item
from grader.services.explanations.rubrics import (
    Change,
    Wanted,
    add_item,
    plan,
    revise,
    rubric,
    rubrics,
)
from grader.services.ledger import ledger
from tests.services.explanations.marking_room import LAST, SUM, add_items, give, write
from tests.support.classroom import NOW, add_student, count, open_course
from tests.support.people import at_once
from tests.support.statements import statements

FIVE = Decimal(5)


def add(session: Session, words: str = "Clear", points: str = "2", problem: str = SUM) -> Item:
    return add_item(session, wanted=Wanted(problem, words, points), actor="tia", now=NOW)


def looked_at(session: Session, wanted: Wanted, number: int = 1) -> Change:
    return plan(session, wanted=wanted, number=number, possible=FIVE)


def change(session: Session, wanted: Wanted, number: int = 1, **changes: Any) -> Change:
    """Change an item as one who has looked at what that does."""
    shown = looked_at(session, wanted, number)
    seen = (
        changes.get("revision", shown.item.revision),
        changes.get("stamp", shown.effect.stamp),
    )
    return revise(
        session, wanted=wanted, number=number, possible=FIVE, seen=seen, actor="ina", now=NOW
    )


@pytest.fixture
def marked(session: Session) -> Session:
    """Two of three students have the first item, one of them the second too."""
    open_course(session)
    add(session, "Clear", "3")
    add(session, "Complete", "4")
    for name, items in (("ada", {1}), ("bob", {1, 2}), ("cleo", {2})):
        student = add_student(session, name)
        write(session, student, "Text")
        give(session, student, items)
    return session


def test_items_are_numbered_as_they_are_added_each_problem_for_itself(session: Session) -> None:
    assert add(session) == Item(1, 1, "Clear", Decimal(2))
    assert add(session, "Wrong", "-0.50").number == 2
    assert add(session, problem=LAST).number == 1
    assert rubric(session, problem=SUM) == (
        Item(1, 1, "Clear", Decimal(2)),
        Item(2, 1, "Wrong", Decimal("-0.5")),
    )
    assert rubrics(session, problems=[LAST, "set/none"])["set/none"] == ()


def test_an_added_item_stands_in_the_ledger(session: Session) -> None:
    add(session, "Clear", "1.50")
    entry = ledger.list_entries(session)[0]
    assert (entry.act, entry.actor, entry.about, entry.login) == ("rubric", "tia", SUM, None)
    assert entry.detail == {
        "item": 1,
        "revision": 1,
        "words": "Clear",
        "points": "1.5",
        "retired": 0,
        "marks": 0,
        "students": 0,
    }


@pytest.mark.parametrize(
    ("words", "points", "match"),
    [
        (" Clear ", "9", "just these words"),
        ("", "1", "what the item is about"),
        ("New", "x", "as a number"),
    ],
)
def test_what_is_no_new_item_is_refused(
    session: Session, words: str, points: str, match: str
) -> None:
    add(session)
    with pytest.raises(InvalidRequest, match=match):
        add(session, words, points)
    assert count(session, RubricItem) == 1


def test_a_rubric_has_an_end(session: Session) -> None:
    for number in range(MOST_ITEMS):
        add(session, f"Item {number}")
    with pytest.raises(InvalidRequest, match="at most 40 items"):
        add(session, "One more")


def test_a_plan_tells_what_would_change_and_changes_nothing(marked: Session) -> None:
    shown = looked_at(marked, Wanted(SUM, "Clearer", "1"))
    assert shown == Change(
        Item(1, 1, "Clear", Decimal(3)),
        Item(1, 2, "Clearer", Decimal(1)),
        Effect(2, ((Decimal(-2), 1),)),  # Bob has 7 points of items, later 5, and 5 are possible.
    )
    assert count(marked, RubricItem) == 2


def test_a_change_holds_for_all_who_have_the_item(marked: Session) -> None:
    change(marked, Wanted(SUM, "Clearer", "1"))
    assert rubric(marked, problem=SUM)[0] == Item(1, 2, "Clearer", Decimal(1))
    detail = ledger.list_entries(marked, limit=1)[0].detail
    assert (detail["revision"], detail["marks"], detail["students"]) == (2, 2, 1)


def test_a_retired_item_gives_nothing_and_can_be_brought_back(marked: Session) -> None:
    gone = change(marked, Wanted(SUM, "Clear", "3", retired=True))
    assert gone.effect == Effect(2, ((Decimal(-3), 1), (Decimal(-1), 1)))
    assert rubric(marked, problem=SUM)[0].retired
    assert ledger.list_entries(marked, limit=1)[0].detail["retired"] == 1
    back = change(marked, Wanted(SUM, "Clear", "3"))
    assert back.effect == Effect(2, ((Decimal(1), 1), (Decimal(3), 1)))
    assert [each.retired for each in rubric(marked, problem=SUM)] == [False, False]
    assert rubric(marked, problem=SUM)[0].revision == 3


def test_the_words_of_a_retired_item_are_free_until_it_comes_back(marked: Session) -> None:
    change(marked, Wanted(SUM, "Clear", "3", retired=True))
    add(marked, "Clear", "1")
    with pytest.raises(InvalidRequest, match="just these words"):
        change(marked, Wanted(SUM, "Clear", "3"))
    change(marked, Wanted(SUM, "Clear", "2", retired=True))


def test_saying_the_same_again_makes_no_revision(marked: Session) -> None:
    before = count(marked, LedgerLink)
    change(marked, Wanted(SUM, "Clear", "3.0"))
    assert (count(marked, RubricItem), count(marked, LedgerLink)) == (2, before)


def test_an_item_that_somebody_else_changed_is_looked_at_first(marked: Session) -> None:
    change(marked, Wanted(SUM, "Clearer", "1"))
    with pytest.raises(ChangedMeanwhile, match="changed this item meanwhile"):
        change(marked, Wanted(SUM, "Clearest", "2"), revision=1)
    assert rubric(marked, problem=SUM)[0].words == "Clearer"


def test_a_change_that_does_more_than_was_shown_is_not_made(marked: Session) -> None:
    wanted = Wanted(SUM, "Clear", "1")
    stamp = looked_at(marked, wanted).effect.stamp
    dora = add_student(marked, "dora")
    write(marked, dora, "Text")
    give(marked, dora, {1})
    with pytest.raises(ChangedMeanwhile, match="More was marked meanwhile"):
        change(marked, wanted, stamp=stamp)
    assert rubric(marked, problem=SUM)[0].points == 3


@pytest.mark.parametrize(
    ("wanted", "number", "error"),
    [
        (Wanted(SUM, "Clear", "1"), 9, NotFound),
        (Wanted(LAST, "Clear", "1"), 1, NotFound),
        (Wanted(SUM, "Complete", "1"), 1, InvalidRequest),
        (Wanted(SUM, "", "1"), 1, InvalidRequest),
        (Wanted(SUM, "Clear", "x"), 1, InvalidRequest),
    ],
)
def test_what_is_no_change_is_refused(
    marked: Session, wanted: Wanted, number: int, error: type[GraderError]
) -> None:
    with pytest.raises(error):
        change(marked, wanted, number)
    assert count(marked, RubricItem) == 2


def test_items_added_at_the_same_moment_get_numbers_of_their_own(engine: Engine) -> None:
    words = iter("abcd")

    def send() -> int:
        with transaction(engine) as session:
            return add(session, next(words)).number

    assert sorted(at_once(4, send)) == [1, 2, 3, 4]


def test_the_rubrics_of_all_problems_are_one_statement(engine: Engine) -> None:
    with transaction(engine) as session:
        add_items(session, "1", "2")
        add_items(session, "1", problem=LAST)
    with transaction(engine) as session, statements(engine) as sent:
        assert [len(each) for each in rubrics(session, problems=[SUM, LAST]).values()] == [2, 1]
    assert len([each for each in sent if each.startswith("SELECT")]) == 1
