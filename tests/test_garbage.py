"""Tests for how seldom our processes look for garbage."""

import subprocess
import sys

from grader.garbage import MADE_MEANWHILE


def said_by(code: str) -> list[int]:
    """What a fresh process prints: numbers."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return [int(each) for each in done.stdout.split()]


def test_what_is_loaded_is_passed_over_and_older_garbage_is_looked_for_as_ever() -> None:
    code = (
        "import gc; before = gc.get_threshold(); from grader.garbage import settle; settle();"
        "print(*gc.get_threshold(), *before, gc.get_freeze_count(), gc.isenabled())"
    ).replace("gc.isenabled()", "int(gc.isenabled())")
    first, *older, _its_own, second, third, passed_over, enabled = said_by(code)
    assert first == MADE_MEANWHILE
    assert older == [second, third]
    assert passed_over > 1_000
    assert enabled == 1


def test_a_command_settles_once_it_is_loaded() -> None:
    code = (
        "import gc; from grader.cli import root; root.get_command(None, 'keys');"
        "print(gc.get_threshold()[0], gc.get_freeze_count(), int(gc.isenabled()))"
    )
    first, passed_over, enabled = said_by(code)
    assert (first, enabled) == (MADE_MEANWHILE, 1)
    assert passed_over > 10_000
