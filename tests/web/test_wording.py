"""The words of pages that stand on their own."""

from dataclasses import replace

import pytest

from grader.domain.number import read_number
from grader.web.wording import as_read, decimals_in_words, hint_rule
from tests.support.values import POLICY


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("−0.46832", "-0.46832"),
        (".5", "0.5"),
        ("0.50000", "0.50000"),
        ("5.", "5"),
        ("1.234e-2", "0.01234"),
        ("1e6", "1000000"),
        ("-0.000", "0"),
        (f"-{'9' * 30}.{'9' * 32}", f"-{'9' * 30}.{'9' * 32}"),
        ("1,5", ""),
    ],
)
def test_a_number_is_shown_as_it_was_read_with_the_decimals_that_were_typed(
    text: str, shown: str
) -> None:
    assert as_read(read_number(text)) == shown


@pytest.mark.parametrize(
    ("decimals", "words"),
    [(0, "no decimals"), (1, "one decimal"), (5, "five decimals"), (32, "32 decimals")],
)
def test_decimals_are_counted_in_words(decimals: int, words: str) -> None:
    assert decimals_in_words(decimals) == words


@pytest.mark.parametrize(
    ("after_wrong", "words"),
    [
        (None, ""),
        (1, "A known mistake that gives just your wrong number is named at once."),
        (2, "Once you have two wrong attempts at a part, a known mistake"),
        (12, "Once you have 12 wrong attempts at a part, a known mistake"),
    ],
)
def test_students_are_told_when_mistakes_are_named(after_wrong: int | None, words: str) -> None:
    rule = hint_rule(replace(POLICY, hints_after_wrong=after_wrong))
    assert rule.startswith(words)
    assert bool(rule) is bool(words)
