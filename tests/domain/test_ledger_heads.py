from datetime import UTC, datetime

import pytest

from grader.domain.errors import InvalidRequest
from grader.domain.ledger import Link
from grader.domain.ledger_heads import Head, check_typed, head_faults, read_head, read_heads

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


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("12", "This has no colon."),
        (f"x:{HASH}", "Before the colon stands 'x', which is no number"),
        (f"12:{HASH[:-1]}", "After the colon are 63 digits."),
        (f"12:{HASH}0", "After the colon are 65 digits."),
        (f"12:{HASH[:-1]}o", "After the colon stands 'o', which is no hexadecimal digit."),
    ],
)
def test_what_is_mistyped_in_a_head_is_said(text: str, words: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_head(text)
    assert words in str(refused.value)
    assert str(refused.value).endswith("Is it mistyped?")


def test_a_file_of_heads_is_refused_by_the_number_of_the_line_that_is_none() -> None:
    good = f"# of the spring term\n\n2026-03-11T02:00:00.000000Z 12:{HASH} # noted by Tia\n"
    assert read_heads(good) == [Head(12, HASH)]
    with pytest.raises(InvalidRequest, match=r"^Line 4 of the heads: .* are 63 digits\."):
        read_heads(f"{good}13:{HASH[:-1]}\n")


@pytest.mark.parametrize(
    ("noted", "words"),
    [
        (Head(2, "0" + "2" * 63), "but for 1 of its 64 digits it is the hash of entry 2"),
        (Head(2, "0" * 8 + "2" * 56), "but for 8 of its 64 digits"),
        (Head(1, "2" * 64), "its hash is that of entry 2, not 1"),
        (Head(99, "2" * 64), "its hash is that of entry 2, not 99"),
        (Head(99, "2" * 63 + "0"), "its hash is that of entry 2, not 99"),
    ],
)
def test_a_head_that_is_plainly_mistyped_is_no_sign_of_tampering(noted: Head, words: str) -> None:
    with pytest.raises(InvalidRequest, match=words):
        check_typed(LINKS, noted)


@pytest.mark.parametrize(
    "noted", [Head(2, "2" * 64), Head(2, "0" * 9 + "2" * 55), Head(3, "3" * 64), Head(1, "a" * 64)]
)
def test_any_other_head_is_held_against_the_ledger(noted: Head) -> None:
    check_typed(LINKS, noted)


@pytest.mark.parametrize("number", [1, 2])
def test_a_head_that_still_stands_shows_no_fault(number: int) -> None:
    assert [*head_faults(LINKS, Head(number, f"{number}" * 64))] == []


@pytest.mark.parametrize(
    ("noted", "words"), [(Head(3, "3" * 64), "cut off"), (Head(2, "a" * 64), "rewritten")]
)
def test_a_ledger_that_was_cut_off_or_written_anew_does_not_fit_its_head(
    noted: Head, words: str
) -> None:
    ((number, fault),) = head_faults(LINKS, noted)
    assert number == noted.number
    assert words in fault
