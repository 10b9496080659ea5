"""What a key says of one typed text."""

from decimal import Decimal

import pytest

from grader.domain.checking import check_text
from grader.domain.grading import AnswerKey, PartKey, Verdict

TOLERANCE = Decimal("0.00001")
KEY = AnswerKey(
    "set/sum",
    {"set/sum/a": PartKey(Decimal("0.5"), TOLERANCE, accepted=(Decimal(2), Decimal(-1)))},
    {},
    {},
)


@pytest.mark.parametrize(
    ("text", "verdict", "difference"),
    [
        ("0.5", Verdict.CORRECT, "0"),
        ("0.50001", Verdict.CORRECT, "0.00001"),
        ("0.49999", Verdict.CORRECT, "0.00001"),
        ("0.5000100000000000000000000000000000000000001", Verdict.INCORRECT, None),
        ("1.9", Verdict.INCORRECT, "0.1"),
        ("2", Verdict.CORRECT, "0"),
        ("-1.5", Verdict.INCORRECT, "0.5"),
        ("1e30", Verdict.INCORRECT, None),
    ],
)
def test_the_difference_is_the_one_to_the_nearest_value_that_counts(
    text: str, verdict: Verdict, difference: str | None
) -> None:
    checked = check_text(KEY, "set/sum/a", text)
    assert checked.verdict is verdict
    assert checked.tolerance == TOLERANCE
    assert checked.difference is not None
    if difference is not None:
        assert checked.difference == Decimal(difference)


def test_the_difference_is_never_rounded() -> None:
    text = "1.00000000000000000000000000000000000000000000000000000000001"
    checked = check_text(KEY, "set/sum/a", text)
    assert (
        str(checked.difference) == "0.50000000000000000000000000000000000000000000000000000000001"
    )


def test_a_text_that_is_no_number_has_no_verdict_and_no_difference() -> None:
    checked = check_text(KEY, "set/sum/a", "one half")
    assert checked.verdict is None
    assert checked.difference is None
    assert checked.reading.reason is not None


def test_a_part_that_the_key_lacks_is_an_error() -> None:
    with pytest.raises(KeyError):
        check_text(KEY, "set/sum/b", "1")
