"""``grader problems test``: a problem in order, and one for each way of breaking it."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from grader.services.problems.checks import OF_FILES, OF_KEYS, SOLUTION
from grader.services.problems.new_problem import start_problem
from tests.cli.desk import Desk
from tests.support.workshops import Workshop, make_workshop

CHECKS = [*OF_FILES, SOLUTION[0], *OF_KEYS]
STATEMENT, PROBLEM, MODULE = "statement.md", "problem.toml", "module"
DATA = '\n[[data]]\nname = "d.csv"\ntitle = "d"\nkind = "labelled"\nfeatures = 1\n\n[[parts]]\nid = "b"'
NO_RULE = (
    STATEMENT,
    "Give five decimals. An answer is right if it lies within 0.00001 of the\nreference value.",
    "",
)


@dataclass(frozen=True, slots=True)
class Breakage:
    """Changes of a new problem's files, the checks that have to fail, and where the first finding is."""

    changes: list[tuple[str, str, str]]
    failing: list[str] = field(default_factory=list)
    where: str = ""
    data: str | None = None


BREAKAGES = {
    "untouched": Breakage([]),
    "formula": Breakage(
        [(STATEMENT, "P(R_2", r"\nope(R_2")],
        ["texts"],
        "problems/set/formula/statement.md, line 10",
    ),
    "prompt": Breakage(
        [(PROBLEM, "$P(R_1 R_2)$", r"$\frac{1}$")],
        ["texts"],
        "problems/set/prompt/problem.toml, line 12",
    ),
    "label": Breakage(
        [(PROBLEM, '\n[[parts]]\nid = "b"', DATA)],
        ["data"],
        "problems/set/label/data/d.csv, line 2",
        data="col0,Label\n1,2\n",
    ),
    "tolerance": Breakage(
        [(STATEMENT, "0.00001", "0.001")], ["rule"], "problems/set/tolerance/statement.md, line 15"
    ),
    "decimals": Breakage(
        [(PROBLEM, "decimals = 5\n\n", "decimals = 6\n\n")],
        ["rule"],
        "problems/set/decimals/statement.md, line 15",
    ),
    "raises": Breakage(
        [(MODULE, "n = r + b\n    return report(a=r", "n = 0\n    return report(a=r")],
        ["solution"],
        "reference/set/raises.py, line 24",
    ),
    "syntax": Breakage(
        [(MODULE, "def solve(", "def solve((")], ["solution"], "reference/set/syntax.py, line 16"
    ),
    "part": Breakage(
        [(MODULE, ", b=2 * r / n * b / (n - 1)", "")], ["solution"], "reference/set/part.py"
    ),
    "rounded": Breakage(
        [NO_RULE, (PROBLEM, "decimals = 5\n\n", "decimals = 3\n\n")],
        ["displayed", "truncated"],
        "set/rounded/a",
    ),
    "cut": Breakage(
        [NO_RULE, (PROBLEM, "red = 7", "red = 6"), (PROBLEM, "0.00001", "0.000005")],
        ["truncated"],
        "set/cut/a",
    ),
    "mistake": Breakage(
        [
            NO_RULE,
            (PROBLEM, "red = 7\nblue = 5", "red = 3\nblue = 1"),
            (PROBLEM, "decimals = 5", "decimals = 1"),
        ],
        ["misconceptions"],
        "set/mistake/a",
    ),
    "section": Breakage(
        [(MODULE, "drawing-without-putting-back", "drawing-without")],
        ["hints"],
        "reference/set/section.py",
    ),
    "order": Breakage(
        [(MODULE, "a=r / n", "a=hash('r') % 1_000_003 + r / n")], ["clean"], "set/order/a"
    ),
}
"""The check of reading can't fail by a problem's files: tests/services/keys/test_checks.py breaks it."""
SHARES_BROKEN = pytest.mark.xdist_group("broken problems")
"""On one worker, so that the broken problems are tested once."""


