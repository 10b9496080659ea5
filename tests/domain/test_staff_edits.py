"""What staff add to a key: accepted values and mistakes, carried to the next version or dropped by name."""

from dataclasses import replace
from decimal import Decimal

import pytest

from grader.domain.errors import InvalidRequest
from grader.domain.grading import AnswerKey, PartKey, grade
from grader.domain.misconceptions import Hint, Misconception
from grader.domain.staff_edits import accepting, carried, computed_alone, explaining, is_staffs

A, B = "set/sum/a", "set/sum/b"
TOLERANCE = Decimal("0.00001")


def part(expected: str, *mistakes: Misconception) -> PartKey:
    return PartKey(Decimal(expected), TOLERANCE, misconceptions=mistakes)


def mistake(tag: str, value: str, *, told: bool = True) -> Misconception:
    return Misconception(tag, Decimal(value), told)


COMPUTED = AnswerKey(
    "set/sum",
    {
        A: part("0.5", mistake("squared", "0.25"), mistake("unsure", "3", told=False)),
        B: part("2"),
    },
    {},
    {},
    {"squared": Hint("You squared."), "unsure": Hint("Either.")},
)


def explained(value: str, words: str = "You doubled.", tag: str = "staff-1") -> AnswerKey:
    return explaining(COMPUTED, A, mistake(tag, value), words)


def test_an_accepted_value_counts_as_correct_beside_the_expected_one() -> None:
    key, dropped = accepting(COMPUTED, A, Decimal("0.75"))
    assert dropped == ()
    assert [
        grade(key, A, Decimal(text)).correct for text in ("0.75", "0.5", "0.75001", "0.7501")
    ] == [
        True,
        True,
        True,
        False,
    ]
    assert key.parts[B] == COMPUTED.parts[B]


@pytest.mark.parametrize("value", ["0.5", "0.50001", "0.49999"])
def test_a_value_that_counts_already_is_refused(value: str) -> None:
    with pytest.raises(InvalidRequest, match="counts as correct already"):
        accepting(COMPUTED, A, Decimal(value))


def test_accepting_what_a_mistake_gives_leaves_that_mistake_untold() -> None:
    key, dropped = accepting(COMPUTED, A, Decimal("0.25"))
    assert dropped == ()
    assert not key.parts[A].misconceptions[0].told
    assert key.hints == COMPUTED.hints


def test_accepting_what_staff_explained_takes_their_words_away() -> None:
    key, dropped = accepting(explained("1"), A, Decimal(1))
    assert dropped == (f"staff-1 of {A}: a value that counts as correct lies too close",)
    assert key == accepting(COMPUTED, A, Decimal(1))[0]


def test_accepting_a_value_takes_words_away_that_tell_it() -> None:
    key, dropped = accepting(explained("1", "Not 0.75, but half."), A, Decimal("0.75"))
    assert dropped == (
        f"staff-1 of {A}: the words contain a value that counts as correct, or its first digits",
    )
    assert "staff-1" not in key.hints


def test_a_mistake_of_staff_is_told_to_whoever_gives_its_number_within_the_tolerance() -> None:
    key = explained("1")
    tags = [grade(key, A, Decimal(text)).misconception for text in ("1", "1.00001", "1.000011")]
    assert tags == ["staff-1", "staff-1", None]
    assert key.hint(A, "staff-1") == Hint("You doubled.")
    assert is_staffs("staff-1")
    assert not is_staffs("squared")


def test_it_goes_before_computed_ones_that_are_not_told() -> None:
    key = explained("3")
    assert grade(key, A, Decimal(3)).misconception == "staff-1"
    assert not key.parts[A].misconceptions[1].told


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("0.5", "counts as correct lies too close"),
        ("0.50002", "counts as correct lies too close"),
        ("0.25", "squared gives that number already"),
        ("0.25002", "squared gives that number already"),
    ],
)
def test_what_can_t_be_told_apart_is_refused(value: str, why: str) -> None:
    with pytest.raises(InvalidRequest, match=why):
        explained(value)
    assert explained("0.500021").hints.keys() == {"squared", "unsure", "staff-1"}


def test_a_tag_is_used_once() -> None:
    with pytest.raises(InvalidRequest, match="staff-1 is taken"):
        explaining(explained("1"), B, mistake("staff-1", "9"), "Another.")


@pytest.mark.parametrize("words", ["It is 0.5.", "0,50001", "50 % of it", "as in (b), which is 2"])
def test_words_that_tell_a_value_of_any_part_are_refused(words: str) -> None:
    with pytest.raises(InvalidRequest, match="the words contain a value that counts as correct"):
        explained("1", words)


def test_a_key_can_be_taken_apart_and_put_together_again() -> None:
    edited = accepting(explained("1"), B, Decimal(8))[0]
    assert computed_alone(edited) == COMPUTED
    assert carried(edited, COMPUTED) == (edited, ())


def test_what_does_not_fit_the_next_version_is_dropped_by_name() -> None:
    edited = accepting(explained("1"), B, Decimal(8))[0]
    edited = explaining(edited, B, mistake("staff-2", "9"), "Nine lives.")
    moved = replace(COMPUTED, parts={A: part("1.00001")})
    key, dropped = carried(edited, moved)
    assert key == moved
    assert dropped == (
        f"accepted value 8 of {B}: the part is gone",
        f"staff-1 of {A}: a value that counts as correct lies too close",
        f"staff-2 of {B}: the part is gone",
    )


def test_a_new_part_has_nothing_to_be_carried() -> None:
    fewer = replace(COMPUTED, parts={A: COMPUTED.parts[A]})
    assert carried(fewer, COMPUTED) == (COMPUTED, ())
