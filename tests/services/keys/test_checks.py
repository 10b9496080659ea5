"""Each check of a key, on keys that have what it looks for and on keys that don't."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal

import pytest

from grader.content.findings import Finding
from grader.domain.grading import AnswerKey, PartKey
from grader.domain.misconceptions import Candidate, Hint, told_apart
from grader.domain.number import Reading, read_number
from grader.domain.problem import Problem
from grader.domain.unreadable import Reason
from grader.services.keys.checks import (
    check_displayed,
    check_hints,
    check_misconceptions,
    check_reading,
    check_truncated,
    unread,
)
from grader.services.keys.drafting import Draft
from tests.support.courses import make_part, make_problem

PART = "set/sum/a"
Check = Callable[[Problem, Draft], Iterable[Finding]]


def asked(
    expected: str, *, tolerance: str = "0.00001", decimals: int = 5, mistakes: Iterable[str] = ()
) -> tuple[Problem, Draft]:
    """A problem of one part, and its key."""
    truth, near = Decimal(expected), Decimal(tolerance)
    candidates = [Candidate(f"m{place}", Decimal(each)) for place, each in enumerate(mistakes)]
    told = told_apart(candidates, truths=[truth], tolerance=near)
    part = replace(make_part(PART), tolerance=near, decimals=decimals)
    key = AnswerKey(
        problem="set/sum",
        parts={PART: PartKey(truth, near, misconceptions=told)},
        parameters={},
        data={},
    )
    return make_problem("set/sum", part), Draft(key, {}, {})


def found(check: Check, problem: Problem, draft: Draft) -> list[Finding]:
    return list(check(problem, draft))


@pytest.mark.parametrize(
    ("expected", "tolerance", "decimals", "failing"),
    [
        ("0.3181818181818182", "0.00001", 5, ()),
        ("-0.6666666666666666", "0.00001", 5, ()),
        ("820", "0.00001", 0, ()),
        # An error of 4 or 6 in the sixth decimal, against a tolerance of 5: inside, outside, and on it.
        ("0.123454", "0.000005", 5, ()),
        ("0.123456", "0.000005", 5, (check_truncated,)),
        ("0.123455", "0.000005", 5, ()),
        ("0.6666666666666666", "0.00001", 4, (check_displayed, check_truncated)),
        ("1e31", "0.00001", 5, (check_displayed, check_truncated)),
        ("1e63", "0.00001", 0, (check_displayed, check_truncated)),
        ("1e-31", "0.00001", 5, ()),
    ],
)
def test_the_answer_as_students_type_it_has_to_be_correct(
    expected: str, tolerance: str, decimals: int, failing: tuple[Check, ...]
) -> None:
    problem, draft = asked(expected, tolerance=tolerance, decimals=decimals)
    for check in (check_displayed, check_truncated):
        findings = found(check, problem, draft)
        assert [each.where for each in findings] == [PART] * (check in failing)


def test_an_answer_that_is_not_correct_is_shown_with_what_to_do() -> None:
    (finding,) = found(check_displayed, *asked("0.6666666666666666", decimals=3))
    assert "the answer rounded to 3 decimals, 0.667, is not within 0.00001" in finding.what
    assert finding.advice == "Ask for more decimals, or widen the tolerance, in problem.toml."
    (unreadable,) = found(check_displayed, *asked("1e31"))
    assert "can't be read: It is too big" in unreadable.what


@pytest.mark.parametrize(
    ("mistakes", "decimals", "wrong"),
    [
        (["0.25", "0.75"], 5, []),
        # Typed with one decimal it is 0.6 or, cut off, 0.5: that is the answer.
        (["0.5625"], 1, ["m0"]),
        (["0.46"], 1, ["m0"]),
        (["0.625"], 1, []),
        # Reported by keys check as too close to the truth: within two tolerances of it.
        (["0.500005", "0.50002"], 5, []),
        (["0.50003"], 5, []),
        (["1e31"], 5, []),
    ],
)
def test_a_mistake_must_not_pass_as_correct_unless_it_is_reported(
    mistakes: list[str], decimals: int, wrong: list[str]
) -> None:
    findings = found(check_misconceptions, *asked("0.5", decimals=decimals, mistakes=mistakes))
    assert [each.where for each in findings] == [PART] * len(wrong)
    for tag, finding in zip(wrong, findings, strict=True):
        assert f"the misconception {tag} gives" in finding.what


def test_everything_that_can_be_typed_is_read_or_refused() -> None:
    assert found(check_reading, *asked("0.3181818181818182")) == []


def test_a_text_that_reading_stumbles_over_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(text: str) -> Reading:
        if text == "1e1000000":
            raise OverflowError
        return read_number(text)

    monkeypatch.setattr("grader.services.keys.checks.read_number", stumble)
    (finding,) = found(check_reading, *asked("0.5"))
    assert finding.where == PART
    assert finding.what == "the text '1e1000000' makes reading fail with OverflowError."


@pytest.mark.parametrize(
    ("reading", "fine"),
    [
        (Reading("x", Decimal(1)), True),
        (Reading("x", reason=Reason.BLANK, message="Type."), True),
        (Reading("x"), False),
        (Reading("x", reason=Reason.BLANK, message=""), False),
        (Reading("x", Decimal(1), reason=Reason.BLANK, message="Type."), False),
    ],
)
def test_a_reading_is_either_a_value_or_a_reason_in_words(reading: Reading, *, fine: bool) -> None:
    assert (list(unread(["x"], lambda _text: reading)) == []) is fine


@pytest.mark.parametrize(
    ("statement", "section", "said"),
    [
        ("## Sums\n", "sums", None),
        ("## Sums of {{ n }}\n", "sums-of-7", None),
        ("no heading", None, None),
        ("## Data\n## Sums\n", "Sums", "It has: data, sums."),
        ("## Data\n", "sums", "It has: data."),
        ("Sums\n", "sums", "It has no headings: leave the section out."),
    ],
)
def test_a_misconception_names_a_heading_of_the_statement(
    statement: str, section: str | None, said: str | None
) -> None:
    problem, draft = asked("0.5")
    problem = replace(problem, statement=statement, parameters={"n": 7})
    hints = {"squared": Hint("You squared.", section), "other": Hint("You did not.")}
    findings = found(check_hints, problem, replace(draft, key=replace(draft.key, hints=hints)))
    assert [each.advice for each in findings] == ([said] if said else [])
    for each in findings:
        assert each.where == "reference/set/sum.py"
        assert f"the misconception squared names the section {section}" in each.what
