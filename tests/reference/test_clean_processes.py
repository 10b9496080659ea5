import json
import os
import subprocess
import sys
from functools import lru_cache
from itertools import compress, product
from typing import Any

import pytest

from tests.reference.shipped import ROOT

Setting = tuple[str, str, str]
"""A hash seed, a number of threads for linear algebra, and a locale."""

LOCALES = ("C.UTF-8", "POSIX")
# With each hash seed and number of threads one of two locales, so that each is met by both.
SETTINGS = [
    (seed, threads, LOCALES[(seed == "1") != (threads == "2")])
    for seed, threads in product(("0", "1"), ("1", "2"))
]
PROGRAM = """
import json, locale, sys
from importlib import import_module
from tests.reference.shipped import shipped_inputs, shipped_solutions

values = {}
for problem in sys.argv[1:] or sorted(shipped_solutions()):
    module, inputs = import_module(f"reference.{problem.replace('/', '.')}"), shipped_inputs(problem)
    values[problem] = module.solve(inputs)
    for each in module.MISCONCEPTIONS:
        values[f"{problem}: {each.tag}"] = each.values(inputs)
modules = sorted({name.partition(".")[0] for name in sys.modules})
encoding = locale.getpreferredencoding(False)
probe = hash("probe")
print(json.dumps({"values": values, "modules": modules, "probe": probe, "encoding": encoding}))
"""


@lru_cache
def solved(setting: Setting, program: str = PROGRAM, *problems: str) -> dict[str, Any]:
    """What a clean process finds for all problems or for some, given a setting."""
    hash_seed, threads, locale = setting
    environment = {
        **os.environ,
        "PYTHONHASHSEED": hash_seed,
        "OPENBLAS_NUM_THREADS": threads,
        "LC_ALL": locale,
        # Python would take another locale in the place of this one.
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONUTF8": "0",
    }
    done = subprocess.run(
        [sys.executable, "-c", program, *problems],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def differing(setting: Setting, program: str = PROGRAM, *problems: str) -> set[str]:
    """The names of what comes out otherwise than by the first setting."""
    first, found = (solved(each, program, *problems)["values"] for each in (SETTINGS[0], setting))
    assert list(found) == list(first)
    same = {name: pytest.approx(values, abs=1e-9, rel=0) for name, values in first.items()}
    return {name for name, values in found.items() if values != same[name]}


@pytest.mark.parametrize("setting", SETTINGS, ids=" ".join)
def test_the_solutions_come_out_the_same_in_every_clean_process(setting: Setting) -> None:
    assert differing(setting) == set()
    assert len(solved(setting)["values"]) > 100


DEPENDING = tuple(
    f"lecture_deep_learning/{each}" for each in ("softmax", "parameter_counts", "precision_recall")
)
CARELESS = (
    """
import locale, os, sys
from importlib import import_module

def shifted(module, moves):
    right = module.solve
    module.solve = lambda inputs: {name: each + 2e-9 * moves for name, each in right(inputs).items()}

threads, encoding = os.environ["OPENBLAS_NUM_THREADS"], locale.getpreferredencoding(False)
for name, moves in zip(sys.argv[1:], [hash("probe") % 1_000, int(threads), len(encoding)]):
    shifted(import_module(f"reference.{name.replace('/', '.')}"), moves)
"""
    + PROGRAM
)


@pytest.mark.parametrize("setting", SETTINGS[1:], ids=" ".join)
def test_solutions_that_depend_on_the_process_are_found(setting: Setting) -> None:
    """The negative control: each of these solutions depends on one part of the setting."""
    changed = [one != other for one, other in zip(setting, SETTINGS[0], strict=True)]
    # Some mistakes are made of the right solution, and depend on what that does.
    found = {name.partition(":")[0] for name in differing(setting, CARELESS, *DEPENDING)}
    assert found == set(compress(DEPENDING, changed))


def test_the_hash_seeds_and_the_locales_really_differed() -> None:
    assert len({solved(setting)["probe"] for setting in SETTINGS}) == 2
    assert len({solved(setting)["encoding"] for setting in SETTINGS}) == 2


def test_the_solutions_load_neither_the_grader_nor_the_oracles_of_the_tests() -> None:
    modules = solved(SETTINGS[0])["modules"]
    assert {"numpy", "pandas", "reference"} <= set(modules)
    assert not {"grader", "scipy", "sklearn", "flask", "sqlalchemy"} & set(modules)
