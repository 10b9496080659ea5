from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from grader.config import PROJECT
from grader.content.catalog import Catalog
from grader.content.loading import load_catalog
from grader.domain.errors import SolutionError
from grader.domain.grading import AnswerKey
from grader.domain.problem import Problem
from grader.services.keys import auditing
from grader.services.keys.auditing import audit
from grader.services.keys.clean_processes import clean_keys
from tests.support.authoring import authoring
from tests.support.workshops import Workshop, make_workshop

SOLUTION = "reference/set/first.py"


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    """A problem that is right at one half, and its author's process."""
    return make_workshop(tmp_path)


def audited(workshop: Workshop) -> dict[str, Any]:
    """What the command says of the only part; in a process of its own, where these solutions are found."""
    (document,) = workshop.json("keys", "audit")
    assert isinstance(document, dict)
    return document


def test_a_value_that_comes_out_the_same_in_every_way_passes(workshop: Workshop) -> None:
    document = audited(workshop)
    assert (document["result"], document["findings"]) == ("passed", [])
    assert document["differences"] == {"float32": 0, "1 BLAS thread": 0, "2 BLAS threads": 0}
    assert (document["nearest_mistake"], document["distance"]) == (None, None)


NOISY = "0.5 + (1e-5 if inputs.dtype == 'float32' else 0)"


def test_noise_above_a_fifth_of_the_tolerance_fails_unless_the_part_accepts_it_in_words(
    workshop: Workshop,
) -> None:
    workshop.edit(SOLUTION, "0.5", NOISY)
    failed = workshop.run("keys", "audit", code=1)
    assert (
        "failed: set/first/a: float32 gives 0.50001, 1.0e-5 from the expected value"
        in failed.stderr
    )
    assert "the tolerance 0.00001 is less than 5 times that" in failed.stderr
    workshop.edit(
        "problems/set/first/problem.toml",
        "points = 1",
        'points = 1\naccepts_noise = "Nobody cares"',
    )
    accepted = workshop.run("keys", "audit")
    assert "accepted: set/first/a: float32 gives" in accepted.stderr
    assert "(Nobody cares)" in accepted.stderr
    document = audited(workshop)
    assert document["result"] == "accepted"
    assert [finding["accepted"] for finding in document["findings"]] == ["Nobody cares"]


def test_a_mistake_that_lies_too_near_fails_unless_the_part_accepts_it_in_words(
    workshop: Workshop,
) -> None:
    with (workshop.folder / SOLUTION).open("a") as file:
        file.write(
            "from reference.misconceptions import Misconception\n"
            "MISCONCEPTIONS = (\n"
            "    Misconception('far', 'Far off.', lambda inputs: {'a': 0.6}),\n"
            "    Misconception('near', 'Near.', lambda inputs: {'a': 0.50003}),\n"
            ")\n"
        )
    failed = workshop.run("keys", "audit", code=1)
    assert "the misconception near gives 0.50003, which is less than 4 times the tolerance" in (
        failed.stderr
    )
    # What is accepted of noise says nothing of mistakes.
    workshop.edit(
        "problems/set/first/problem.toml",
        "points = 1",
        'points = 1\naccepts_noise = "Nobody cares"',
    )
    workshop.run("keys", "audit", code=1)
    workshop.edit("problems/set/first/problem.toml", "accepts_noise", "accepts_mistakes")
    assert "near" in workshop.run("keys", "audit", "set/first").stdout


def test_a_solution_that_fails_with_other_threads_is_an_error(workshop: Workshop) -> None:
    workshop.edit(SOLUTION, "def", "import os\n\n\ndef")
    workshop.edit(
        SOLUTION, "0.5", "{'2': 'x'}.get(os.environ.get('OPENBLAS_NUM_THREADS', ''), 0.5)"
    )
    refusal = workshop.run("keys", "audit", code=1).stderr
    assert "reference/set/first.py failed, solved with 2 BLAS threads: " in refusal


ENTROPY = "pset7/decision_tree_entropy"


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return load_catalog(PROJECT / "problems", tmp_path_factory.mktemp("instance"))


def with_tolerance(catalog: Catalog, tolerance: str, accepts: dict[str, Any]) -> Problem:
    found = catalog.course.problem(ENTROPY)
    assert found is not None
    part = replace(found.parts[1], tolerance=Decimal(tolerance), **accepts)
    return replace(found, parts=(found.parts[0], part, *found.parts[2:]))


@pytest.fixture(scope="module")
def solved(catalog: Catalog) -> list[tuple[str, AnswerKey | str]]:
    """What clean processes give, which starts them once: no tolerance is known to them."""
    return list(clean_keys(catalog, with_tolerance(catalog, "0.00001", {})))


@pytest.mark.parametrize(
    ("tolerance", "accepts", "said", "passed"),
    [
        ("0.00001", {}, [], True),
        ("0.00000001", {}, ["float32 gives"], False),
        ("0.00000001", {"accepts_noise": "Why not"}, ["float32 gives"], True),
        ("0.00000001", {"accepts_mistakes": "Why not"}, ["float32 gives"], False),
        ("0.1", {}, ["the misconception other_child gives"], False),
        ("0.1", {"accepts_mistakes": "Why not"}, ["the misconception other_child gives"], True),
    ],
)
def test_a_shipped_part_is_audited_by_its_tolerance(  # noqa: PLR0917 - the columns of the table.
    tolerance: str,
    accepts: dict[str, str],
    said: list[str],
    passed: bool,  # noqa: FBT001 - as above.
    catalog: Catalog,
    solved: list[tuple[str, AnswerKey | str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(auditing, "clean_keys", lambda *_: iter(solved))
    audited = audit(catalog, with_tolerance(catalog, tolerance, accepts))
    assert [each.noise.part for each in audited] == [f"{ENTROPY}/{part}" for part in "abcde"]
    second = audited[1]
    assert list(second.noise.others) == [
        "float32",
        "literal loop",
        "1 BLAS thread",
        "2 BLAS threads",
    ]
    assert second.passed is passed
    for finding, begin in zip(second.findings, said, strict=True):
        assert finding.what.startswith(begin)


def test_what_clean_processes_do_not_know_is_an_error(catalog: Catalog, tmp_path: Path) -> None:
    with authoring(tmp_path) as author:
        problem = author("alone", "def solve(inputs):\n    return {'a': 1.0, 'b': 2.0}\n")
        with pytest.raises(
            SolutionError, match="demo/alone.py failed, solved with 1 BLAS thread: "
        ):
            audit(catalog, problem)
