from dataclasses import replace
from decimal import Decimal

import pytest

from grader.domain.grading import AnswerKey, PartKey
from grader.domain.misconceptions import Candidate, told_apart
from grader.domain.reviewing import (
    AMBIGUOUS,
    SAME,
    UNANSWERABLE,
    answerable,
    confused,
    review,
    same_instance,
)
from tests.support.courses import make_part

A, B = make_part("set/sum/a"), make_part("set/sum/b")
TOLERANCE = Decimal("0.00001")
Values = dict[str, str]


def part(expected: str, **mistakes: str) -> PartKey:
    candidates = [Candidate(tag, Decimal(value)) for tag, value in mistakes.items()]
    told = told_apart(candidates, truths=[Decimal(expected)], tolerance=TOLERANCE)
    return PartKey(Decimal(expected), TOLERANCE, misconceptions=told)


def key(a: PartKey, b: PartKey | None = None, **data: str) -> AnswerKey:
    parts = {A.slug: a} if b is None else {A.slug: a, B.slug: b}
    return AnswerKey("set/sum", parts, {}, data)


GRADED = key(part("0.5", nats="0.3", sign="-0.5"), part("2", nats="1.4"))


def found(variant: AnswerKey, *others: AnswerKey) -> str | None:
    return review(variant, parts=(A, B), graded=GRADED, others=others)


def test_a_variant_with_other_answers_and_clear_mistakes_may_be_deployed() -> None:
    assert found(key(part("0.7", nats="0.4", sign="-0.7"), part("3", nats="1.9"))) is None


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("0.5", "2", True),
        ("0.50001", "1.99999", True),
        ("0.50001", "1.999989", False),
        ("0.500011", "2", False),
    ],
)
def test_equal_answers_to_all_parts_are_the_same_instance(a: str, b: str, *, same: bool) -> None:
    variant = key(part(a), part(b))
    assert same_instance(variant, GRADED) == same
    assert (found(variant) == SAME) == same


def test_an_accepted_value_of_the_graded_instance_counts_as_its_answer() -> None:
    accepting = replace(GRADED.parts[A.slug], accepted=(Decimal("0.6"),))
    graded = replace(GRADED, parts={**GRADED.parts, A.slug: accepting})
    assert same_instance(key(part("0.6"), part("2")), graded)


def test_the_same_data_is_the_same_instance_and_no_data_is_none() -> None:
    one, other = part("0.5"), part("0.7")
    assert same_instance(key(one, train="x"), key(other, train="x"))
    assert not same_instance(key(one, train="x"), key(other, train="y"))
    assert not same_instance(key(one), key(other))


def test_a_key_of_other_parts_is_another_instance() -> None:
    assert not same_instance(key(part("0.5")), key(part("0.5"), part("2")))


def test_a_variant_that_is_deployed_already_is_not_deployed_again() -> None:
    variant = key(part("0.7"), part("3"))
    assert found(variant) is None
    assert found(variant, variant) == SAME


@pytest.mark.parametrize(
    ("expected", "fine"),
    [
        ("0.123455", True),
        ("0", True),
        ("0.001", True),
        ("-0.001", True),
        ("0.000999", False),
        ("-0.000999", False),
        ("1e30", True),
        ("1.1e30", False),
    ],
)
def test_an_answer_can_be_typed_and_shows_work(expected: str, *, fine: bool) -> None:
    assert answerable(key(part(expected)), A) == fine
    assert (found(key(part(expected), part("3"))) == UNANSWERABLE) != fine


def test_an_answer_that_needs_more_decimals_than_are_asked_can_t_be_given() -> None:
    assert not answerable(key(part("0.16")), replace(A, decimals=1))
    assert answerable(key(part("0.1")), replace(A, decimals=1))


def test_a_mistake_that_gives_the_right_answer_at_every_part_is_ambiguous() -> None:
    assert found(key(part("0.7", nats="0.70002"), part("3", nats="3"))) == AMBIGUOUS
    assert found(key(part("0.7", sign="0.7"), part("3"))) == AMBIGUOUS


def test_a_mistake_that_shows_at_another_part_is_not() -> None:
    assert found(key(part("0.7", nats="0.7"), part("3", nats="1.9"))) is None


def test_two_mistakes_that_meet_at_every_part_that_both_touch_are_ambiguous() -> None:
    assert found(key(part("0.7", nats="0.4", sign="0.40002"), part("3", nats="1"))) == AMBIGUOUS
    assert found(key(part("0.7", nats="0.4", sign="0.400021"), part("3", nats="1"))) is None


def test_what_can_t_be_told_apart_in_the_graded_instance_need_not_be_here() -> None:
    graded = key(part("0.5", one="0.1", two="0.1", three="0.5"))
    variant = key(part("0.7", one="0.2", two="0.2", three="0.7"))
    assert review(variant, parts=[A], graded=graded, others=[]) is None
    assert confused(variant) == confused(graded)
    assert len(confused(graded)) == 2


def test_two_mistakes_of_which_one_is_declared_the_likelier_are_not_ambiguous() -> None:
    candidates = [Candidate("one", Decimal("0.1"), ("two",)), Candidate("two", Decimal("0.1"))]
    told = told_apart(candidates, truths=[Decimal("0.5")], tolerance=TOLERANCE)
    settled = PartKey(Decimal("0.5"), TOLERANCE, misconceptions=told)
    assert confused(key(settled)) == set()
