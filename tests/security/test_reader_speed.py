"""T16: no text keeps the number reader busy.

That it reads each as it should is shown in tests/domain/test_number.py, with a million mutated texts and
twenty thousand of Hypothesis in every run of the suite.
"""

import time
from collections.abc import Callable

import pytest

from grader.domain.number import read_number

LONGEST = 0.001
HOSTILE = (
    "",
    "1" * 64,
    "1" * 10_000,
    "1" * 64_000,
    "9" * 60 + "e999",
    "1e" + "9" * 60,
    "-" * 64_000,
    " " * 64_000 + "1",
    "\u3000" * 64_000,
    "1" + "\u2028" * 64_000,
    "1." * 32_000,
    "1e-" * 20_000,
    "1_" * 32_000,
    "٣" * 64_000,
    "\ud800" * 64_000,
    "\x00" * 64_000,
    "−" * 64 + "1",
    "0." + "0" * 63_000 + "1",
    "1,000," * 10_000,
    "nan" * 20_000,
    "((((" * 16_000,
)


@pytest.fixture(autouse=True)
def soaking(pytestconfig: pytest.Config) -> None:
    if not pytestconfig.getoption("--soak"):
        pytest.skip("measured by ./run soak alone")


def shortest(read: Callable[[str], object], text: str) -> float:
    """How long it takes to read a text when nothing else holds it up."""
    spent = []
    for _ in range(20):
        started = time.perf_counter()
        read(text)
        spent.append(time.perf_counter() - started)
    return min(spent)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:20])
def test_one_text_is_read_within_a_millisecond(text: str) -> None:
    assert shortest(read_number, text) < LONGEST


def strip_one_by_one(text: str) -> str:
    while text.startswith(" "):
        text = text[1:]
    return text


def test_a_reader_whose_time_grows_with_the_square_is_found() -> None:
    """The negative control."""
    assert max(shortest(strip_one_by_one, text[:20_000]) for text in HOSTILE) > LONGEST
