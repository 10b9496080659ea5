"""The slips that any number can suffer; the figures were worked out by hand from the value 0.81235."""

from decimal import Decimal, localcontext

import pytest

from grader.domain.detectors import DETECTORS, slips

EXPECTED, TOLERANCE = Decimal("0.812347"), Decimal("0.00001")
OTHERS = {"set/sum/b": Decimal("0.25")}


def tags(answer: str, expected: Decimal = EXPECTED) -> list[str]:
    found = slips(expected, TOLERANCE, OTHERS)
    return [span.tag for span in found if span.low <= Decimal(answer) <= span.high]


@pytest.mark.parametrize(
    ("answer", "tag"),
    [
        ("-0.81235", "sign"),
        ("0.25", "other_part"),
        ("0.25001", "other_part"),
        ("81.2347", "percent"),
        ("81.235", "percent"),
        ("0.18765", "complement"),
        ("1.23100", "reciprocal"),
        ("0.56308", "ln2"),
        ("1.17197", "ln2"),
        ("1.87050", "ln10"),
        ("0.35280", "ln10"),
        ("8.12347", "power_of_ten"),
        ("8.1235", "power_of_ten"),
        ("0.081235", "power_of_ten"),
        ("812347", "power_of_ten"),
        ("0.8123", "rounded"),
        ("0.812", "rounded"),
        ("0.81", "rounded"),
    ],
)
def test_each_slip_is_known_by_its_number(answer: str, tag: str) -> None:
    assert tags(answer)[:1] == [f"generic:{tag}"]


@pytest.mark.parametrize(
    "answer",
    ["0.81235", "0.8124", "0.25002", "-0.81238", "0.8", "0.81001", "5", "0", "1e30", "-1e30"],
)
def test_other_numbers_are_no_slip(answer: str) -> None:
    assert tags(answer) == []


def test_a_percentage_is_told_before_a_misplaced_point() -> None:
    assert tags("81.2347") == ["generic:percent", "generic:power_of_ten"]


@pytest.mark.parametrize(
    ("expected", "answer"),
    [
        ("0", "0.00002"),
        ("0", "9"),
        ("0.5", "0.50001"),
        ("1", "1.00001"),
        ("0.000004", "-0.000008"),
        ("1e308", "1e30"),
    ],
)
def test_a_slip_that_lies_at_the_truth_itself_explains_nothing(expected: str, answer: str) -> None:
    assert "generic:" not in "".join(
        tag for tag in tags(answer, Decimal(expected)) if tag != "generic:other_part"
    )


@pytest.mark.parametrize(
    ("expected", "answer", "known"),
    [
        ("1.01", "0.000101", ["generic:power_of_ten"]),
        ("1", "0.0001", []),  # Ten tolerances: all but a digit is gone.
        ("-1.01", "-0.000101", ["generic:power_of_ten"]),
        ("-1", "-0.0001", []),
        ("0.49998", "0.50002", ["generic:complement"]),
        ("0.49999", "0.50001", []),  # The two ranges have one number in common.
        ("0.50001", "0.49999", []),
        ("0.50002", "0.49998", ["generic:complement"]),
        ("0.00002", "-0.00002", ["generic:sign"]),
        ("0.00001", "-0.00001", []),
        ("-0.00001", "0.00001", []),
    ],
)
def test_a_slip_is_known_up_to_where_it_could_be_the_truth_or_noise(
    expected: str, answer: str, known: list[str]
) -> None:
    assert tags(answer, Decimal(expected)) == known


def test_every_slip_has_words_for_staff() -> None:
    found = {span.tag for span in slips(EXPECTED, TOLERANCE, OTHERS)}
    assert found == set(DETECTORS)


def test_the_precision_of_the_caller_does_not_matter() -> None:
    with localcontext(prec=3):
        few = slips(EXPECTED, TOLERANCE, OTHERS)
    assert few == slips(EXPECTED, TOLERANCE, OTHERS)
