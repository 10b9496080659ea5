import json
import os
import subprocess
import sys
from functools import lru_cache
from itertools import product

import pytest

from tests.reference.shipped import ROOT

SETTINGS = list(product(("0", "1"), ("1", "2")))
PROGRAM = """
import json, sys
from importlib import import_module
from tests.reference.shipped import shipped_inputs, shipped_solutions

values = {}
for problem in sorted(shipped_solutions()):
    module, inputs = import_module(f"reference.{problem.replace('/', '.')}"), shipped_inputs(problem)
    values[problem] = module.solve(inputs)
    for each in module.MISCONCEPTIONS:
        values[f"{problem}: {each.tag}"] = each.values(inputs)
modules = sorted({name.partition(".")[0] for name in sys.modules})
print(json.dumps({"values": values, "modules": modules, "probe": hash("probe")}))
"""


@lru_cache
def solved(hash_seed: str, threads: str) -> dict[str, object]:
    """What a clean process finds, given a hash seed and a number of threads for the linear algebra."""
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "OPENBLAS_NUM_THREADS": threads}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(("hash_seed", "threads"), SETTINGS)
def test_the_solutions_come_out_the_same_in_every_clean_process(
    hash_seed: str, threads: str
) -> None:
    first, found = solved(*SETTINGS[0])["values"], solved(hash_seed, threads)["values"]
    assert isinstance(first, dict)
    assert isinstance(found, dict)
    assert list(found) == list(first)
    assert len(found) > 100
    for problem, values in found.items():
        assert values == pytest.approx(first[problem], abs=1e-9, rel=0)


def test_the_hash_seeds_really_differed() -> None:
    assert len({solved(*setting)["probe"] for setting in SETTINGS}) == 2


def test_the_solutions_load_neither_the_grader_nor_the_oracles_of_the_tests() -> None:
    modules = solved(*SETTINGS[0])["modules"]
    assert isinstance(modules, list)
    assert {"numpy", "pandas", "reference"} <= set(modules)
    assert not {"grader", "scipy", "sklearn", "flask", "sqlalchemy"} & set(modules)
