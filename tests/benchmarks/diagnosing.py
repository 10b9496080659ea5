"""One wrong answer against a key with forty misconceptions, and against the expected value alone."""

import time
from collections.abc import Callable
from decimal import Decimal
from statistics import median

from grader.domain.comparing import within
from grader.domain.grading import AnswerKey, Grade, PartKey, Verdict, grade
from grader.domain.misconceptions import Misconception
from tests.benchmarks.report import Section, spread

ROUNDS, ANSWERS, MISCONCEPTIONS = 15, 4_000, 40
PART = "set/sum/a"


def measure() -> Section:
    """Both in turn, in one process; every answer is wrong, and every second one is a known mistake."""
    part = PartKey(
        expected=Decimal("0.9117517586347537"),
        tolerance=Decimal("0.00001"),
        misconceptions=tuple(
            Misconception(f"mistake_{number}", Decimal(f"0.{number + 10}12345678901234"))
            for number in range(MISCONCEPTIONS)
        ),
    )
    key = AnswerKey("set/sum", {PART: part}, {}, {})
    known = [round(each.value, 5) for each in part.misconceptions]
    answers = [
        known[number % MISCONCEPTIONS] if number % 2 else Decimal(number) / 7
        for number in range(1, ANSWERS + 1)
    ]

    def with_misconceptions() -> None:
        for answer in answers:
            grade(key, PART, answer)

    def alone() -> None:
        for answer in answers:
            Grade(
                Verdict.CORRECT
                if within(answer, part.expected, part.tolerance)
                else Verdict.INCORRECT
            )

    times: dict[str, list[float]] = {"diagnosed": [], "alone": []}
    for number in range(ROUNDS + 1):
        for name, run in (("diagnosed", with_misconceptions), ("alone", alone)):
            took = _time(run)
            if number:
                times[name].append(took / ANSWERS * 1e6)
    return Section(
        title="Diagnosing a wrong answer",
        promise=f"Time with {MISCONCEPTIONS} misconceptions over the expected value alone (at most 3)",
        ratio=median(a / b for a, b in zip(times["diagnosed"], times["alone"], strict=True)),
        at_most=3.0,
        rows=[
            (
                f"verdict and diagnosis, {MISCONCEPTIONS} misconceptions",
                spread(times["diagnosed"], "µs", 2),
            ),
            ("verdict by the expected value alone", spread(times["alone"], "µs", 2)),
        ],
    )


def _time(run: Callable[[], None]) -> float:
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun
