"""The supply chain: what is installed is told, and nothing is called checked that nobody looked at."""

import json
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.model.bom import Bom

from tests.house.advisories import NOT_CHECKED, verdict
from tests.house.locked import locked
from tests.house.sbom import LOCK, bill
from tests.house.source import ROOT

FLAW = {"id": "PYSEC-1", "fix_versions": ["1.1", "2.0"], "aliases": [], "description": ""}
FINE = {"name": "fine", "version": "1.0", "vulns": []}
BAD = {"name": "bad", "version": "1.0", "vulns": [FLAW]}
UNKNOWN = {"name": "unknown", "skip_reason": "Dependency not found on PyPI"}


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        ([FINE], 0, []),
        ([FINE, BAD], 1, ["bad 1.0: PYSEC-1, mended in 1.1, 2.0"]),
        ([UNKNOWN], NOT_CHECKED, ["not checked: 1 of 1 packages"]),
        ([FINE, UNKNOWN], NOT_CHECKED, ["not checked: 1 of 2 packages"]),
        (
            [BAD, UNKNOWN],
            1,
            ["bad 1.0: PYSEC-1, mended in 1.1, 2.0", "not checked: 1 of 2 packages"],
        ),
        ([], NOT_CHECKED, []),
    ],
)
def test_only_what_was_looked_at_passes(
    packages: list[dict[str, Any]], code: int, said: list[str]
) -> None:
    assert verdict(json.dumps({"dependencies": packages}), "") == (code, said)


@pytest.mark.parametrize("reply", ["", "null", "[]", "{}", "<html>"])
def test_no_answer_is_no_good_answer(reply: str) -> None:
    code, said = verdict(reply, "WARNING: so\nERROR: no route to host\n")
    assert (code, said) == (NOT_CHECKED, ["not checked: ERROR: no route to host"])
    assert verdict(reply, "")[0] == NOT_CHECKED


def checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> tuple[int, list[str]]:
    """What ``./run check`` makes of a check that ends so: its exit code and what it says."""
    said: list[str] = []
    script = runpy.run_path(str(ROOT / "run"))
    check = script["check"]
    program = {"advisories": ["-c", f"raise SystemExit({code})"], "other": ["-c", ""]}
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "STATIC_CHECKS": program,
        "prepare": lambda _wanted: None,
        "tell": said.append,
        "PYTHON": Path(sys.executable),
    }.items():
        monkeypatch.setitem(check.__globals__, name, value)
    return check(["--no-tests"]), said


def test_a_check_that_could_not_be_made_is_told_so_and_fails_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, said = checked(tmp_path, monkeypatch, NOT_CHECKED)
    assert code == 0
    assert any(line.startswith("   advisories: not checked") for line in said)
    assert not any("advisories: passed" in line for line in said)
    assert said[-1] == "All checks passed that could be made. Not checked: advisories."


@pytest.mark.parametrize(("ends", "last"), [(0, "All checks passed."), (1, "Failed: advisories.")])
def test_a_check_that_was_made_passes_or_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ends: int, last: str
) -> None:
    code, said = checked(tmp_path, monkeypatch, ends)
    assert (code, said[-1]) == (ends, last)


def test_the_gate_asks_bandit_and_pip_audit() -> None:
    checks = runpy.run_path(str(ROOT / "run"))["STATIC_CHECKS"]
    assert checks["security"][:2] == ["-m", "bandit"]
    assert checks["advisories"] == ["-m", "tests.house.advisories"]


def test_what_bandit_leaves_out_ruff_looks_at_line_by_line() -> None:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    assert tools["ruff"]["lint"]["select"] == ["ALL"]
    left_out = {name.replace("B", "S") for name in tools["bandit"]["skips"]}
    assert not left_out & set(tools["ruff"]["lint"]["ignore"])


def test_bandit_finds_what_it_should(tmp_path: Path) -> None:
    careless = tmp_path / "careless.py"
    careless.write_text("import hashlib, yaml\nyaml.load(open('x'))\nhashlib.md5(b'x')\n")
    settings = str(ROOT / "pyproject.toml")
    command = [sys.executable, "-m", "bandit", "-q", "-c", settings, str(careless)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert {"B324", "B506"} <= {word.strip("[]:").partition(":")[0] for word in done.stdout.split()}


def test_the_bill_names_every_package_of_the_lock_with_its_version_and_hashes() -> None:
    document = bill()
    packages = list(locked(LOCK))
    assert len(packages) > 40
    found = {each["purl"] for each in document["components"]}
    assert found == {f"pkg:pypi/{each.name}@{each.version}" for each in packages}
    for package, component in zip(packages, document["components"], strict=True):
        (files,) = component["externalReferences"]
        assert [each["content"] for each in files["hashes"]] == list(package.hashes) != []
    markers = [each for each in document["components"] if "properties" in each]
    assert len(markers) == sum(bool(each.marker) for each in packages) > 0


def test_the_bill_is_one_that_other_tools_read() -> None:
    document = bill()
    read = Bom.from_json(document)  # type: ignore[attr-defined]
    assert {each.purl.to_string() for each in read.components} == {
        each["purl"] for each in document["components"]
    }
    assert read.metadata.component.name == "pset-grader"


def test_the_same_lock_gives_the_same_bill_and_another_lock_another(tmp_path: Path) -> None:
    assert bill() == bill()
    other = tmp_path / "other.lock"
    other.write_text(LOCK.read_text().replace("alembic==1.", "alembic==2."))
    assert bill(other)["serialNumber"] != bill()["serialNumber"]


def test_a_line_that_is_no_pinned_package_is_refused(tmp_path: Path) -> None:
    loose = tmp_path / "loose.lock"
    loose.write_text("flask>=3\n")
    with pytest.raises(ValueError, match="no pinned package: flask>=3"):
        list(locked(loose))


def test_the_command_writes_the_bill() -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "tests.house.sbom"], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == bill()
