from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.domain.ledger_heads import Head, read_heads
from grader.services.proofs.noted_heads import append_head, head_letter

AT = datetime(2026, 3, 11, 2, tzinfo=UTC)
HEAD, NEXT = Head(1, "a" * 64), Head(12, "9f" * 32)


def test_heads_are_added_at_the_end_and_read_back(tmp_path: Path) -> None:
    file = tmp_path / "heads.txt"
    file.write_text("# of the spring term\n")
    for each in (HEAD, NEXT):
        append_head(file, each, now=AT)
    assert file.read_text().splitlines()[1] == f"2026-03-11T02:00:00.000000Z 1:{'a' * 64}"
    assert read_heads(file.read_text()) == [HEAD, NEXT]


def test_a_file_that_can_not_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="Is a directory"):
        append_head(tmp_path, HEAD, now=AT)


def test_the_letter_tells_the_head_and_how_to_use_it() -> None:
    letter = head_letter(NEXT, course="Two\nlines", now=AT)
    assert letter.subject == "Two lines: ledger, entry 12"
    assert f"--head {NEXT}\n" in letter.body
