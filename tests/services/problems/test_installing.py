"""Putting staff data in place: all files of a folder, or none."""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from grader.content.catalog import Catalog
from grader.content.loading import load_catalog
from grader.content.manifest import read_manifest
from grader.domain.errors import ContentError, DataFileError
from grader.services.problems.declared_data import declared_files
from grader.services.problems.installing import CALIBRATION, Installation, install_data
from tests.support.coursefiles import FILES, write_course

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TOP = 'number = "1"\ntitle = "A problem"\n'
PART = '[[parts]]\nid = "a"\ntitle = "part"\nprompt = "How much?"\npoints = 1\n'


def table(name: str, features: int = 2, extra: str = "[]") -> str:
    return (
        f'[[data]]\nname = "{name}"\ntitle = "a file"\nkind = "labelled"\n'
        f"features = {features}\nextra = {extra}\n"
    )


ANCESTRY = TOP + table("ancestry-train.csv") + table("ancestry-test.csv") + PART
CALIBRATED = TOP + table(CALIBRATION, extra='["LogRegPr"]') + PART
TRAIN = b"col0,col1,Label\n0,1,1\n1,0,0\n1,1,1\n0,0,0\n"
TEST = b"col0,col1,Label\n1,1,0\n0,1,1\n"
FITTED = b"col0,col1,Label,LogRegPr\n0,1,1,0.75\n"


@dataclass
class Shelf:
    """A course of two problems whose files are ancestry's, and the staff's folder."""

    folder: Path
    catalog: Catalog

    @property
    def staff(self) -> Path:
        return self.folder / "staff"

    @property
    def data(self) -> Path:
        return self.catalog.instance_dir / "data"

    def put(self, **files: bytes) -> None:
        for name, content in files.items():
            stem, _, suffix = name.rpartition("_")
            (self.staff / f"{stem.replace('_', '-')}.{suffix}").write_bytes(content)

    def install(self) -> Installation:
        return install_data(catalog=self.catalog, folder=self.staff, now=NOW)

    def newest(self) -> dict[str, bytes]:
        """The bytes of each file that students would get after publishing."""
        return {
            name: content
            for problem in self.catalog.course.problems
            for name, content in self.catalog.data(problem).items()
        }

    def snapshot(self) -> dict[str, bytes]:
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in self.folder.rglob("*")
            if path.is_file() and self.staff not in path.parents
        }


def make_shelf(folder: Path, changes: Mapping[str, str | bytes | None]) -> Shelf:
    changes = {
        "set/sum/problem.toml": ANCESTRY,
        "set/sum/statement.md": "Train.",
        "set/sum/data/ancestry-train.csv": TRAIN,
        "set/sum/data/ancestry-test.csv": TEST,
        "set/last/problem.toml": CALIBRATED,
        f"set/last/data/{CALIBRATION}": FITTED,
        **changes,
    }
    problems = write_course(folder, changes)
    (folder / "staff").mkdir()
    return Shelf(folder, load_catalog(problems, folder / "instance"))


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return make_shelf(tmp_path, {})


def test_the_declared_files_are_taken_and_others_are_named(shelf: Shelf) -> None:
    shelf.put(ancestry_train_csv=TRAIN * 1, ancestry_calibration_csv=FITTED, heart_csv=b"x")
    done = shelf.install()
    assert set(done.files) == {"ancestry-train.csv", CALIBRATION}
    assert done.kept == ("ancestry-test.csv",)
    assert done.unused == ("heart.csv",)
    entry = done.files["ancestry-train.csv"]
    assert entry.sha256 == entry.source_sha256 == sha256(TRAIN).hexdigest()
    assert (entry.rows, entry.source, entry.made) == (4, "ancestry-train.csv", False)
    assert entry.installed_at == "2026-03-01T12:00:00+00:00"


def test_installed_files_are_the_newest_and_are_named_by_their_content(shelf: Shelf) -> None:
    changed = TRAIN.replace(b"0,0,0", b"0,0,1")
    shelf.put(ancestry_train_csv=changed)
    shelf.install()
    assert shelf.newest() == {
        "ancestry-train.csv": changed,
        "ancestry-test.csv": TEST,
        CALIBRATION: FITTED,
    }
    assert (shelf.data / f"{sha256(changed).hexdigest()}.csv").read_bytes() == changed


