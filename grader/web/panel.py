"""View models of the answer sheet. They hold no key and no expected value: a template can't leak one.

Every reply about an answer that is not correct is made here, from the same words, whatever its value was; a
hint is all that may come on top.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from markupsafe import Markup
from sqlalchemy import Row

from grader.content.text import render_inline, render_statement
from grader.domain.errors import (
    AttemptsUsedUp,
    Closed,
    CoolingDown,
    GraderError,
    NotOpen,
    UnreadableAnswer,
)
from grader.domain.grading import Verdict
from grader.domain.grammar import canonical
from grader.domain.number import read_number
from grader.domain.policy import Policy
from grader.domain.problem import Part
from grader.domain.scoring import AssignmentScore
from grader.services.answers.arriving import Submitted
from grader.services.answers.progress import PartProgress
from grader.web import wording
from grader.web.asked import Asked
from grader.web.costs import Costs
from grader.web.costs import costs as costs_of
from grader.web.echo import Echo, echo
from grader.web.hints import ShownHint, shown_hint

Outcome = Submitted | GraderError
Hints = Mapping[int, ShownHint | None]
_HEADINGS: dict[type[GraderError], str] = {
    UnreadableAnswer: "Can’t read this as a number",
    CoolingDown: "A short pause",
    AttemptsUsedUp: "No attempts left",
    Closed: "Closed",
    NotOpen: "Not open yet",
}
_PAUSE = (
    "This answer was not taken, as there is a pause after so many wrong attempts. What you typed stays: "
    "take the time to check your work."
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A line of the history."""

    number: int
    text: str
    reading: str
    at: datetime
    verdict: str
    late: str
    hint: ShownHint | None
    receipt: int


@dataclass(frozen=True, slots=True)
class Told:
    """What is said under a box about an answer: what came of it, and which number it was."""

    kind: str
    heading: str
    detail: str = ""
    note: str = ""
    read: str = ""
    at: datetime | None = None
    retry_at: datetime | None = None
    hint: ShownHint | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A part on the answer sheet; ``lasting`` says that the page shows the same when it is read again."""

    id: str
    title: str
    prompt: Markup
    points: Decimal
    rule: str
    decimals: int
    typed: str
    echo: Echo | None
    key: str
    told: Told | None
    state: str
    history: tuple[Attempt, ...]
    attempts_left: int | None
    lasting: bool


def statement(asked: Asked) -> Markup:
    """The problem's text as HTML."""
    # It was cleaned when it was rendered, and the catalog is ours.
    return Markup(render_statement(asked.statement))  # noqa: S704


def prompt(asked: Asked, part: Part) -> Markup:
    """What is asked of a part, as HTML."""
    return Markup(render_inline(asked.prompt(part)))  # noqa: S704 - as above.


def box(
    progress: PartProgress,
    *,
    asked: Asked,
    policy: Policy,
    score: AssignmentScore,
    now: datetime,
    typed: str | None = None,
    outcome: Outcome | None = None,
) -> Box:
    """A part as a student sees it: with what they just typed and what came of it, or as it stands."""
    part = progress.part
    hints = {
        each.id: shown_hint(progress.hints.get(each.id), asked.statement)
        for each in progress.attempts
    }
    costs = costs_of(progress.attempts, policy, spent=score.late_days)
    text, told = said = _said(progress, now, typed, outcome, hints=hints, costs=costs)
    scored = score.part(part.slug)
    return Box(
        id=part.id,
        title=part.title,
        prompt=prompt(asked, part),
        points=scored.possible,
        rule=" ".join(
            filter(
                None,
                (
                    wording.answer_rule(part.decimals, asked.tolerance(part)),
                    wording.decided(scored),
                ),
            )
        ),
        decimals=part.decimals,
        typed=text,
        echo=echo(text, part.decimals),
        key=str(uuid4()),
        told=told,
        state=scored.state,
        history=tuple(_attempt(each, hints[each.id], costs[each.id]) for each in progress.attempts),
        attempts_left=progress.attempts_left,
        lasting=said == _said(progress, now, hints=hints, costs=costs),
    )


def _said(
    progress: PartProgress,
    now: datetime,
    typed: str | None = None,
    outcome: Outcome | None = None,
    *,
    hints: Hints,
    costs: Costs,
) -> tuple[str, Told | None]:
    """What stands in the box, and what is said under it."""
    row = _row_to_show(progress, outcome)
    text = typed if typed is not None else row.text if row else ""
    return text, _told(progress, row, outcome, now, hints=hints, costs=costs)


def _row_to_show(progress: PartProgress, outcome: Outcome | None) -> Row[*tuple[Any, ...]] | None:
    """The attempt just made; without one the first that is right, else the last."""
    rows = progress.attempts
    if isinstance(outcome, Submitted):
        return next(row for row in rows if row.id == outcome.id)
    right = [row for row in rows if row.standing == Verdict.CORRECT]
    return right[-1] if right else rows[0] if rows else None


def _told(
    progress: PartProgress,
    row: Row[*tuple[Any, ...]] | None,
    outcome: Outcome | None,
    now: datetime,
    *,
    hints: Hints,
    costs: Costs,
) -> Told | None:
    if isinstance(outcome, GraderError):
        return _told_refusal(outcome)
    if row is None:
        return None
    correct = row.standing == Verdict.CORRECT
    again = outcome is not None and not outcome.counted
    pause = None if correct else progress.next_attempt_at
    return Told(
        kind=row.standing,
        heading="Correct" if correct else "Not correct" if progress.solved else "Not correct yet",
        detail=_detail(row, costs[row.id], again=again, kept=progress.solved and not correct),
        read=wording.as_read(read_number(row.text)),
        at=row.submitted_at,
        retry_at=pause if pause and pause > now else None,
        hint=hints[row.id],
    )


def _detail(row: Row[*tuple[Any, ...]], late: str, *, again: bool, kept: bool) -> str:
    said = [f"Attempt {row.attempt}{', ' if late else ''}{late}."]
    if again:
        said = [f"You gave this number before, as attempt {row.attempt}. Nothing was counted."]
    if kept:
        said.append("Your earlier answer is correct, and it still counts.")
    return " ".join(said)


def told_unreadable(reason: str) -> Told:
    """What is said of a text that is no number."""
    heading = _HEADINGS[UnreadableAnswer]
    return Told("unreadable", heading, reason, note="This cost no attempt.")


def _told_refusal(error: GraderError) -> Told:
    heading = _HEADINGS.get(type(error), "Not taken")
    if isinstance(error, UnreadableAnswer):
        return told_unreadable(str(error))
    if isinstance(error, CoolingDown):
        return Told("paused", heading, _PAUSE, retry_at=error.retry_at)
    return Told("paused", heading, str(error))


def _attempt(row: Row[*tuple[Any, ...]], hint: ShownHint | None, late: str) -> Attempt:
    return Attempt(
        number=row.attempt,
        text=row.text,
        reading=canonical(row.value),
        at=row.submitted_at,
        verdict=row.standing,
        late=late,
        hint=hint,
        receipt=row.receipt_number,
    )
