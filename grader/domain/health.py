"""What is in order at a running course, what wants a look and what is bad: each a line with what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

BACKUP_FINE, BACKUP_OLD = timedelta(days=2), timedelta(days=7)
KEYS_LOOKED_AT = timedelta(days=7)
CLOCK_SLACK = timedelta(seconds=5)


class Sign(StrEnum):
    """How it is, in the word that pages show."""

    OK = "ok"
    LOOK = "look"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at; the words end with the moment ``at``, ``todo`` is a command or an act."""

    what: str
    sign: Sign
    words: str
    todo: str = ""
    at: datetime | None = None


def backup_line(made_at: datetime | None, now: datetime) -> Line:
    """Whether there is a backup that is young enough."""
    if made_at is None:
        return Line(
            "Last backup", Sign.BAD, "Never, as far as is known here.", "grader db backup FILE"
        )
    if made_at > now + CLOCK_SLACK:
        words = "It is said to be from the future, so its age is not known:"
        return Line("Last backup", Sign.LOOK, words, "grader db backup FILE", made_at)
    age = now - made_at
    sign = Sign.OK if age <= BACKUP_FINE else Sign.LOOK if age <= BACKUP_OLD else Sign.BAD
    told = {
        Sign.OK: "Made",
        Sign.LOOK: "More than two days old, made",
        Sign.BAD: "More than a week old, made",
    }
    return Line(
        "Last backup",
        sign,
        told[sign],
        "" if sign is Sign.OK else "grader db backup FILE",
        made_at,
    )


def clock_line(newest: datetime | None, now: datetime) -> Line:
    """Whether the clock went back: nothing that is stored can be from the future."""
    if newest is not None and newest > now + CLOCK_SLACK:
        words = (
            "It went back: what was stored last is from later than now. Deadlines are judged by this "
            "clock. The newest is from"
        )
        return Line("Server’s clock", Sign.BAD, words, "Set the clock, and keep it by NTP.", newest)
    return Line("Server’s clock", Sign.OK, "Nothing that is stored is from later than now.")


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What is known of a problem's key: the version that grades, the newest, and the last comparison.

    What staff put aside is not the newest; ``made_at`` is when that was made.
    """

    problem: str
    active: int | None
    newest: int | None
    made_at: datetime | None
    state: str | None
    reasons: Sequence[str]
    checked_at: datetime | None


def key_line(facts: KeyFacts, now: datetime) -> Line:
    """Whether a problem is graded by a key that belongs to its files."""
    what, publish = facts.problem, f"grader keys publish {facts.problem}"
    if facts.active is None:
        return Line(what, Sign.BAD, "No key grades it, so no answer is taken.", publish)
    grades = f"Version {facts.active} grades"
    if facts.state is None or facts.checked_at is None:
        words = f"{grades}; it was never compared with the files."
        return Line(what, Sign.LOOK, words, "grader keys status")
    if facts.state == "stale":
        why = "; ".join(facts.reasons) or "the files changed"
        return Line(
            what, Sign.LOOK, f"{grades} and is stale: {why}. Found", publish, facts.checked_at
        )
    # What waited when it was compared may have been put aside since.
    if facts.state == "inactive" and facts.newest != facts.active:
        words = f"{grades}; version {facts.newest} waits for a regrade. Made"
        return Line(what, Sign.LOOK, words, f"grader regrade plan {what}", facts.made_at)
    if facts.checked_at < now - KEYS_LOOKED_AT:
        words = f"{grades}. It was compared with the files more than a week ago,"
        return Line(what, Sign.LOOK, words, "grader keys status", facts.checked_at)
    return Line(what, Sign.OK, f"{grades} and fits the files. Compared", at=facts.checked_at)


def policy_line(
    assignment: str, *, state: str, active: int | None, newest: int | None, changes: Sequence[str]
) -> Line:
    """Whether an assignment is scored by what its files say."""
    publish = f"grader policy publish {assignment}"
    if active is None:
        return Line(assignment, Sign.BAD, "No policy is published, so nothing is scored.", publish)
    scores = f"Version {active} scores"
    if state == "stale":
        words = f"{scores}; the files say otherwise about {', '.join(changes)}."
        return Line(assignment, Sign.LOOK, words, publish)
    if state == "inactive":
        words = f"{scores}; version {newest} waits for a rescore."
        return Line(assignment, Sign.LOOK, words, f"grader policy plan {assignment}")
    return Line(assignment, Sign.OK, f"{scores}, and says what the files say.")