def test_nothing_is_ever_written_beside_the_problems(shelf: Shelf) -> None:
    before = shelf.snapshot()
    shelf.put(ancestry_train_csv=TRAIN, ancestry_test_csv=TEST)
    shelf.install()
    after = shelf.snapshot()
    assert {name for name in after if after[name] != before.get(name)} == {
        name for name in after if name.startswith("instance/data/")
    }
    assert not list(shelf.data.glob("*.part"))


def test_the_manifest_is_what_the_catalog_and_the_status_read(shelf: Shelf) -> None:
    assert read_manifest(shelf.catalog.instance_dir) == {}
    shelf.put(ancestry_train_csv=TRAIN.replace(b"\n", b"\r\n"))
    done = shelf.install()
    assert read_manifest(shelf.catalog.instance_dir) == done.files
    manifest = json.loads((shelf.data / "manifest.json").read_text())
    assert manifest["files"]["ancestry-train.csv"]["notes"] == ["Converted CRLF line ends."]
    assert str(shelf.folder) not in json.dumps(manifest)


def test_a_later_folder_keeps_what_it_does_not_have(shelf: Shelf) -> None:
    shelf.put(ancestry_train_csv=TRAIN)
    first = shelf.install()
    (shelf.staff / "ancestry-train.csv").unlink()
    shelf.put(ancestry_test_csv=TEST)
    second = shelf.install()
    assert read_manifest(shelf.catalog.instance_dir) == {**first.files, **second.files}


def test_the_older_text_form_is_found_by_its_name(shelf: Shelf) -> None:
    shelf.put(ancestry_train_txt=b"2\n2\n0 1: 1\n1 0: 0\n")
    done = shelf.install()
    assert done.files["ancestry-train.csv"].source == "ancestry-train.txt"
    assert shelf.newest()["ancestry-train.csv"] == b"col0,col1,Label\n0,1,1\n1,0,0\n"


def test_the_second_file_gets_the_column_names_of_the_first(shelf: Shelf) -> None:
    shelf.put(ancestry_train_csv=TRAIN, ancestry_test_csv=TEST.replace(b"col0,col1", b"col1,col2"))
    done = shelf.install()
    assert shelf.newest()["ancestry-test.csv"] == TEST
    assert "matched by position" in " ".join(done.files["ancestry-test.csv"].notes)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", 1),
        (b"col0,col1,Label\n0,1,2\n", 2),
        (b"col0,col1,Label\n0,1,1\n0,1\n", 3),
        (b"col0,col1,Label\n0,1,1\n0,,1\n", 3),
        (b"col0,col0,Label\n0,1,1\n", 1),
        (b"col0,col1,col2,Label\n0,1,1,1\n", 1),
    ],
)
def test_a_refused_file_is_named_with_its_line_and_changes_nothing(
    shelf: Shelf, content: bytes, line: int
) -> None:
    shelf.put(ancestry_train_csv=TRAIN.replace(b"0,0,0", b"0,0,1"))
    shelf.install()
    before = shelf.snapshot()
    shelf.put(ancestry_train_csv=TRAIN, ancestry_test_csv=content)
    with pytest.raises(DataFileError, match=f"^ancestry-test.csv, line {line}: "):
        shelf.install()
    assert shelf.snapshot() == before


def test_a_refusal_names_the_file_as_staff_know_it(shelf: Shelf) -> None:
    shelf.put(ancestry_test_txt=b"2\n3\n0 1: 1\n1 0: 0\n")
    with pytest.raises(DataFileError, match=r"^ancestry-test\.txt, line"):
        shelf.install()


def test_two_forms_of_one_file_are_refused(shelf: Shelf) -> None:
    shelf.put(ancestry_train_csv=TRAIN, ancestry_train_txt=b"0 1: 1\n")
    with pytest.raises(DataFileError, match=r"both ancestry-train.csv and ancestry-train.txt"):
        shelf.install()


def test_a_folder_of_other_files_is_refused_with_the_names_that_are_looked_for(
    shelf: Shelf,
) -> None:
    shelf.put(heart_csv=b"x")
    (shelf.staff / "ancestry-train.csv").mkdir()
    with pytest.raises(DataFileError, match=r"ancestry-train\.csv, ancestry-test\.csv"):
        shelf.install()
    assert not shelf.data.exists()


def test_a_folder_that_is_not_there_is_refused(shelf: Shelf) -> None:
    shelf.staff.rmdir()
    with pytest.raises(DataFileError, match="is not a folder, so nothing was changed"):
        shelf.install()


