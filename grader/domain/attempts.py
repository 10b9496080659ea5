"""How often and how soon a part may be tried again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from grader.domain.errors import AttemptsUsedUp, CoolingDown
from grader.domain.problem import AttemptRules

_ENOUGH_DOUBLINGS = 32
"""More doublings than any sensible rule needs; keeps the power of two small."""


@dataclass(frozen=True, slots=True)
class AttemptState:
    """What a student has done at a part so far, under the standing grades.

    ``attempts`` are those that count towards a limit. Where an answer stands as right, what was tried after
    it under another key, which may have called it wrong, is given back and not among them.
    """

    attempts: int
    wrong: int
    solved: bool
    last_wrong_at: datetime | None


def cooldown(rules: AttemptRules, wrong: int) -> timedelta:
    """The pause after the ``wrong``-th wrong attempt: none, then doubling up to the longest."""
    if wrong < rules.free_wrong:
        return timedelta(0)
    doublings = min(wrong - rules.free_wrong, _ENOUGH_DOUBLINGS)
    seconds = min(rules.cooldown_first_seconds * 2**doublings, rules.cooldown_longest_seconds)
    return timedelta(seconds=seconds)


def next_attempt_at(rules: AttemptRules, state: AttemptState) -> datetime | None:
    """When the next attempt is taken, or None if it is taken at any time."""
    if state.solved or state.last_wrong_at is None:
        return None
    pause = cooldown(rules, state.wrong)
    return state.last_wrong_at + pause if pause else None


def check_attempt(rules: AttemptRules, state: AttemptState, now: datetime) -> None:
    """Let a further attempt pass, or refuse it.

    Raises:
        AttemptsUsedUp: the limit is reached.
        CoolingDown: the pause after the last wrong attempt is not over.
    """
    if rules.limit is not None and state.attempts >= rules.limit:
        one, more = (
            "The one attempt at this part is",
            f"All {rules.limit} attempts at this part are",
        )
        raise AttemptsUsedUp(f"{one if rules.limit == 1 else more} used.")
    retry_at = next_attempt_at(rules, state)
    if retry_at is not None and now < retry_at:
        raise CoolingDown(
            f"That was wrong attempt number {state.wrong}, so there is a pause. "
            f"The next attempt is taken in {_in_words(retry_at - now)}; take the time to check your work.",
            retry_at=retry_at,
        )


def _in_words(wait: timedelta) -> str:
    seconds = -(-wait // timedelta(seconds=1))  # Round up: never invite a press that is too early.
    minutes, rest = divmod(seconds, 60)
    if not minutes:
        return f"{rest} s"
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"
