"""Drafting a key in processes of its own: what comes out must not depend on the process it was computed in.

Python orders sets of texts by a seed that it draws at each start, and linear algebra adds up in another order
on more threads; both are set differently in each process.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal

from grader.content.catalog import Catalog
from grader.domain.comparing import within
from grader.domain.grading import SAME_VALUE, AnswerKey, PartKey, same_key
from grader.domain.problem import Problem
from grader.services.keys import clean_draft

_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
_PROGRAM = f"import sys; from {clean_draft.__name__} import main; main(sys.argv[1:])"
SETTINGS = tuple(
    {"PYTHONHASHSEED": seed, **dict.fromkeys(_THREADS, threads)}
    for seed, threads in (("0", "1"), ("1", "2"))
)


def instabilities(catalog: Catalog, problem: Problem, key: AnswerKey) -> Iterator[tuple[str, str]]:
    """What comes out otherwise than in this key: the part or the solution's file, and in words what."""
    for _threads, again in clean_keys(catalog, problem):
        if isinstance(again, str):
            yield f"reference/{problem.slug}.py", f"it fails in a clean process: {again}"
        else:
            yield from differences(key, again)


def clean_keys(catalog: Catalog, problem: Problem) -> Iterator[tuple[str, AnswerKey | str]]:
    """The number of threads of each clean process, and the key it drafted, or why it failed."""
    # Side by side, since each takes as long as drafting the key did.
    running = [(each[_THREADS[0]], _start(catalog, problem, each)) for each in SETTINGS]
    for threads, process in running:
        said, complaint = process.communicate()
        if process.returncode:
            reason = complaint.strip().splitlines()[-1:] or [f"exit code {process.returncode}"]
            yield threads, reason[0]
        else:
            yield threads, clean_draft.KEY.validate_json(said, strict=True)


def differences(key: AnswerKey, again: AnswerKey) -> Iterator[tuple[str, str]]:
    """Where a second run gave another key, up to the noise of another machine's arithmetic."""
    found = False
    for slug, part in key.parts.items():
        other = _values(again.parts[slug])
        for name, value in _values(part).items():
            if name in other and not within(value, other[name], part.tolerance * SAME_VALUE):
                found = True
                yield slug, f"{name} came out as {value}, and in a clean process as {other[name]}"
    if not found and not same_key(key, again):
        yield key.problem, "which misconceptions there are differs from process to process"


def _values(part: PartKey) -> dict[str, Decimal]:
    mistakes = {f"the misconception {each.tag}": each.value for each in part.misconceptions}
    return {"the expected value": part.expected, **mistakes}


def _start(catalog: Catalog, problem: Problem, setting: dict[str, str]) -> subprocess.Popen[str]:
    folders = [str(catalog.problems_dir), str(catalog.instance_dir)]
    return subprocess.Popen(  # noqa: S603 - our own module, and no shell.
        [sys.executable, "-c", _PROGRAM, *folders, problem.slug],
        env={**os.environ, **setting},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
