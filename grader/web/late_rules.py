"""How late work counts, in the words that pages use. Pure functions."""

from datetime import timedelta

from grader.domain.deadlines import EVERYTHING
from grader.domain.policy import Policy
from grader.web.wording import counted, duration, number_in_words


def late_rule(policy: Policy) -> str:
    """How late work counts."""
    if not policy.graded:
        return "There is no due time: practise as often as you like."
    if policy.due is None:
        return "There is no due time: work counts for as long as it can be submitted, and uses no late days."
    said = [
        _late_day_rule(policy),
        _beyond_rule(policy),
        _grace_rule(policy),
        "The time at which an answer reaches the server decides.",
    ]
    return " ".join(each for each in said if each)


def _late_day_rule(policy: Policy) -> str:
    most = min(policy.max_late_days, policy.late_days)
    if not most:
        return "No late days can be used here."
    return (
        f"You have {counted(policy.late_days, 'late day')} for the term, and this assignment takes at most "
        f"{number_in_words(most)} of them. Each gives you until the same time of the next day, for all "
        "parts. They are spent for you, only where late work raises your score."
    )


def _beyond_rule(policy: Policy) -> str:
    later = "Later work" if min(policy.max_late_days, policy.late_days) else "Late work"
    off = policy.penalty_percent
    if off == EVERYTHING:
        return f"{later} is stored and checked, but gives no points."
    return f"{later} loses {off} % of a part\N{RIGHT SINGLE QUOTATION MARK}s points for each day begun."


def _grace_rule(policy: Policy) -> str:
    if not policy.grace_seconds:
        return ""
    grace = duration(timedelta(seconds=policy.grace_seconds))
    return f"Each deadline has a grace of {grace}: what arrives in it counts as on time."