def test_a_file_that_can_not_be_read_is_refused(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.put(ancestry_train_csv=TRAIN)

    def denied(_path: Path, _mode: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(DataFileError, match="can't be read: Permission denied"):
        shelf.install()


def test_an_absent_calibration_is_made_of_the_test_and_train_rows(shelf: Shelf) -> None:
    shelf.put(ancestry_train_csv=TRAIN, ancestry_test_csv=TEST)
    done = shelf.install()
    made = done.files[CALIBRATION]
    assert made.made
    assert made.source == "ancestry-test.csv + ancestry-train.csv"
    rows = shelf.newest()[CALIBRATION].decode().splitlines()
    assert rows[0] == "col0,col1,Label,LogRegPr"
    assert [row.rpartition(",")[0] for row in rows[1:]] == [
        *TEST.decode().splitlines()[1:],
        *TRAIN.decode().splitlines()[1:],
    ]
    assert all(len(row.rpartition(".")[2]) == 6 for row in rows[1:])


def test_a_calibration_that_is_there_is_not_made(shelf: Shelf) -> None:
    shelf.put(ancestry_train_csv=TRAIN, ancestry_test_csv=TEST, ancestry_calibration_csv=FITTED)
    assert not shelf.install().files[CALIBRATION].made
    assert shelf.newest()[CALIBRATION] == FITTED


def test_a_calibration_that_no_problem_uses_is_not_made(tmp_path: Path) -> None:
    shelf = make_shelf(tmp_path, {"set/last/problem.toml": FILES["set/last/problem.toml"]})
    shelf.put(ancestry_train_csv=TRAIN, ancestry_test_csv=TEST)
    assert set(shelf.install().files) == {"ancestry-train.csv", "ancestry-test.csv"}


def test_problems_that_name_the_same_file_share_it(tmp_path: Path) -> None:
    shared = TOP + table("ancestry-train.csv") + PART
    shelf = make_shelf(tmp_path, {"set/last/problem.toml": shared})
    assert list(declared_files(shelf.catalog)) == ["ancestry-train.csv", "ancestry-test.csv"]
    shelf.put(ancestry_train_csv=TRAIN.replace(b"0,0,0", b"0,0,1"))
    shelf.install()
    sums = {
        shelf.catalog.data(problem)["ancestry-train.csv"]
        for problem in shelf.catalog.course.problems[:2]
    }
    assert len(sums) == 1


def test_problems_that_declare_a_file_differently_are_refused(tmp_path: Path) -> None:
    other = TOP + table("ancestry-train.csv", features=3) + PART
    shelf = make_shelf(tmp_path, {"set/last/problem.toml": other})
    shelf.put(ancestry_train_csv=TRAIN)
    with pytest.raises(
        ContentError, match=r"set/last/problem\.toml: ancestry-train\.csv is declared"
    ):
        shelf.install()


def test_a_crash_before_the_switch_leaves_the_old_data_in_force(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.put(ancestry_train_csv=TRAIN)
    shelf.install()
    before = shelf.newest()
    real, steps = os.fsync, iter(range(100))

    def crash_at_the_manifest(handle: int) -> None:
        if next(steps) == 2:
            raise OSError("power cut")
        real(handle)

    monkeypatch.setattr(os, "fsync", crash_at_the_manifest)
    shelf.put(ancestry_train_csv=TRAIN.replace(b"0,0,0", b"0,0,1"))
    with pytest.raises(OSError, match="power cut"):
        shelf.install()
    monkeypatch.undo()
    assert shelf.newest() == before
    shelf.install()
    assert shelf.newest() != before


def test_a_file_that_is_too_large_is_refused_before_it_fills_the_memory(shelf: Shelf) -> None:
    with (shelf.staff / "ancestry-train.csv").open("wb") as file:
        file.truncate(2_000_000_000)
    with pytest.raises(DataFileError, match="larger than"):
        shelf.install()


def test_files_may_be_links(shelf: Shelf) -> None:
    target = shelf.folder / "elsewhere.csv"
    target.write_bytes(TRAIN)
    (shelf.staff / "ancestry-train.csv").symlink_to(target)
    assert shelf.install().files["ancestry-train.csv"].rows == 4
    shutil.rmtree(shelf.staff)
    assert shelf.newest()["ancestry-train.csv"] == TRAIN