def break_problem(workshop: Workshop, name: str, breakage: Breakage) -> None:
    for file, old, new in breakage.changes:
        path = f"reference/set/{name}.py" if file == MODULE else f"problems/set/{name}/{file}"
        workshop.edit(path, old, new)
    if breakage.data is not None:
        data = workshop.problems / "set" / name / "data"
        data.mkdir()
        (data / "d.csv").write_text(breakage.data)


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What the command says of each, all tested in one run."""
    workshop = make_workshop(tmp_path_factory.mktemp("workshop"))
    for name in BREAKAGES:
        start_problem(workshop.catalog(), secret=workshop.reference, slug=f"set/{name}")
    for name, breakage in BREAKAGES.items():
        break_problem(workshop, name, breakage)
    slugs = [f"set/{name}" for name in BREAKAGES]
    document = workshop.json("problems", "test", *slugs, code=1)
    assert [each["problem"] for each in document] == slugs
    return {each["problem"].partition("/")[2]: each for each in document}


@SHARES_BROKEN
@pytest.mark.parametrize("name", BREAKAGES)
def test_each_breakage_fails_just_the_check_that_is_for_it(
    broken: dict[str, dict[str, Any]], name: str
) -> None:
    tested, breakage = broken[name], BREAKAGES[name]
    assert [check["check"] for check in tested["checks"]] == CHECKS
    failed = [check["check"] for check in tested["checks"] if check["result"] == "failed"]
    assert failed == breakage.failing
    assert tested["passed"] is not bool(failed)
    assert tested["seconds"] > 0
    findings = [each for check in tested["checks"] for each in check["findings"]]
    assert all(each["what"] for each in findings)
    if breakage.where:
        assert findings[0]["where"].endswith(breakage.where)


def test_the_breakages_cover_every_check_that_files_can_fail() -> None:
    failing = {check for breakage in BREAKAGES.values() for check in breakage.failing}
    assert failing == {*CHECKS} - {"reading"}


@SHARES_BROKEN
@pytest.mark.parametrize("name", ["raises", "syntax", "part"])
def test_without_a_key_the_checks_that_need_one_are_said_not_to_have_run(
    broken: dict[str, dict[str, Any]], name: str
) -> None:
    states = {check["check"]: check["result"] for check in broken[name]["checks"]}
    assert {states[check] for check in OF_KEYS} == {"not run"}


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return make_workshop(tmp_path)


def test_people_get_a_table_with_marks_words_and_the_time(workshop: Workshop) -> None:
    workshop.edit("problems/set/first/statement.md", "Say", "With three decimals say")
    table = workshop.run("problems", "test", "set/first", code=1).stdout
    first, _, *lines = table.splitlines()
    assert re.fullmatch(r"set/first: 10 checks, 1 failed, in \d+\.\d s\.", first)
    assert [line.split()[0] for line in lines] == CHECKS
    marks = {line.split()[0]: line.split()[1:3] for line in lines}
    assert marks["rule"] == ["✗", "failed"]
    assert marks["clean"] == ["✓", "passed"]
    # The path as the author would type it from here.
    assert "  problems/set/first/statement.md, line 1: it states 3 as decimals" in table


def test_without_a_name_all_problems_are_tested_and_what_they_print_is_kept_apart(
    workshop: Workshop,
) -> None:
    start_problem(workshop.catalog(), secret=workshop.reference, slug="later/urns")
    workshop.edit("reference/set/first.py", "    return", "    print('hello')\n    return")
    done = workshop.run("problems", "test", "--format", "json")
    assert [each["problem"] for each in json.loads(done.stdout)] == ["set/first", "later/urns"]
    assert "hello" in done.stderr


def test_a_file_that_does_not_load_is_named_with_its_line(workshop: Workshop) -> None:
    workshop.edit("problems/set/first/problem.toml", "points", "pionts")
    refusal = workshop.run("problems", "test", code=1).stderr
    assert "problem.toml, line 8: parts.0.pionts: this key is not known here" in refusal


def test_a_solution_that_is_missing_is_named_by_the_check_of_the_files(workshop: Workshop) -> None:
    workshop.run("problems", "check")
    (workshop.reference / "set/first.py").unlink()
    refusal = workshop.run("problems", "check", code=1).stderr
    assert "Error: reference/set/first.py: this solution is missing\n" in refusal


def test_a_problem_that_is_named_is_tested_though_another_does_not_load(workshop: Workshop) -> None:
    start_problem(workshop.catalog(), secret=workshop.reference, slug="set/urns")
    (workshop.problems / "set/urns/statement.md").write_text("{{ nothing }}\n")
    workshop.run("problems", "test", "set/first")
    assert "urns/statement.md, line 1" in workshop.run("problems", "test", code=1).stderr
    assert (
        "urns/statement.md, line 1" in workshop.run("problems", "test", "set/urns", code=1).stderr
    )


def test_an_unknown_problem_is_refused_with_those_that_there_are(bare_desk: Desk) -> None:
    refusal = bare_desk.run("problems", "test", "pset7/nothing", code=1).stderr
    assert "pset7/ancestry" in refusal


def test_watching_writes_no_documents(bare_desk: Desk) -> None:
    refusal = bare_desk.run("problems", "test", "--watch", "--format", "json", code=2).stderr
    assert "--watch writes tables" in refusal
