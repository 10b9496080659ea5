from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.services.proofs.backup_notes import NAME, last_backup, note_backup

AT = datetime(2026, 3, 11, 12, 30, 1, 5, tzinfo=UTC)


def test_the_newest_note_counts(tmp_path: Path) -> None:
    assert last_backup(tmp_path) is None
    note_backup(tmp_path, now=AT.replace(day=1))
    note_backup(tmp_path, now=AT)
    assert last_backup(tmp_path) == AT
    assert [each.name for each in tmp_path.iterdir()] == [NAME]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"made_at": 3}',
        b'{"made_at": "yesterday"}',
        b'{"made_at": "2026-03-11T12:00:00"}',
        b"\xff",
    ],
)
def test_a_note_that_can_not_be_read_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / NAME).write_bytes(content)
    assert last_backup(tmp_path) is None


def test_a_folder_that_is_not_there_has_no_note(tmp_path: Path) -> None:
    assert last_backup(tmp_path / "nowhere") is None
    with pytest.raises(FileNotFoundError):
        note_backup(tmp_path / "nowhere", now=AT)
