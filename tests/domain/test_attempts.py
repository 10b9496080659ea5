from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from grader.domain.attempts import AttemptState, check_attempt, cooldown, next_attempt_at
from grader.domain.errors import AttemptsUsedUp, CoolingDown
from tests.support.values import DUE, UNLIMITED

MOMENT = timedelta(microseconds=1)


def wrong(count: int, at: datetime | None = DUE) -> AttemptState:
    return AttemptState(attempts=count, wrong=count, solved=False, last_wrong_at=at)


@pytest.mark.parametrize(
    ("count", "seconds"),
    [
        (0, 0), (1, 0), (4, 0), (5, 30), (6, 60), (7, 120), (8, 240), (9, 480), (10, 600), (11, 600),
        (12, 600), (50, 600), (10_000_000, 600),
    ],
)  # fmt: skip
def test_the_pause_doubles_from_the_fifth_wrong_attempt_up_to_the_longest(
    count: int, seconds: int
) -> None:
    assert cooldown(UNLIMITED, count) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("first", "longest", "seconds"), [(0, 600, 0), (700, 600, 600), (30, 0, 0), (1, 86400, 86400)]
)
def test_the_longest_pause_bounds_any_first_one(first: int, longest: int, seconds: int) -> None:
    rules = replace(UNLIMITED, cooldown_first_seconds=first, cooldown_longest_seconds=longest)
    assert cooldown(rules, 60) == timedelta(seconds=seconds)


def test_the_next_attempt_is_taken_at_the_very_instant_at_which_the_pause_ends() -> None:
    end = DUE + timedelta(seconds=30)
    assert next_attempt_at(UNLIMITED, wrong(5)) == end
    with pytest.raises(CoolingDown) as refusal:
        check_attempt(UNLIMITED, wrong(5), end - MOMENT)
    assert refusal.value.retry_at == end
    check_attempt(UNLIMITED, wrong(5), end)


@pytest.mark.parametrize(
    ("count", "waited", "words"),
    [
        (5, 0, "attempt number 5, so there is a pause. The next attempt is taken in 30 s;"),
        (5, 29, "is taken in 1 s;"),
        (5, 29.999999, "is taken in 1 s;"),
        (5, 28.5, "is taken in 2 s;"),
        (6, 0, "is taken in 1 min;"),
        (6, 0.5, "is taken in 1 min;"),
        (6, 1, "is taken in 59 s;"),
        (7, 30, "is taken in 1 min 30 s;"),
        (10, 0, "is taken in 10 min;"),
    ],
)
def test_a_pause_is_told_in_words_that_never_invite_too_early(
    count: int, waited: float, words: str
) -> None:
    with pytest.raises(CoolingDown) as refusal:
        check_attempt(UNLIMITED, wrong(count), DUE + timedelta(seconds=waited))
    assert words in str(refusal.value)


@pytest.mark.parametrize(
    "state",
    [
        AttemptState(attempts=0, wrong=0, solved=False, last_wrong_at=None),
        wrong(4),
        replace(wrong(30), solved=True),
        replace(wrong(30), last_wrong_at=None),
    ],
    ids=["nothing yet", "four wrong", "solved", "no moment known"],
)
def test_no_pause_runs(state: AttemptState) -> None:
    assert next_attempt_at(UNLIMITED, state) is None
    check_attempt(UNLIMITED, state, DUE)


@pytest.mark.parametrize("attempts", [3, 4])
@pytest.mark.parametrize("solved", [True, False])
def test_no_attempt_passes_the_limit_solved_or_not(*, attempts: int, solved: bool) -> None:
    rules = replace(UNLIMITED, limit=3)
    state = AttemptState(attempts=attempts, wrong=0, solved=solved, last_wrong_at=None)
    with pytest.raises(AttemptsUsedUp, match=r"^All 3 attempts at this part are used\.$"):
        check_attempt(rules, state, DUE)


def test_the_last_attempt_within_the_limit_passes() -> None:
    check_attempt(replace(UNLIMITED, limit=3), wrong(2), DUE)


def test_a_limit_that_is_reached_is_told_rather_than_a_pause() -> None:
    with pytest.raises(AttemptsUsedUp):
        check_attempt(replace(UNLIMITED, limit=5), wrong(5), DUE)


def test_a_single_attempt_is_told_in_the_singular() -> None:
    with pytest.raises(AttemptsUsedUp, match=r"^The one attempt at this part is used\.$"):
        check_attempt(replace(UNLIMITED, limit=1), wrong(1), DUE)
