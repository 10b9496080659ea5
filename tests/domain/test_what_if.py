from decimal import Decimal

import pytest

from grader.domain.grading import AnswerKey, PartKey, Verdict, grade
from grader.domain.what_if import STEPS, Answered, Effect, what_if

KEY = PartKey(expected=Decimal("0.5"), tolerance=Decimal("0.00001"), accepted=(Decimal(2),))


def answered(value: str, *people: str, correct: bool = False, submissions: int = 0) -> Answered:
    return Answered(Decimal(value), correct, frozenset(people), submissions or len(people))


ANSWERS = [
    answered("0.5", "ada", "bob", correct=True),
    answered("0.50001", "cleo", correct=True),
    answered("0.50002", "dan", "ada", submissions=4),
    answered("2.001", "eve"),
    answered("7", "dan", "eve", "finn"),
]


def effect(tolerance: str) -> tuple[int, int, int, int]:
    found = what_if(KEY, ANSWERS).effect(Decimal(tolerance))
    return found.to_correct, found.to_incorrect, found.gaining, found.losing


def test_the_tolerances_are_1_2_and_5_times_the_powers_of_ten_and_the_key_s_own() -> None:
    assert (STEPS[0], STEPS[-1], len(STEPS)) == (Decimal("1e-8"), Decimal("0.1"), 22)
    assert list(STEPS) == sorted(STEPS)
    assert what_if(KEY, []).tolerances == STEPS
    other = PartKey(Decimal(1), Decimal("0.0003"))
    assert what_if(other, []).tolerances == tuple(sorted({*STEPS, Decimal("0.0003")}))


@pytest.mark.parametrize(
    ("tolerance", "expected"),
    [
        ("0.00001", (0, 0, 0, 0)),  # The key's own changes nothing.
        ("0.000005", (0, 1, 0, 1)),  # Cleo's answer lies on the bound, and loses the part.
        ("0.00002", (4, 0, 1, 0)),  # Dan gains it; Ada has it already.
        ("0.001", (5, 0, 2, 0)),  # The accepted value counts as near too.
        ("0.00099999", (4, 0, 1, 0)),
        ("0.1", (5, 0, 2, 0)),
    ],
)
def test_verdicts_and_students_are_counted_each_way(
    tolerance: str, expected: tuple[int, int, int, int]
) -> None:
    assert effect(tolerance) == expected


def test_who_loses_one_answer_and_has_another_keeps_the_part() -> None:
    both = [answered("0.5", "ada", correct=True), answered("0.50001", "ada", correct=True)]
    found = what_if(KEY, both).effect(Decimal("0.000001"))
    assert found == Effect(Decimal("0.000001"), 0, 1, 0, 0)
    assert not found.nothing


def test_what_counts_now_is_what_stands_not_what_the_key_would_say() -> None:
    kept = [answered("7", "ada", correct=True), answered("0.5", "bob")]
    assert what_if(KEY, kept).effect(KEY.tolerance) == Effect(KEY.tolerance, 1, 1, 1, 1)


def test_the_wrong_answers_are_listed_the_nearest_first_and_so_are_those_that_move() -> None:
    found = what_if(KEY, reversed(ANSWERS))
    assert [f"{each.distance:f}" for each in found.wrong] == ["0.00002", "0.001", "5"]
    assert [f"{each.answer.value}" for each in found.moved(Decimal("0.001"))] == [
        "0.50002",
        "2.001",
    ]
    assert found.moved(KEY.tolerance) == ()
    assert what_if(KEY, ANSWERS).effect(KEY.tolerance).nothing


@pytest.mark.parametrize("digits", [5, 28, 60])
def test_an_answer_on_the_bound_is_within_exactly_as_in_grading(digits: int) -> None:
    tolerance = Decimal("0.00002")
    key = PartKey(Decimal(f"0.{'3' * digits}"), tolerance)
    bound = f"0.{'3' * 4}5{'3' * (digits - 5)}"
    for text, verdict in ((bound, Verdict.CORRECT), (f"{bound}001", Verdict.INCORRECT)):
        value = Decimal(text)
        assert grade(AnswerKey("p", {"p/a": key}, {}, {}), "p/a", value).verdict is verdict
        moved = what_if(key, [Answered(value, correct=False, people=["ada"], submissions=1)])
        assert moved.effect(tolerance).to_correct == (verdict is Verdict.CORRECT)
