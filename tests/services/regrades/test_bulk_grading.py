"""By arrays each answer gets the very grade that ``grade`` gives, at the edges too."""

from decimal import Decimal
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.domain.grading import AnswerKey, PartKey, grade
from grader.domain.grammar import canonical
from grader.domain.misconceptions import Misconception
from grader.services.regrades.bulk_grading import CORRECT, BulkGrader, Outcomes

P, A, B = "p", "p/a", "p/b"
NUMBERS = st.decimals(
    min_value=Decimal("-1e6"),
    max_value=Decimal("1e6"),
    allow_nan=False,
    allow_infinity=False,
    places=9,
)
TOLERANCES = st.sampled_from(["0", "0.00001", "0.1", "1e-25", "1e-12", "3"]).map(Decimal)


def key_of(
    expected: Decimal,
    tolerance: Decimal = Decimal("0.00001"),
    accepted: tuple[Decimal, ...] = (),
    mistakes: tuple[Decimal, ...] = (),
) -> AnswerKey:
    misconceptions = tuple(Misconception(f"m{n}", value) for n, value in enumerate(mistakes))
    part = PartKey(expected, tolerance, accepted, misconceptions)
    other = PartKey(Decimal("7.25"), Decimal("0.00001"))
    return AnswerKey(P, {A: part, B: other}, {}, {})


def check(key: AnswerKey, answers: list[Decimal]) -> None:
    """What arrays say of these answers is what ``grade`` says of each."""
    grader = BulkGrader(key)
    codes = grader.codes(A, [canonical(answer) for answer in answers])
    grades = grader.outcomes.grades()
    assert [grades[code] for code in codes] == [grade(key, A, answer) for answer in answers]


@pytest.mark.parametrize(
    ("expected", "answer", "correct"),
    [
        ("1.0", "1.00001", True),  # Binary floats say that these two are further apart.
        ("1.0", "0.99999", True),
        ("1.0", "1.000010000000000000000000000001", False),  # The float of both is the same.
        ("1.0", "0.9999899999999999999999999999999", False),
        ("1.0", "1.0000099999999999999999999999999", True),
        ("0", "0.00001", True),
        ("0", "-0.00001", True),
        ("0", "0.0000100000000000000000001", False),
        ("1e30", "1e30", True),
        ("1e30", "1000000000000000000000000000000.00001", True),
        ("1e30", "1000000000000000000000000000000.00002", False),
        ("1e-30", "1e-30", True),
    ],
)
def test_the_edge_is_exact_where_floats_can_t_tell(
    expected: str, answer: str, *, correct: bool
) -> None:
    grader = BulkGrader(key_of(Decimal(expected)))
    (code,) = grader.codes(A, [canonical(Decimal(answer))])
    assert bool(code == CORRECT) is correct


@st.composite
def keys(draw: st.DrawFn) -> AnswerKey:
    """Keys of any kind: with no tolerance or a large one, with several values that count, with mistakes."""
    accepted, mistakes = (draw(st.lists(NUMBERS, max_size=most)) for most in (2, 4))
    return key_of(draw(NUMBERS), draw(TOLERANCES), tuple(accepted), tuple(mistakes))


@given(
    key=keys(),
    answers=st.lists(NUMBERS, max_size=20),
    steps=st.lists(st.tuples(st.integers(0, 40), st.integers(-3, 3)), max_size=30),
    unit=st.sampled_from(["1e-30", "1e-17", "1e-16", "1e-9", "1e-5"]).map(Decimal),
)
def test_arrays_and_grade_agree_on_every_answer_above_all_beside_an_edge(
    key: AnswerKey, answers: list[Decimal], steps: list[tuple[int, int]], unit: Decimal
) -> None:
    edges = key.edges(A)
    beside = [edges[place % len(edges)] + step * unit for place, step in steps]
    check(key, [*answers, *beside, *edges])


def test_a_hundred_thousand_answers_around_the_tolerance_agree() -> None:
    chance = Random(7)  # noqa: S311 - invented answers need no secret numbers.
    key = key_of(Decimal("0.6931471805599453"), mistakes=(Decimal("1.3862943611198906"),))
    around = [
        Decimal("0.6931471805599453")
        + sign * Decimal("0.00001")
        + chance.randrange(-200, 201) * Decimal("1e-18")
        for sign in (1, -1)
        for _ in range(50_000)
    ]
    check(key, around)


def test_between_two_edges_grade_says_the_same_throughout() -> None:
    key = key_of(Decimal("0.5"), accepted=(Decimal("0.7"),), mistakes=(Decimal("0.25"),))
    edges = key.edges(A)
    assert edges == sorted(set(edges))
    assert {Decimal("0.49999"), Decimal("0.50001"), Decimal("0.69999"), Decimal("0.70001")} <= {
        *edges
    }
    for low, high in pairwise(edges):
        third = (high - low) / 3
        assert grade(key, A, low + third) == grade(key, A, high - third)


def test_answers_are_grouped_by_the_grade_that_they_get() -> None:
    key = key_of(Decimal("0.5"), mistakes=(Decimal("0.25"),))
    ids, values = (4, 9, 2, 7), ("0.5", "0.25", "0.500001", "123.4")
    grouped = BulkGrader(key).grouped(A, ids, values)
    assert {(each.verdict.value, each.misconception): ids for each, ids in grouped.items()} == {
        ("correct", None): [4, 2],
        ("incorrect", "m0"): [9],
        ("incorrect", None): [7],
    }


def test_keys_that_share_their_outcomes_give_one_grade_one_code() -> None:
    outcomes = Outcomes()
    one, other = (
        BulkGrader(key_of(Decimal("0.5"), mistakes=(Decimal(mistake),)), outcomes)
        for mistake in ("0.25", "0.125")
    )
    assert one.codes(A, ["0.25"]) == other.codes(A, ["0.125"])
    assert one.codes(A, ["0.25"]) != other.codes(A, ["0.25"])


def test_a_part_that_the_key_lacks_is_an_error() -> None:
    with pytest.raises(KeyError):
        BulkGrader(key_of(Decimal("0.5"))).codes("p/z", ["1"])
