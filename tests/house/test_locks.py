"""The lock files: every package by its hashes, nothing of the machine that computed them."""

import re
import subprocess
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.source import ROOT

LOCKS = ["requirements.lock", "requirements-dev.lock"]
FOREIGN_LOCKS = {"uv.lock", "pylock.toml", "poetry.lock", "pdm.lock", "Pipfile.lock"}
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def entries(text: str) -> dict[str, list[str]]:
    """Each requirement of a lock file with its hashes."""
    joined = text.replace("\\\n", " ")
    lines = [line for line in joined.splitlines() if line and not line.lstrip().startswith("#")]
    return {line.partition(" --hash")[0].strip(): HASH.findall(line) for line in lines}


def locked(name: str) -> dict[str, list[str]]:
    return entries((ROOT / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_pinned_and_has_hashes(name: str) -> None:
    found = locked(name)
    loose = [
        requirement
        for requirement, hashes in found.items()
        if not hashes or not re.fullmatch(r"==[^*,]+", str(Requirement(requirement).specifier))
    ]
    assert len(found) > 20
    assert loose == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_holds_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8").lower()
    assert re.findall(r".*(?:http|file:|://|index-url|find-links|@ ).*", text) == []


def test_the_lock_for_development_holds_the_same_versions_of_what_runs() -> None:
    runtime, development = (locked(name) for name in LOCKS)
    assert {each: development.get(each) for each in runtime} == runtime


def test_the_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [project["project"]["dependencies"], project["dependency-groups"]["dev"]]
    for name, asked in zip(LOCKS, wanted, strict=True):
        pinned: dict[str, list[str]] = {}
        for each in map(Requirement, locked(name)):
            version = str(each.specifier).removeprefix("==")
            pinned.setdefault(canonicalize_name(each.name), []).append(version)
        for requirement in map(Requirement, asked):
            versions = pinned.get(canonicalize_name(requirement.name), [])
            assert versions, f"{requirement} is not in {name}; run ./run lock"
            assert all(map(requirement.specifier.contains, versions)), f"{requirement}: ./run lock"


def test_no_other_tools_lock_file_is_tracked() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:  # an exported tree has no history; then what lies there counts.
        names = {file.name for file in ROOT.iterdir()}
    else:
        names = {line.rpartition("/")[2] for line in listed.stdout.splitlines()}
    assert names & FOREIGN_LOCKS == set()
