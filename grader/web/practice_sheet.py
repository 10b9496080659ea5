"""View models of a practice variant's boxes. Like those of the answer sheet they hold no expected value."""

from dataclasses import dataclass

from markupsafe import Markup

from grader.domain.grading import AnswerKey, grade
from grader.domain.number import Reading, read_number, too_few_decimals
from grader.domain.problem import Part
from grader.web import panel, wording
from grader.web.asked import Asked
from grader.web.panel import Told


@dataclass(frozen=True, slots=True)
class PracticeBox:
    """A part of a variant: what is asked, what was typed, and what is said of it."""

    id: str
    title: str
    prompt: Markup
    rule: str
    typed: str
    told: Told | None


def practice_box(part: Part, *, asked: Asked, key: AnswerKey, typed: str) -> PracticeBox:
    """A part of a variant, checked if anything was typed."""
    return PracticeBox(
        id=part.id,
        title=part.title,
        prompt=panel.prompt(asked, part),
        rule=wording.answer_rule(part.decimals, asked.tolerance(part)),
        typed=typed,
        told=_told(part, key, read_number(typed)) if typed.strip() else None,
    )


def _told(part: Part, key: AnswerKey, reading: Reading) -> Told:
    if reading.value is None:
        return Told("unreadable", "Can’t read this as a number", str(reading.message))
    graded = grade(key, part.slug, reading.value)
    # Attempts are not counted here, so a mistake is named at once.
    hint = key.hint(part.slug, graded.misconception)
    wrong = hint.message if hint else "Try again as often as you like."
    return Told(
        kind=graded.verdict,
        heading="Correct" if graded.correct else "Not correct yet",
        detail="This is practice, so it is not stored." if graded.correct else wrong,
        read=wording.as_read(reading),
        decimals=wording.decimals_in_words(reading.decimals),
        warning=too_few_decimals(reading, part.decimals) or "",
    )
