from dataclasses import replace
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.domain.grading import AnswerKey, Grade, PartKey, Verdict, grade, same_key
from grader.domain.misconceptions import Hint, Misconception

KEY = AnswerKey(
    problem="set/sum",
    parts={
        "set/sum/a": PartKey(expected=Decimal("0.4683249871234567"), tolerance=Decimal("0.00001")),
        "set/sum/b": PartKey(
            expected=Decimal(2),
            tolerance=Decimal("0.00001"),
            accepted=(Decimal(-2), Decimal("3.5")),
        ),
    },
    parameters={"eta": Decimal("0.0001"), "steps": 1000, "left": (35, 17)},
    data={"sum-train.csv": "ab12"},
)
LOW, HIGH = "0.468314987123456700000000000000", "0.468334987123456700000000000000"
"""The edges. One in the last place is 1e-30."""


@pytest.mark.parametrize(
    ("answer", "correct"),
    [
        ("0.4683249871234567", True),
        ("0.46832", True),
        ("0.46833", True),
        ("0.46834", False),
        (HIGH, True),
        ("0.468334987123456699999999999999", True),
        ("0.468334987123456700000000000001", False),
        (LOW, True),
        ("0.468314987123456700000000000001", True),
        ("0.468314987123456699999999999999", False),
        ("-0.4683249871234567", False),
        ("0", False),
        ("1e30", False),
        ("-1e30", False),
    ],
)
def test_an_answer_is_correct_up_to_the_tolerance_itself_exactly(
    *, answer: str, correct: bool
) -> None:
    graded = grade(KEY, "set/sum/a", Decimal(answer))
    assert graded.correct is correct
    assert graded.verdict is (Verdict.CORRECT if correct else Verdict.INCORRECT)


def test_the_edge_does_not_depend_on_the_precision_of_the_caller() -> None:
    with localcontext(prec=3):
        assert grade(KEY, "set/sum/a", Decimal(HIGH)).correct
        assert not grade(KEY, "set/sum/a", Decimal(HIGH[:-1] + "1")).correct


@pytest.mark.parametrize(
    ("answer", "correct"),
    [("2", True), ("-2", True), ("3.5", True), ("3.50001", True), ("-2.00001", True),
     ("3.500011", False), ("-3.5", False), ("1.99998", False)],
)  # fmt: skip
def test_each_accepted_value_counts_within_the_same_tolerance(
    *, answer: str, correct: bool
) -> None:
    assert grade(KEY, "set/sum/b", Decimal(answer)).correct is correct


def test_the_accepted_values_of_one_part_do_not_count_for_another() -> None:
    assert not grade(KEY, "set/sum/a", Decimal("3.5")).correct


def test_a_part_that_the_key_does_not_cover_is_an_error_and_not_a_wrong_answer() -> None:
    with pytest.raises(KeyError):
        grade(KEY, "set/sum/z", Decimal(1))


def test_a_verdict_is_stored_as_its_word() -> None:
    assert [str(verdict) for verdict in Verdict] == ["correct", "incorrect"]
    assert not Grade(Verdict.INCORRECT).correct


@given(st.decimals(-1000, 1000, places=20), st.decimals(-1000, 1000, places=20), st.integers(1, 9))
def test_grading_agrees_with_exact_integers(
    expected: Decimal, answer: Decimal, places: int
) -> None:
    tolerance = Decimal(1).scaleb(-places)
    key = replace(KEY, parts={"p": PartKey(expected=expected, tolerance=tolerance)})
    difference = abs(int(expected.scaleb(20)) - int(answer.scaleb(20)))
    assert grade(key, "p", answer).correct is (difference <= 10 ** (20 - places))


def with_part(**changes: object) -> AnswerKey:
    part = replace(KEY.parts["set/sum/a"], **changes)  # type: ignore[arg-type]
    return replace(KEY, parts={**KEY.parts, "set/sum/a": part})


EXPECTED = KEY.parts["set/sum/a"].expected


