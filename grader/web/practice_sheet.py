"""View models of a practice variant's boxes. Like those of the answer sheet they hold no expected value."""

from dataclasses import dataclass

from markupsafe import Markup

from grader.domain.grading import AnswerKey, grade
from grader.domain.number import Reading, read_number
from grader.domain.policy import Policy
from grader.domain.problem import Part
from grader.web import panel, wording
from grader.web.asked import Asked
from grader.web.echo import Echo, echo
from grader.web.hints import shown_hint
from grader.web.panel import Told


@dataclass(frozen=True, slots=True)
class PracticeBox:
    """A part of a variant: what is asked, what was typed, and what is said of it."""

    id: str
    title: str
    prompt: Markup
    rule: str
    decimals: int
    typed: str
    echo: Echo | None
    told: Told | None


def practice_box(
    part: Part, *, asked: Asked, key: AnswerKey, policy: Policy, typed: str
) -> PracticeBox:
    """A part of a variant, checked if anything was typed."""
    checked = _told(part, read_number(typed), asked=asked, key=key, policy=policy)
    told = checked if typed.strip() else None
    return PracticeBox(
        id=part.id,
        title=part.title,
        prompt=panel.prompt(asked, part),
        rule=wording.answer_rule(part.decimals, asked.tolerance(part)),
        decimals=part.decimals,
        typed=typed,
        echo=echo(typed, part.decimals),
        told=told,
    )


def _told(part: Part, reading: Reading, *, asked: Asked, key: AnswerKey, policy: Policy) -> Told:
    if reading.value is None:
        return Told("unreadable", "Can’t read this as a number", str(reading.message))
    graded = grade(key, part.slug, reading.value)
    # Attempts are not counted here, so a mistake is named at once, unless the policy says never.
    hint = key.hint(part.slug, graded.misconception)
    hinting = policy.hints_after_wrong is not None
    right, wrong = "This is practice, so it is not stored.", "Try again as often as you like."
    return Told(
        kind=graded.verdict,
        heading="Correct" if graded.correct else "Not correct yet",
        detail=right if graded.correct else wrong,
        read=wording.as_read(reading),
        hint=shown_hint(hint if hinting else None, asked.statement),
    )
