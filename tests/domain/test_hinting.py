from dataclasses import replace
from decimal import Decimal

import pytest

from grader.domain.detectors import DETECTORS
from grader.domain.grading import AnswerKey, PartKey
from grader.domain.hinting import Mistake, mistake, told_hint
from grader.domain.misconceptions import Hint, Misconception
from tests.support.values import POLICY

PART = "set/sum/a"
HINT = Hint("You added.", "sums")
KEY = AnswerKey(
    problem="set/sum",
    parts={
        PART: PartKey(
            expected=Decimal("0.5"),
            tolerance=Decimal("0.00001"),
            misconceptions=(
                Misconception("told", Decimal("0.3")),
                Misconception("ambiguous", Decimal("0.50001"), told=False),
            ),
        )
    },
    parameters={},
    data={},
    hints={"told": HINT, "ambiguous": Hint("You rounded early."), "elsewhere": Hint("Not here.")},
)


@pytest.mark.parametrize(
    ("after_wrong", "wrong", "told"),
    [
        (None, 1, False),
        (None, 1_000_000, False),
        (1, 1, True),
        (2, 1, False),
        (2, 2, True),
        (2, 3, True),
        (3, 2, False),
    ],
)
def test_a_hint_is_told_from_the_policy_s_wrong_attempt_on(
    after_wrong: int | None, wrong: int, *, told: bool
) -> None:
    policy = replace(POLICY, hints_after_wrong=after_wrong)
    assert told_hint(policy, KEY, PART, "told", wrong=wrong) == (HINT if told else None)


@pytest.mark.parametrize("tag", [None, "ambiguous", "elsewhere", "unknown", *DETECTORS])
def test_what_is_ambiguous_or_a_detector_s_is_never_told(tag: str | None) -> None:
    policy = replace(POLICY, hints_after_wrong=1)
    assert told_hint(policy, KEY, PART, tag, wrong=9) is None


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        (None, None),
        ("told", Mistake("told", "You added.", told=True)),
        ("ambiguous", Mistake("ambiguous", "You rounded early.", told=False)),
        ("unknown", Mistake("unknown", "", told=False)),
        ("generic:sign", Mistake("generic:sign", "The sign is the other one.", told=False)),
    ],
)
def test_staff_are_told_every_tag_in_words(tag: str | None, expected: Mistake | None) -> None:
    assert mistake(KEY, PART, tag) == expected
