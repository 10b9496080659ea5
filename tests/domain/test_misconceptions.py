from decimal import Decimal

import pytest

from grader.domain.misconceptions import Candidate, Collision, collisions, told_apart

TOLERANCE = Decimal("0.00001")
TRUTHS = (Decimal("0.5"), Decimal("0.9"))


def told(*candidates: tuple[str, str, tuple[str, ...]]) -> dict[str, bool]:
    made = [Candidate(tag, Decimal(value), over) for tag, value, over in candidates]
    return {each.tag: each.told for each in told_apart(made, truths=TRUTHS, tolerance=TOLERANCE)}


@pytest.mark.parametrize(
    ("value", "is_told"),
    [
        ("0.5", False),
        ("0.50002", False),
        ("0.49998", False),
        ("0.500020000000000000000000000000000001", True),
        ("0.49997", True),
        ("0.90001", False),
        ("-0.5", True),
    ],
)
def test_what_lies_within_two_tolerances_of_a_truth_is_not_told(
    value: str, *, is_told: bool
) -> None:
    assert told(("a", value, ())) == {"a": is_told}


@pytest.mark.parametrize(
    ("value", "both"),
    [("0.1", False), ("0.10002", False), ("0.09998", False), ("0.1000200001", True), ("0.2", True)],
)
def test_neither_of_two_that_lie_within_two_tolerances_is_told(value: str, *, both: bool) -> None:
    assert told(("a", "0.1", ()), ("b", value, ())) == {"a": both, "b": both}


@pytest.mark.parametrize(("a_over", "b_over"), [(("b",), ()), ((), ("a",))])
def test_the_one_that_is_declared_the_likelier_is_told(
    a_over: tuple[str, ...], b_over: tuple[str, ...]
) -> None:
    assert told(("a", "0.1", a_over), ("b", "0.1", b_over)) == {
        "a": bool(a_over),
        "b": bool(b_over),
    }


def test_a_declaration_does_not_help_against_the_truth_or_a_third_one() -> None:
    assert told(("a", "0.5", ("b",)), ("b", "0.5", ())) == {"a": False, "b": False}
    assert told(("a", "0.1", ("b",)), ("b", "0.1", ()), ("c", "0.1", ())) == {
        "a": False,
        "b": False,
        "c": False,
    }


def test_the_order_is_kept() -> None:
    assert list(told(("z", "0.1", ()), ("a", "0.2", ()), ("m", "0.3", ()))) == ["z", "a", "m"]


def test_collisions_are_listed_with_their_distance_and_whether_they_are_settled() -> None:
    made = told_apart(
        [
            Candidate("near", Decimal("0.50001")),
            Candidate("a", Decimal("0.1"), ("b",)),
            Candidate("b", Decimal("0.10002")),
            Candidate("c", Decimal("0.3")),
            Candidate("d", Decimal("0.3")),
            Candidate("alone", Decimal("0.7")),
        ],
        truths=TRUTHS,
        tolerance=TOLERANCE,
    )
    assert list(collisions(made, truths=TRUTHS, tolerance=TOLERANCE)) == [
        Collision("near", None, Decimal("0.00001"), settled=False),
        Collision("a", "b", Decimal("0.00002"), settled=True),
        Collision("c", "d", Decimal("0.0"), settled=False),
    ]
