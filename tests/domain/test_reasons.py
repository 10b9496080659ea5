import pytest

from grader.domain.errors import InvalidRequest
from grader.domain.reasons import LONGEST_REASON, checked_reason


@pytest.mark.parametrize(
    ("typed", "said"),
    [("ill", "ill"), ("  ill \n", "ill"), ("é – 3", "é – 3"), ("x" * 500, "x" * 500)],
)
def test_a_reason_is_taken_without_the_space_around_it(typed: str, said: str) -> None:
    assert checked_reason(typed) == said


@pytest.mark.parametrize("typed", ["", "  ", "\n", "two\nlines", "a\0b", "x" * 501, "tab\tin it"])
def test_what_is_no_line_of_text_is_refused_with_what_to_do(typed: str) -> None:
    with pytest.raises(InvalidRequest, match=f"one line of at most {LONGEST_REASON}"):
        checked_reason(typed)
