"""Times, lengths of time and rules, in the words that pages use. Pure functions."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from grader.domain.grammar import canonical
from grader.domain.number import Reading
from grader.domain.policy import Policy
from grader.domain.problem import Course
from grader.domain.scoring import PartScore, PartState

_NUMBERS = "no one two three four five six seven eight nine ten".split()
_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
_STATES = {
    PartState.UNTRIED: "not tried",
    PartState.INCORRECT: "not correct yet",
    PartState.CORRECT: "correct",
    PartState.TOO_LATE: "right, but too late",
    PartState.EXCUSED: "excused",
}


def number_in_words(number: int) -> str:
    """``five``; digits from eleven on."""
    return _NUMBERS[number] if 0 <= number < len(_NUMBERS) else str(number)


def counted(number: int | Decimal, noun: str) -> str:
    """``1 attempt``, ``2 attempts``."""
    return f"{canonical(Decimal(number))} {noun}{'s' * (number != 1)}"


def in_a_row(words: Sequence[str]) -> str:
    """``one``, ``one and two``, ``one, two and three``."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def state_in_words(state: str) -> str:
    """Where a student stands with a part."""
    return _STATES[PartState(state)]


def course_time(moment: datetime, timezone: str, *, seconds: bool = False) -> str:
    """``Wed 11 Mar, 11:59 pm PDT``: the weekday helps more than the year does."""
    local = moment.astimezone(ZoneInfo(timezone))
    clock = f"{local.hour % 12 or 12}:{local:%M}" + (f":{local:%S}" if seconds else "")
    half = "am" if local.hour < 12 else "pm"  # noqa: PLR2004 - noon.
    return f"{local:%a} {local.day} {local:%b}, {clock} {half} {local.tzname()}"


def duration(length: timedelta) -> str:
    """``2 d 4 h``: the largest unit and the next, so that it is short and exact enough."""
    rest = int(length.total_seconds())
    for place, (_unit, size) in enumerate(_UNITS):
        if rest >= size or size == 1:
            shown: list[str] = []
            for unit, each in _UNITS[place : place + 2]:
                amount, rest = divmod(rest, each)
                if amount or not shown:
                    shown.append(f"{amount} {unit}")
            return " ".join(shown)
    raise AssertionError  # pragma: no cover - the last unit always fits.


def relative(moment: datetime, now: datetime) -> str:
    """``in 2 d 4 h`` or ``3 min ago``."""
    if moment > now:
        return f"in {duration(moment - now)}"
    return f"{duration(now - moment)} ago"


def decimals_in_words(number: int) -> str:
    """``five decimals``."""
    return f"{number_in_words(number)} decimal{'s' * (number != 1)}"


def asked_in_words(decimals: int) -> str:
    """``five are asked``."""
    return f"{number_in_words(decimals)} {'is' if decimals == 1 else 'are'} asked"


def as_read(reading: Reading) -> str:
    """The number that a text was read as, with as many decimals as were typed; nothing if it is none."""
    if reading.value is None:
        return ""
    # A zero has no sign and, as it is the same number, no decimals either.
    return f"{reading.value:.{reading.decimals}f}" if reading.value else "0"


def answer_rule(decimals: int, tolerance: Decimal) -> str:
    """What is asked of an answer, and when it is right."""
    asked = decimals_in_words(decimals).capitalize()
    return f"{asked}; correct within {tolerance:f} of the reference value."


def attempt_rule(policy: Policy) -> str:
    """How often and how soon a part may be tried again."""
    rules = policy.attempts
    often = (
        "You may try each part as often as you like"
        if rules.limit is None
        else f"You have {counted(rules.limit, 'attempt')} at each part"
    )
    cost = "An answer that can't be read, or the same number again, costs nothing."
    if not rules.cooldown_first_seconds:
        return f"{often}. {cost}"
    first = duration(timedelta(seconds=rules.cooldown_first_seconds))
    longest = duration(timedelta(seconds=rules.cooldown_longest_seconds))
    wrong = counted(rules.free_wrong, "wrong attempt")
    return (
        f"{often}. After {wrong} at a part there is a pause of {first} before the next, and it "
        f"doubles each time, up to {longest}. {cost}"
    )


def hint_rule(policy: Policy) -> str:
    """When a mistake is named; nothing if never."""
    if policy.hints_after_wrong is None:
        return ""
    if policy.hints_after_wrong == 1:
        return "A known mistake that gives just your wrong number is named at once."
    return (
        f"Once you have {number_in_words(policy.hints_after_wrong)} wrong attempts at a part, a known "
        "mistake that gives just one of your wrong numbers is named beside it."
    )


def decided(score: PartScore) -> str:
    """What staff decided about a part, with the reason, and what it stands in place of; else nothing."""
    if score.decision is None:
        return ""
    if score.decision.excuses:
        return f"Excused by the course staff: “{score.decision.reason}”"
    alone, given = counted(score.automatic or 0, "point"), counted(score.points, "point")
    return f"Set to {given} by the course staff: “{score.decision.reason}” The answers alone give {alone}."


def part_name(slug: str, course: Course) -> str:
    """``2a``: a part as the gradebook names it; one that the files lack by its slug."""
    problem = course.problem(slug.rpartition("/")[0])
    return f"{problem.number}{slug.rpartition('/')[2]}" if problem else slug


def explanation_rule(policy: Policy) -> str:
    """What explanations give; nothing if they give no points."""
    if not policy.explanation_points:
        return ""
    points = counted(policy.explanation_points, "point")
    return (
        f"The explanation of each problem gives up to {points}. Until the course staff show how they marked "
        "them, explanations count neither in your points nor in what is possible."
    )
