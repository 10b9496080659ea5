"""The words of pages that stand on their own."""

import pytest

from grader.domain.number import read_number
from grader.web.wording import as_read, decimals_in_words


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
