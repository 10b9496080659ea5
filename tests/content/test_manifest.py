"""The list of installed data: read as a whole or refused, and never guessed from."""

import json
from pathlib import Path
from typing import Any

import pytest

from grader.content.manifest import InstalledFile, manifest_path, read_manifest
from grader.domain.errors import ContentError
from tests.support.coursefiles import write_manifest

NAME = "sum-train.csv"
SHA = "ab" * 32


def whole(**changes: Any) -> bytes:
    entry = {
        "sha256": SHA,
        "source_sha256": "cd" * 32,
        "source": "sum-train.txt",
        "rows": 4,
        "notes": ["Converted CRLF line ends."],
        "installed_at": "2026-03-01T12:00:00+00:00",
        "made": False,
    }
    return json.dumps({"files": {NAME: {**entry, **changes}}}).encode()


def put(instance: Path, content: bytes) -> Path:
    path = manifest_path(instance)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return path


def test_without_a_list_nothing_is_installed(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) == {}


def test_an_entry_is_read_as_it_was_written(tmp_path: Path) -> None:
    put(tmp_path, whole())
    assert read_manifest(tmp_path) == {
        NAME: InstalledFile(
            SHA,
            "cd" * 32,
            "sum-train.txt",
            4,
            ("Converted CRLF line ends.",),
            "2026-03-01T12:00:00+00:00",
            made=False,
        )
    }


DAMAGED = {
    "empty": (b"", "Invalid JSON: EOF"),
    "half written": (whole()[:60], "Invalid JSON: EOF"),
    "zeros after a power cut": (bytes(200), "Invalid JSON"),
    "no UTF-8": (whole().replace(b"sum-train.txt", b"\xff"), "Invalid JSON"),
    "another document": (b"[]", "Input should be an object"),
    "no files": (b"{}", "files: Field required"),
    "files that are none": (b'{"files": 1}', "files: Input should be an object"),
    "an entry that is none": (b'{"files": {"x.csv": null}}', "files: x.csv: "),
    "no name of a file": (whole(sha256="../../x"), f"files: {NAME}: sha256: "),
    "no count": (whole(rows="many"), f"files: {NAME}: rows: "),
}


@pytest.mark.parametrize(("content", "reason"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_list_is_refused_with_its_name_the_reason_and_the_way_on(
    content: bytes, reason: str, tmp_path: Path
) -> None:
    path = put(tmp_path, content)
    with pytest.raises(ContentError) as refusal:
        read_manifest(tmp_path)
    text = str(refusal.value)
    assert text.startswith(f"{path} is damaged")
    assert reason in text
    assert text.endswith("grader data install FOLDER")


def test_a_list_that_can_not_be_read_is_refused_with_the_reason(tmp_path: Path) -> None:
    manifest_path(tmp_path).mkdir(parents=True)
    with pytest.raises(ContentError, match=r"manifest\.json can't be read: Is a directory"):
        read_manifest(tmp_path)


def test_what_a_newer_version_says_besides_is_passed_over(tmp_path: Path) -> None:
    write_manifest(tmp_path, {NAME: {"sha256": SHA, "signed_by": "staff"}})
    assert read_manifest(tmp_path)[NAME].sha256 == SHA
