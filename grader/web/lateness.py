"""What submitting means now, and what it costs, in the words that pages use. Pure functions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from grader.domain.deadlines import EVERYTHING, Timing, late_by, late_days_needed
from grader.domain.offers import Offer
from grader.domain.policy import Policy
from grader.web.wording import counted, course_time, duration, number_in_words


@dataclass(frozen=True, slots=True)
class Phase:
    """What submitting means from a moment on; ``warns`` says that it is not simply on time."""

    begins: datetime
    words: str
    warns: bool


def phases(policy: Policy, offers: Iterable[tuple[datetime, Offer]]) -> tuple[Phase, ...]:
    """What submitting means now, and from each moment on at which it will mean something else."""
    found: list[Phase] = []
    for begins, offer in offers:
        words = in_words(policy, offer)
        if not found or words != found[-1].words:
            found.append(Phase(begins, words, offer.ruling.timing is not Timing.ON_TIME))
    return tuple(found)


def in_words(policy: Policy, offer: Offer) -> str:
    """What submitting now means, and what it costs, before anything is pressed."""
    timing = offer.ruling.timing
    if timing is Timing.CLOSED and policy.closes is not None:
        closed = course_time(policy.closes, policy.timezone)
        return f"Closed on {closed}: no more answers are taken."
    if policy.due is None:
        return ""
    if timing is Timing.ON_TIME:
        return f"Submitting now is on time.{_left(policy, offer.left)}"
    if timing is Timing.IN_GRACE:
        ends = policy.due + timedelta(seconds=policy.grace_seconds)
        end = course_time(ends, policy.timezone, seconds=bool(ends.second))
        return f"The due time has passed. In the grace until {end}, submitting still counts as on time."
    if not offer.useful:
        return (
            "The due time has passed. All parts here are right, so submitting again costs nothing."
        )
    return f"The due time has passed. {_late(policy, offer)}"


def lateness(policy: Policy, now: datetime) -> str:
    """What it means to save an explanation now, once the due time is over; else nothing."""
    late = late_by(policy, now)
    needed = late_days_needed(policy, now)
    if late is None or not needed:
        return ""
    said = f"It is past the due time: a version that is saved now is {duration(late)} late"
    if needed > min(policy.max_late_days, policy.late_days):
        return f"{said}. It is stored, but comes too late to count."
    return f"{said} and needs {counted(needed, 'late day')}."


def _late(policy: Policy, offer: Offer) -> str:
    ruling = offer.ruling
    if ruling.timing is Timing.LATE:
        if not offer.late_days:
            return (
                f"Submitting now uses no further late day: the {counted(offer.spent, 'late day')} that this "
                f"assignment has used cover{'s' * (offer.spent == 1)} it.{_left(policy, offer.left)}"
            )
        return (
            f"Submitting now uses {offer.late_days} of your {counted(offer.left, 'late day')} if it raises "
            f"your score. {_will_be_left(offer.left - offer.late_days)}"
        )
    if ruling.timing is Timing.TOO_LATE:
        return f"{_none(policy, offer)}: submitting now is stored and checked, but gives no points."
    off = f"takes {EVERYTHING - ruling.percent} % off a part\N{RIGHT SINGLE QUOTATION MARK}s points"
    used = (
        f" and uses {counted(offer.late_days, 'late day')} if it raises your score"
        if offer.late_days
        else ""
    )
    return f"{_none(policy, offer)}: submitting now {off}{used}."


def _none(policy: Policy, offer: Offer) -> str:
    """Why late days do not cover it."""
    if not policy.max_late_days:
        return "This assignment takes no late days"
    if offer.left - offer.late_days <= 0:
        return (
            "No late days left" if not offer.late_days else "Your late days do not reach this far"
        )
    return f"This assignment takes at most {number_in_words(policy.max_late_days)} late days"


def _left(policy: Policy, left: int) -> str:
    if not min(policy.max_late_days, policy.late_days):
        return ""
    return f" You have {counted(left, 'late day') if left > 0 else 'no late days'} left."


def _will_be_left(left: int) -> str:
    return f"{left or 'None'} will be left."
