"""``./run`` itself, in a folder of its own with lock files that ask for nothing."""

import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.house.source import ROOT

# They share an environment, since making one takes seconds.
pytestmark = pytest.mark.xdist_group("run")

STAMP = Path(".venv", "installed.json")
NOTHING = "# nothing is needed here\n"
PRODUCT = """
import json, os, sys

told = {"arguments": sys.argv[1:], "folder": os.getcwd(), "python": sys.executable}
json.dump(told | {"called": os.environ["GRADER_COMMAND"]}, sys.stdout)
import decimal
sys.exit(int(decimal.Decimal(7)))
"""


@pytest.fixture(scope="module")
def first_start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose environment has been made by a first start."""
    project = tmp_path_factory.mktemp("project") / "a folder"
    (project / "grader").mkdir(parents=True)
    shutil.copy(ROOT / "run", project)
    (project / "grader" / "__init__.py").touch()
    (project / "grader" / "__main__.py").write_text(PRODUCT)
    (project / "requirements.lock").write_text(NOTHING)
    (project / "requirements-dev.lock").write_text(NOTHING)
    done = start(project, "grader", "keys")
    assert "Setting up" in done.stderr
    assert json.loads(done.stdout)["arguments"] == ["keys"]
    return project


def start(
    project: Path, *arguments: str, folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, project / "run", *arguments],
        cwd=folder or project,
        capture_output=True,
        text=True,
        check=False,
    )


def wheel_without_hash(folder: Path) -> Path:
    """A package that pip could install, if the lock file said what its hash is."""
    wheel = folder / "tiny-1.0-py3-none-any.whl"
    with ZipFile(wheel, "w") as archive:
        archive.writestr(
            "tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n"
        )
        archive.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr("tiny-1.0.dist-info/RECORD", "")
    return wheel


def test_a_later_start_passes_everything_on_and_says_nothing_of_its_own(
    first_start: Path, tmp_path: Path
) -> None:
    # A file with a library's name where the user stands is not taken for the library.
    (tmp_path / "decimal.py").write_text("raise SystemExit('taken for the library')")
    done = start(first_start, "grader", "check", "a b", "--format", "json", folder=tmp_path)
    told = json.loads(done.stdout)
    assert told["arguments"] == ["check", "a b", "--format", "json"]
    assert Path(told["folder"]) == tmp_path
    assert shlex.split(told["called"]) == [str(first_start / "run"), "grader"]
    assert Path(told["python"]) == first_start / ".venv" / "bin" / "python"
    assert (done.returncode, done.stderr) == (7, "")


def test_serve_is_the_products_own_command(first_start: Path) -> None:
    done = start(first_start, "serve", "--port", "1")
    assert json.loads(done.stdout)["arguments"] == ["serve", "--port", "1"]


def test_a_changed_lock_file_is_installed_and_only_once(first_start: Path) -> None:
    lock = first_start / "requirements.lock"
    lock.write_text(f"{NOTHING}# changed\n")
    (first_start / "requirements-dev.lock").write_text(f"{NOTHING}# changed as well\n")
    assert "Installing what is new in requirements.lock" in start(first_start, "grader").stderr
    assert start(first_start, "grader").stderr == ""


def test_packages_for_development_serve_the_product_too(first_start: Path) -> None:
    done = start(first_start, "test", "--version")
    assert "Installing what is new in requirements-dev.lock" in done.stderr
    assert "No module named pytest" in done.stderr
    assert start(first_start, "grader").stderr == ""


def test_what_is_compiled_is_kept_though_the_shell_says_otherwise(
    first_start: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    package = first_start / "tests" / "benchmarks"
    package.mkdir(parents=True)
    (package / "__main__.py").write_text("import tests.benchmarks.compiled")
    (package / "compiled.py").touch()
    start(first_start, "bench")
    assert list(package.rglob("compiled.*.pyc"))


def test_an_install_that_failed_is_told_plainly_and_begun_anew_by_the_next_start(
    first_start: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Even a chatty pip keeps off the output of the command.
    monkeypatch.setenv("PIP_VERBOSE", "2")
    lock, stamp = first_start / "requirements.lock", first_start / STAMP
    before = lock.read_text(), stamp.read_text()
    lock.write_text(f"tiny @ {wheel_without_hash(tmp_path).as_uri()}\n")
    (first_start / "requirements-dev.lock").write_text(f"{NOTHING}# another one\n")
    done = start(first_start, "grader")
    # Without its stamp an environment counts as none, as before the very first start.
    assert not stamp.exists()
    assert (done.returncode, done.stdout) == (1, "")
    assert "the packages could not be installed" in done.stderr
    lock.write_text(before[0])
    stamp.write_text(before[1])


def test_a_moved_environment_is_made_anew_and_once_even_by_two_starts(first_start: Path) -> None:
    (first_start / ".venv" / "leftover").touch()
    moved = first_start.with_name("moved")
    first_start.rename(moved)
    command = [sys.executable, str(moved / "run"), "grader"]
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    told = [each.communicate() for each in both]
    assert [each.returncode for each in both] == [7, 7]
    assert sorted(words for _, words in told) == ["", "Setting up (once, a minute or two) ...\n"]
    pythons = {json.loads(output)["python"] for output, _ in told}
    assert pythons == {str(moved / ".venv" / "bin" / "python")}
    assert not (moved / ".venv" / "leftover").exists()
    moved.rename(first_start)


def test_an_old_python_is_told_which_one_is_needed() -> None:
    program = f"""
import runpy, sys
sys.version_info = (3, 9, 2, "final", 0)
runpy.run_path({str(ROOT / "run")!r}, run_name="__main__")
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [["nonsense"], ["check", "--quickly"], []])
def test_a_wrong_command_is_refused_before_anything_is_made(
    arguments: list[str], tmp_path: Path
) -> None:
    shutil.copy(ROOT / "run", tmp_path)
    done = start(tmp_path, *arguments)
    assert done.returncode == (2 if arguments else 0)
    assert "Traceback" not in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["run"]


def test_the_environments_stamp_is_where_git_does_not_see_it() -> None:
    assert ".venv/" in (ROOT / ".gitignore").read_text().splitlines()
