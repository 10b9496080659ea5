from decimal import Decimal

import pytest

from grader.domain.errors import InvalidRequest
from grader.domain.marks import (
    LARGEST,
    LONGEST_COMMENT,
    LONGEST_WORDS,
    Effect,
    Item,
    attainable,
    checked_comment,
    checked_item,
    effect_of,
    explanation_points,
    following,
    next_revision,
    place,
)

FIVE = Decimal(5)
RUBRIC = (
    Item(1, 1, "Clear", Decimal(3)),
    Item(2, 1, "Complete", Decimal("2.5")),
    Item(3, 1, "Wrong", Decimal(-1)),
    Item(4, 2, "Withdrawn", Decimal(4), retired=True),
)


@pytest.mark.parametrize(
    ("applied", "points"),
    [
        (set(), "0"),
        ({1}, "3"),
        ({1, 3}, "2"),
        ({2, 3}, "1.5"),
        ({1, 2}, "5"),  # 5.5, and 5 are possible.
        ({1, 2, 3}, "4.5"),
        ({3}, "0"),  # -1.
        ({4}, "0"),  # Retired.
        ({1, 4}, "3"),
        ({9}, "0"),  # Never there.
    ],
)
def test_an_explanation_gives_what_its_items_add_up_to_within_its_bounds(
    applied: set[int], points: str
) -> None:
    assert explanation_points(RUBRIC, applied, FIVE) == Decimal(points)


def test_where_no_points_are_possible_none_are_given() -> None:
    assert explanation_points(RUBRIC, {1, 2}, Decimal(0)) == 0


def test_graders_see_what_the_items_in_use_can_give() -> None:
    assert attainable(RUBRIC) == Decimal("5.5")
    assert attainable(()) == 0


def test_a_change_is_told_by_how_many_students_move_by_how_much() -> None:
    marks: list[set[int]] = [{1}, {1, 2}, {1, 2, 3}, {2}, {3}, set()]
    cheaper = next_revision(RUBRIC[0], Item(1, 1, "Clear", Decimal(1)), retired=False)
    effect = effect_of(RUBRIC, cheaper, marks, FIVE)
    # 3 -> 1, 5 (of 5.5) -> 3.5, 4.5 -> 2.5.
    assert effect == Effect(3, ((Decimal(-2), 2), (Decimal("-1.5"), 1)))
    assert effect.students == 3


def test_words_alone_move_nobody_and_neither_does_an_item_that_nobody_has() -> None:
    other = Item(1, 2, "Clearly said", Decimal(3))
    assert effect_of(RUBRIC, other, [{1}, {2}], FIVE) == Effect(1, ())
    unused = Item(3, 2, "Wrong", Decimal(-2))
    assert effect_of(RUBRIC, unused, [{1}, {2}], FIVE) == Effect(0, ())


def test_retiring_an_item_takes_its_points_from_all_that_name_it() -> None:
    retired = next_revision(RUBRIC[0], RUBRIC[0], retired=True)
    assert (retired.number, retired.revision, retired.retired) == (1, 2, True)
    assert effect_of(RUBRIC, retired, [{1}, {1}], FIVE).moved == ((Decimal(-3), 2),)


def test_each_effect_has_a_stamp_of_its_own() -> None:
    effects = (
        Effect(0, ()),
        Effect(1, ()),
        Effect(1, ((Decimal(1), 1),)),
        Effect(1, ((Decimal(-1), 1),)),
        Effect(1, ((Decimal(1), 2),)),
    )
    assert len({each.stamp for each in effects}) == len(effects)
    assert Effect(1, ((Decimal("0.5"), 1),)).stamp == Effect(1, ((Decimal("0.50"), 1),)).stamp


@pytest.mark.parametrize(
    ("points", "value"),
    [
        ("2", "2"),
        (" -0.5 ", "-0.5"),
        ("\u22121", "-1"),
        ("0", "0"),
        ("1.25", "1.25"),
        (str(LARGEST), str(LARGEST)),
        (str(-LARGEST), str(-LARGEST)),
    ],
)
def test_an_item_is_taken_from_what_was_typed(points: str, value: str) -> None:
    assert checked_item(4, "  Says \n why ", points) == Item(4, 1, "Says why", Decimal(value))


@pytest.mark.parametrize(
    ("words", "points", "match"),
    [
        ("", "1", "Say in at most 300 characters"),
        (" \n ", "1", r"\(0 now\)"),
        ("x" * (LONGEST_WORDS + 1), "1", r"\(301 now\)"),
        ("Why", "", "as a number such as"),
        ("Why", "two", "as a number such as"),
        ("Why", "1.255", "at most 2 decimals"),
        ("Why", str(LARGEST + 1), "at most 1000 either way"),
        ("Why", str(-LARGEST - 1), "at most 1000 either way"),
    ],
)
def test_what_is_no_item_is_refused(words: str, points: str, match: str) -> None:
    with pytest.raises(InvalidRequest, match=match):
        checked_item(1, words, points)


def test_words_and_comments_of_just_the_most_characters_are_taken() -> None:
    assert len(checked_item(1, "x" * LONGEST_WORDS, "1").words) == LONGEST_WORDS
    assert len(checked_comment("x" * LONGEST_COMMENT)) == LONGEST_COMMENT
    with pytest.raises(InvalidRequest, match="at most 4,000 characters, and this one has 4,001"):
        checked_comment("x" * (LONGEST_COMMENT + 1))


def test_a_comment_is_stored_without_what_no_database_can_store() -> None:
    assert checked_comment(" a\r\nb\x00 ") == "a\nb\ufffd"


def test_a_place_is_stable_and_differs_by_secret_problem_and_person() -> None:
    one = place("secret", "set/sum", 1)
    assert one == place("secret", "set/sum", 1)
    assert len(one) == 16
    others = {
        place("another", "set/sum", 1),
        place("secret", "set/last", 1),
        place("secret", "set/sum", 2),
        place("secret", "set/sum", 11),
    }
    assert len(others | {one}) == 5


def test_places_shuffle_and_keep_their_order_as_others_join() -> None:
    few = sorted(range(20), key=lambda person: place("secret", "set/sum", person))
    many = sorted(range(40), key=lambda person: place("secret", "set/sum", person))
    assert [person for person in many if person < 20] == few
    assert few != list(range(20))


def test_what_follows_a_place_goes_around() -> None:
    assert following("cab", "b") == ["c", "a", "b"]
    assert following("cab", "bb") == ["c", "a", "b"]
    assert following("cab", "") == ["a", "b", "c"]
    assert following("cab", "z") == ["a", "b", "c"]
