from datetime import UTC, datetime

import pytest

from grader.domain.errors import InvalidRequest
from grader.domain.ledger import Link
from grader.domain.ledger_heads import Head, head_faults, read_head

HASH = "9f" * 32
AT = datetime(2026, 3, 11, tzinfo=UTC)
LINKS = [Link(number, "mark", AT, "c", None, f"{number}" * 64) for number in (1, 2)]


@pytest.mark.parametrize("text", [f"12:{HASH}", f" 12:{HASH.upper()}\n"])
def test_a_head_is_read_as_it_is_written(text: str) -> None:
    assert read_head(text) == Head(12, HASH)
    assert str(read_head(text)) == f"12:{HASH}"


@pytest.mark.parametrize(
    "text", ["", "12", f"12:{HASH}0", f":{HASH}", f"-1:{HASH}", f"١:{HASH}", f"{10**9}:{HASH}"]
)
def test_another_text_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidRequest, match="a number, a colon and 64"):
        read_head(text)


@pytest.mark.parametrize("number", [1, 2])
def test_a_head_that_still_stands_shows_no_fault(number: int) -> None:
    assert [*head_faults(LINKS, Head(number, f"{number}" * 64))] == []


@pytest.mark.parametrize(
    ("noted", "words"), [(Head(3, "3" * 64), "cut off"), (Head(2, "1" * 64), "rewritten")]
)
def test_a_ledger_that_was_cut_off_or_written_anew_does_not_fit_its_head(
    noted: Head, words: str
) -> None:
    ((number, fault),) = head_faults(LINKS, noted)
    assert number == noted.number
    assert words in fault