@pytest.mark.parametrize("turned", [True, False], ids=["turned", "straight"])
@pytest.mark.parametrize(
    ("other", "same"),
    [
        (replace(KEY), True),
        (replace(KEY, parts=dict(reversed(list(KEY.parts.items())))), True),
        (with_part(expected=EXPECTED + Decimal("1e-8")), True),
        (with_part(expected=EXPECTED - Decimal("1e-8")), True),
        (with_part(expected=EXPECTED + Decimal("1.0000000001e-8")), False),
        (with_part(expected=EXPECTED - Decimal("1.0000000001e-8")), False),
        (with_part(tolerance=Decimal("0.0000100")), True),
        (with_part(tolerance=Decimal("0.00002")), False),
        (with_part(accepted=(Decimal(1),)), False),
        (replace(KEY, problem="set/last"), False),
        (replace(KEY, parameters={**KEY.parameters, "steps": 1001}), False),
        (replace(KEY, data={"sum-train.csv": "cd34"}), False),
        (replace(KEY, parts={"set/sum/a": KEY.parts["set/sum/a"]}), False),
        (replace(KEY, parts={**KEY.parts, "set/sum/c": KEY.parts["set/sum/a"]}), False),
    ],
)
def test_keys_are_the_same_when_all_agrees_and_values_within_a_thousandth_of_the_tolerance(
    *, other: AnswerKey, same: bool, turned: bool
) -> None:
    pair = (other, KEY) if turned else (KEY, other)
    assert same_key(*pair) is same


MISTAKEN = replace(
    KEY,
    parts={
        "set/sum/a": PartKey(
            expected=Decimal("0.5"),
            tolerance=Decimal("0.00001"),
            misconceptions=(
                Misconception("hidden", Decimal("0.30001"), told=False),
                Misconception("squared", Decimal("0.25")),
                Misconception("told", Decimal("0.3")),
                Misconception("negated", Decimal("-0.5")),
                Misconception("true", Decimal("0.50001"), told=False),
            ),
        ),
        "set/sum/b": PartKey(expected=Decimal("0.8"), tolerance=Decimal("0.00001")),
    },
    hints={"told": Hint("You added.", "sums")},
)


@pytest.mark.parametrize(
    ("answer", "tag"),
    [
        ("0.25", "squared"),
        ("0.25001", "squared"),
        ("0.250011", None),
        ("0.24999", "squared"),
        ("0.249989", None),
        ("0.3", "told"),
        ("0.30002", "hidden"),
        ("-0.5", "negated"),
        ("50", "generic:percent"),
        ("0.8", "generic:other_part"),
        ("0.50002", "true"),
        ("0.5", None),
        ("0.50001", None),
        ("7", None),
    ],
)
def test_a_wrong_answer_is_explained_by_what_is_told_first_and_by_slips_last(
    answer: str, tag: str | None
) -> None:
    assert grade(MISTAKEN, "set/sum/a", Decimal(answer)).misconception == tag


@pytest.mark.parametrize(
    ("tag", "hint"),
    [
        ("told", Hint("You added.", "sums")),
        ("hidden", None),
        ("squared", None),
        ("generic:percent", None),
        (None, None),
    ],
)
def test_a_student_has_a_hint_only_where_it_can_be_told(tag: str | None, hint: Hint | None) -> None:
    hidden = replace(MISTAKEN, hints={**MISTAKEN.hints, "hidden": Hint("x")})
    assert hidden.hint("set/sum/a", tag) == hint


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"value": Decimal("0.3000000001")}, True),
        ({"value": Decimal("0.30000001")}, True),
        ({"value": Decimal("0.300000011")}, False),
        ({"tag": "other"}, False),
        ({"told": False}, False),
    ],
)
def test_keys_differ_when_their_misconceptions_do(change: dict[str, object], *, same: bool) -> None:
    part = MISTAKEN.parts["set/sum/a"]
    changed = [
        replace(each, **change) if each.tag == "told" else each  # type: ignore[arg-type]
        for each in part.misconceptions
    ]
    other = replace(part, misconceptions=tuple(changed))
    assert (
        same_key(MISTAKEN, replace(MISTAKEN, parts={**MISTAKEN.parts, "set/sum/a": other})) is same
    )


def test_keys_differ_when_they_have_more_misconceptions_or_other_hints() -> None:
    part = replace(MISTAKEN.parts["set/sum/a"], misconceptions=())
    assert not same_key(MISTAKEN, replace(MISTAKEN, parts={**MISTAKEN.parts, "set/sum/a": part}))
    assert not same_key(MISTAKEN, replace(MISTAKEN, hints={"told": Hint("You added")}))
